#pragma once

#include "base/scoped_timer.hpp"
#include "search/algorithm.hpp"

namespace evonas::search {

/// Calls `fit`, which fits predictors: tells `watch` (may be empty) before and after it, and adds
/// its wall time to `seconds`. What it throws comes back, and ends the search.
template <class Fit>
void watched_fit(double& seconds, const FitWatch& watch, const Fit& fit) {
  const ScopedTimer timer(seconds);
  if (watch) watch(true);
  fit();
  if (watch) watch(false);
}

}  // namespace evonas::search
