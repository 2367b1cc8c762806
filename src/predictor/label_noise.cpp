#include "predictor/label_noise.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>

namespace evonas::predictor {
namespace {

/// The lower one of an even number.
double median_noise(std::vector<double> noises) {
  const auto middle = noises.begin() + static_cast<std::ptrdiff_t>((noises.size() - 1) / 2);
  std::ranges::nth_element(noises, middle);
  return *middle;
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
  const double mean =
      std::accumulate(weights.begin(), weights.end(), 0.0) / static_cast<double>(weights.size());
  for (double& weight : weights) weight /= mean;
  return weights;
}

}  // namespace evonas::predictor
