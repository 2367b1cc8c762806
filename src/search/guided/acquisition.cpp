#include "search/guided/acquisition.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "search/pareto.hpp"

namespace evonas::search {
namespace {

/// Below it, the first terms of asymptotic series are exact to a double's precision, and the
/// functions themselves soon leave its range.
constexpr double kFarBelow = -20.0;

double log_density(double z) { return -0.5 * z * z - 0.5 * std::log(2.0 * std::numbers::pi); }

double distribution(double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); }

double log_distribution(double z) {
  if (z > kFarBelow) return std::log(distribution(z));
  const double square = z * z;
  return log_density(z) - std::log(-z) + std::log1p((-1.0 + 3.0 / square) / square);
}

/// Of what a standard normal number is expected to lie below `z`.
double log_gain(double z) {
  if (z > kFarBelow) return std::log(z * distribution(z) + std::exp(log_density(z)));
  const double square = z * z;
  return log_density(z) - 2.0 * std::log(-z) + std::log1p((-3.0 + 15.0 / square) / square);
}

/// What `point` adds to the hypervolume of `front`, which is `volume`.
double improvement(std::vector<std::vector<double>>& front, double volume,
                   std::vector<double> point, std::span<const double> reference) {
  for (const std::vector<double>& other : front) {
    bool is_covered = true;
    for (std::size_t i = 0; i < point.size(); ++i) is_covered &= other[i] <= point[i];
    if (is_covered) return 0.0;
  }
  front.push_back(std::move(point));
  const double larger = hypervolume(front, reference);
  front.pop_back();
  return larger - volume;
}

std::vector<double> at_draw(const Outlook& outlook, std::span<const double> draw) {
  std::vector<double> point;
  for (std::size_t i = 0; i < outlook.size(); ++i) {
    point.push_back(outlook[i].mean + outlook[i].deviation * draw[i]);
  }
  return point;
}

}  // namespace

double merit(const GuidanceOptions& options, const predictor::Prediction& belief, double best,
             double draw) {
  const auto [mean, deviation] = belief;
  if (options.acquisition == "mean") return mean;
  if (options.acquisition == "thompson") return mean + deviation * draw;
  if (options.acquisition == "upper_bound") return mean - options.deviations * deviation;
  return -log_expected_improvement(belief, best);
}

double log_expected_improvement(const predictor::Prediction& belief, double best) {
  const auto [mean, deviation] = belief;
  if (deviation > 0.0) {
    return std::max(kNoHope, std::log(deviation) + log_gain((best - mean) / deviation));
  }
  return mean < best ? std::log(best - mean) : kNoHope;
}

double log_probability_below(const predictor::Prediction& belief, double bound) {
  const auto [mean, deviation] = belief;
  if (deviation > 0.0) return std::max(kNoHope, log_distribution((bound - mean) / deviation));
  return mean <= bound ? 0.0 : kNoHope;
}

std::vector<std::size_t> choose_by_hypervolume(std::span<const Outlook> outlooks,
                                               std::vector<std::vector<double>> front,
                                               std::span<const double> reference, double deviations,
                                               std::span<const std::vector<double>> draws,
                                               std::size_t count) {
  const std::vector<double> in_favour(reference.size(), -deviations);
  const auto added = [&](const Outlook& outlook, double volume) {
    if (draws.empty()) return improvement(front, volume, at_draw(outlook, in_favour), reference);
    double sum = 0.0;
    for (const std::vector<double>& draw : draws) {
      sum += improvement(front, volume, at_draw(outlook, draw), reference);
    }
    return sum / static_cast<double>(draws.size());
  };
  std::vector<std::size_t> chosen;
  while (chosen.size() < std::min(count, outlooks.size())) {
    const double volume = hypervolume(front, reference);
    std::size_t best = outlooks.size();
    double most = 0.0;
    for (std::size_t i = 0; i < outlooks.size(); ++i) {
      if (std::ranges::find(chosen, i) != chosen.end()) continue;
      const double gain = added(outlooks[i], volume);
      if (gain > most) {
        most = gain;
        best = i;
      }
    }
    if (best == outlooks.size()) break;
    chosen.push_back(best);
    // Those that follow should not count on the same luck.
    front.push_back(
        at_draw(outlooks[best], draws.empty() ? in_favour : std::vector(reference.size(), 0.0)));
  }
  return chosen;
}

}  // namespace evonas::search
