#pragma once

#include <cstddef>
#include <span>

namespace evonas {

/// The quantile of values in ascending order, of which there is at least one, that `share`, from 0
/// to 1, of them lie below: interpolated between neighbours. Safe from many threads.
inline double sorted_quantile(std::span<const double> sorted, double share) {
  const double position = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const double weight = position - static_cast<double>(below);
  if (weight == 0.0) return sorted[below];
  return sorted[below] + weight * (sorted[below + 1] - sorted[below]);
}

}  // namespace evonas
