#include "search/running_tau.hpp"

#include <doctest/doctest.h>

#include "base/rank_correlation.hpp"

namespace evonas::search {
namespace {

/// Forecasts of the evaluations from `first` on, the measured values 0, 1, ... and `expected`.
std::vector<ForecastPair> pairs_from(std::int64_t first, const std::vector<double>& expected) {
  std::vector<ForecastPair> pairs;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    pairs.push_back({first + static_cast<std::int64_t>(i), expected[i], static_cast<double>(i)});
  }
  return pairs;
}

TEST_CASE("the running tau is that of the last 25, and of no fewer than five") {
  std::vector<double> expected;
  std::vector<double> measured;
  for (int i = 0; i < 40; ++i) {
    expected.push_back((i * 7) % 11);
    measured.push_back((i * 5) % 13);
    const auto tau = running_tau(expected, measured);
    CHECK(tau.has_value() == (i >= 4));
    const std::size_t count = std::min<std::size_t>(expected.size(), 25);
    if (tau) {
      CHECK(*tau ==
            kendall_tau_b(std::span(expected).last(count), std::span(measured).last(count)));
    }
  }
}

TEST_CASE("the curve begins where every search has a tau, and holds what it had") {
  // Known after 5 and after 8 evaluations; the first of them is taken for what it was until its
  // next forecast.
  const std::vector<std::vector<ForecastPair>> searches{
      pairs_from(1, {0, 1, 2, 3, 4}), pairs_from(4, {4, 3, 2, 1, 0}), {}};
  const TauCurve curve = tau_curve(searches, 10);
  CHECK(curve.evaluations == std::vector<std::int64_t>{8, 9, 10});
  CHECK(curve.median == std::vector<double>{0, 0, 0});
  CHECK(curve.lower_quartile == std::vector<double>{-0.5, -0.5, -0.5});
  CHECK(curve.upper_quartile == std::vector<double>{0.5, 0.5, 0.5});
  // Behind the last evaluation that counts.
  CHECK(tau_curve(searches, 7).evaluations.empty());
  CHECK(tau_curve({}, 10).evaluations.empty());
  const std::vector<std::vector<ForecastPair>> none(2);
  CHECK(tau_curve(none, 10).evaluations.empty());
}

}  // namespace
}  // namespace evonas::search
