#pragma once

#include <span>

namespace evonas {

/// Kendall's rank correlation tau-b of two rankings of the same things, from -1 to 1: (concordant -
/// discordant pairs) / sqrt(pairs untied in `a` * pairs untied in `b`). 0 where that is 0 / 0:
/// fewer than two things, or all tied. In O(n log n) (Knight, "A Computer Method for Calculating
/// Kendall's Tau with Ungrouped Data", JASA 1966). The spans are equally long and hold no NaN.
double kendall_tau_b(std::span<const double> a, std::span<const double> b);

/// Spearman's rank correlation of two rankings of the same things, from -1 to 1: the correlation of
/// their ranks, equal values having the mean of theirs. 0 for fewer than two things, and where all
/// are tied in one ranking. The spans are equally long and hold no NaN.
double spearman_rho(std::span<const double> a, std::span<const double> b);

/// Kendall's tau-b of values and of other numbers about the same things, such as predictions, among
/// the tenth of the things (rounded up) with the best values, of equally good ones the earlier. The
/// spans are equally long and hold no NaN.
double best_tenth_tau(std::span<const double> values, std::span<const double> others,
                      bool higher_is_better);

}  // namespace evonas
