#include "search/guided/acquisition.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

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

}  // namespace

bool draws(const GuidanceOptions& options) {
  return options.acquisition == "thompson" || options.acquisition == "independent_thompson";
}

double merit(const GuidanceOptions& options, const predictor::Prediction& belief, double best,
             double draw) {
  const auto [mean, deviation] = belief;
  if (options.acquisition == "mean") return mean;
  if (draws(options)) return mean + deviation * draw;
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

}  // namespace evonas::search
