#pragma once

#include <span>

namespace evonas {

/// How far a[i] lies above b[i] in the mean over pairs.
struct PairedDifference {
  double mean = 0.0;
  double low = 0.0;  ///< 95 % confidence interval of the mean: Student's t on the differences
  double high = 0.0;
  double p = 1.0;  ///< signed_rank_p_value() of the pairs
};

/// Of pairs such as the seeds that two methods share. With a single pair nothing is known of the
/// spread, and the interval is infinite. The spans are equally long, finite and not empty. Safe to
/// call from any thread.
PairedDifference paired_difference(std::span<const double> a, std::span<const double> b);

/// The number t that Student's distribution with so many degrees of freedom (1 at least) keeps
/// within [-t, t] with the given probability, which is above 0 and below 1. Safe to call from any
/// thread.
double student_t_reach(double probability, int degrees_of_freedom);

}  // namespace evonas
