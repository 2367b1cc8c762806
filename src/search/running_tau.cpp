#include "search/running_tau.hpp"

#include <algorithm>

#include "base/rank_correlation.hpp"
#include "base/statistics.hpp"

namespace evonas::search {
namespace {

constexpr std::size_t kTauWindow = 25;
constexpr std::size_t kFewestForecasts = 5;

/// After each evaluation of a search, from the first; 0 for those before `begin`, after which the
/// first tau is known.
struct TauSteps {
  std::int64_t begin = 0;  ///< behind the last where there is none
  std::vector<double> taus;
};

TauSteps tau_steps(std::span<const ForecastPair> pairs, std::int64_t last) {
  TauSteps steps{.begin = last + 1, .taus = {}};
  std::vector<double> expected;
  std::vector<double> measured;
  std::optional<double> tau;
  auto next = pairs.begin();
  for (std::int64_t count = 1; count <= last; ++count) {
    for (; next != pairs.end() && next->evaluation <= count; ++next) {
      expected.push_back(next->expected);
      measured.push_back(next->measured);
      tau = running_tau(expected, measured);
      if (tau) steps.begin = std::min(steps.begin, count);
    }
    steps.taus.push_back(tau.value_or(0.0));
  }
  return steps;
}

}  // namespace

std::optional<double> running_tau(std::span<const double> expected,
                                  std::span<const double> measured) {
  if (expected.size() < kFewestForecasts) return std::nullopt;
  const std::size_t count = std::min(expected.size(), kTauWindow);
  return kendall_tau_b(expected.last(count), measured.last(count));
}

TauCurve tau_curve(std::span<const std::vector<ForecastPair>> searches, std::int64_t last) {
  std::vector<TauSteps> all;
  std::int64_t begin = 1;
  for (const std::vector<ForecastPair>& pairs : searches) {
    if (pairs.empty()) continue;
    all.push_back(tau_steps(pairs, last));
    begin = std::max(begin, all.back().begin);
  }
  TauCurve curve;
  if (all.empty()) return curve;
  for (std::int64_t count = begin; count <= last; ++count) {
    std::vector<double> taus;
    for (const TauSteps& steps : all)
      taus.push_back(steps.taus[static_cast<std::size_t>(count - 1)]);
    std::ranges::sort(taus);
    curve.evaluations.push_back(count);
    curve.lower_quartile.push_back(quantile(taus, 0.25));
    curve.median.push_back(quantile(taus, 0.5));
    curve.upper_quartile.push_back(quantile(taus, 0.75));
  }
  return curve;
}

}  // namespace evonas::search
