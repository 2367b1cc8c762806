#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace evonas {

/// The values at the given places, in the order of the places.
inline std::vector<double> selected(std::span<const double> values,
                                    std::span<const std::size_t> places) {
  std::vector<double> result;
  result.reserve(places.size());
  for (const std::size_t place : places) result.push_back(values[place]);
  return result;
}

}  // namespace evonas
