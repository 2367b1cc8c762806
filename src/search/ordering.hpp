#pragma once

#include <span>
#include <tuple>
#include <vector>

#include "search/problem.hpp"

namespace evonas::search {

/// The order of algorithms with one objective, for individuals that have not failed: feasible
/// before infeasible, the smaller violation, the smaller objective. Equal ones do not improve on
/// each other.
inline bool is_better(const Individual& a, const Individual& b) {
  return std::tie(a.violation, a.objectives.front()) < std::tie(b.violation, b.objectives.front());
}

/// The place of each of some individuals that are sorted by is_better(), from 0; equal ones share
/// that of the first.
inline std::vector<double> places_of(std::span<const Individual> sorted) {
  std::vector<double> places;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const bool is_worse = i == 0 || is_better(sorted[i - 1], sorted[i]);
    places.push_back(is_worse ? static_cast<double>(i) : places.back());
  }
  return places;
}

}  // namespace evonas::search
