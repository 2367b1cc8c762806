#include "predictor/label_noise.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/statistics.hpp"

namespace evonas::predictor {
namespace {

/// The lower one of an even number: of two noises the absurd one says nothing.
double median_noise(std::vector<double> noises) {
  const std::size_t middle = (noises.size() - 1) / 2;
  return order_statistic(std::move(noises), middle);
}

}  // namespace

std::vector<double> known_noises(std::span<const double> noises) {
  std::vector<double> known;
  std::ranges::copy_if(noises, std::back_inserter(known), [](double noise) { return noise > 0.0; });
  if (known.empty()) return known;
  const double median = median_noise(std::move(known));
  std::vector<double> result(noises.begin(), noises.end());
  std::ranges::replace(result, 0.0, median);
  return result;
}

std::vector<double> noise_weights(std::span<const double> noises) {
  std::vector<double> weights = known_noises(noises);
  if (weights.empty()) return weights;
  const double median = median_noise(weights);
  for (double& weight : weights) {
    const double ratio = weight / median;
    weight = 1.0 / (ratio * ratio + 1.0);
  }
  const double mean = mean_of(weights);
  for (double& weight : weights) weight /= mean;
  return weights;
}

}  // namespace evonas::predictor
