#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

namespace evonas {

/// Figures of samples, such as what the seeds of a benchmark have: finite, of one at least unless a
/// function says otherwise. Safe to call from any thread.

inline std::vector<double> ordered(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values;
}

/// The value at `place`, from 0, of those in order.
inline double order_statistic(std::vector<double> values, std::size_t place) {
  const auto wanted = values.begin() + static_cast<std::ptrdiff_t>(place);
  std::nth_element(values.begin(), wanted, values.end());
  return *wanted;
}

/// The value in the middle; of an even number half the sum of the two there.
inline double median_of(std::vector<double> values) {
  const std::vector<double> sorted = ordered(std::move(values));
  const std::size_t middle = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[middle] : 0.5 * (sorted[middle - 1] + sorted[middle]);
}

/// Quantile of sorted values, interpolated between neighbours; `share` is from 0 to 1.
inline double quantile(const std::vector<double>& sorted, double share) {
  const double position = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const double weight = position - static_cast<double>(below);
  if (weight == 0.0) return sorted[below];
  return sorted[below] + weight * (sorted[below + 1] - sorted[below]);
}

inline double mean_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// The sum of squared differences from `mean`; 0 of no values.
inline double sum_of_squares(std::span<const double> values, double mean) {
  double sum = 0.0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  return sum;
}

/// Variance with one degree of freedom taken off; 0 of a single value.
inline double variance_of(std::span<const double> values, double mean) {
  if (values.size() < 2) return 0.0;
  return sum_of_squares(values, mean) / static_cast<double>(values.size() - 1);
}

/// Standard deviation with one degree of freedom taken off; 0 of a single value.
inline double deviation_of(std::span<const double> values, double mean) {
  return std::sqrt(variance_of(values, mean));
}

}  // namespace evonas
