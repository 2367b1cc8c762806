#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace evonas::search {

/// Kendall's tau-b of the last 25 of values that were expected and of those that were measured
/// later, in the order of evaluation: how well a predictor ranks what it has not learnt from.
/// Nothing where there are fewer than five, which say nothing of a rank correlation. The spans are
/// equally long and hold no NaN. Safe from many threads.
std::optional<double> running_tau(std::span<const double> expected,
                                  std::span<const double> measured);

/// What a search expected of an evaluation before it, and what came of it.
struct ForecastPair {
  std::int64_t evaluation = 0;  ///< its number, from 1
  double expected = 0.0;
  double measured = 0.0;
};

/// The running_tau() of several searches over evaluations.
struct TauCurve {
  /// One after the other, from the first after which each of the searches has a running tau.
  std::vector<std::int64_t> evaluations;
  std::vector<double> lower_quartile;  ///< over searches, after each
  std::vector<double> median;          ///< likewise
  std::vector<double> upper_quartile;  ///< likewise
};

/// The curve of searches with these forecasts, each in the order of evaluation, up to `last`
/// evaluations. Those without a forecast are not among the searches; where there are none left, the
/// curve is empty. Safe from many threads.
TauCurve tau_curve(std::span<const std::vector<ForecastPair>> searches, std::int64_t last);

}  // namespace evonas::search
