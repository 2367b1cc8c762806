#pragma once

#include <span>
#include <vector>

namespace evonas {

/// The two-sided p-value of Wilcoxon's signed-rank test on pairs (a[i], b[i]), in [0, 1]: how
/// likely differences at least as one-sided are where either sign of each is as likely as the other
/// (Wilcoxon, "Individual Comparisons by Ranking Methods", Biometrics Bulletin 1945). Pairs without
/// a difference are dropped; differences equally large have the mean of their ranks. Exact up to 50
/// differences, ties included; from the normal distribution, corrected for ties and for continuity,
/// beyond. 1 where nothing differs. The spans are equally long and finite. Safe to call from any
/// thread.
double signed_rank_p_value(std::span<const double> a, std::span<const double> b);

/// p-values corrected for being several, in the order given, each from its own value to 1:
/// rejecting those up to a level rejects any true hypothesis with at most that probability,
/// whatever their dependence (Holm, "A Simple Sequentially Rejective Multiple Test Procedure",
/// Scandinavian Journal of Statistics 1979). The values given are in [0, 1]. Safe to call from any
/// thread.
std::vector<double> holm_corrected(std::span<const double> p_values);

}  // namespace evonas
