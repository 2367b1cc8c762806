#pragma once

#include <tuple>

#include "search/problem.hpp"

namespace evonas::search {

/// The order of algorithms with one objective, for individuals that have not failed: feasible
/// before infeasible, the smaller violation, the smaller objective. Equal ones do not improve on
/// each other.
inline bool is_better(const Individual& a, const Individual& b) {
  return std::tie(a.violation, a.objectives.front()) < std::tie(b.violation, b.objectives.front());
}

}  // namespace evonas::search
