#include "search/guided/acquisition.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "search/pareto.hpp"

namespace evonas::search {
namespace {

double density(double x) { return std::exp(-0.5 * x * x) / std::sqrt(2.0 * std::numbers::pi); }
double distribution(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }

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
  return -expected_improvement(belief, best);
}

double expected_improvement(const predictor::Prediction& belief, double best) {
  const auto [mean, deviation] = belief;
  if (deviation <= 0.0) return std::max(0.0, best - mean);
  const double z = (best - mean) / deviation;
  return deviation * (z * distribution(z) + density(z));
}

double probability_below(const predictor::Prediction& belief, double bound) {
  const auto [mean, deviation] = belief;
  if (deviation <= 0.0) return mean <= bound ? 1.0 : 0.0;
  return distribution((bound - mean) / deviation);
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
