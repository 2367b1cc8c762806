#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "search/guided/guided_candidate.hpp"

namespace evonas::search {

/// Positions of the candidates that stand for what is predicted to be best, without those that
/// `is_taken` (by key): with one objective the ten of the lowest violation and then merit, the best
/// first; with several, of those that break no limit and whose outlooks' means none dominates, up
/// to 50 spread evenly over the first objective, in its order. Safe from many threads as far as
/// `is_taken` is.
std::vector<std::size_t> most_promising(std::span<const GuidedCandidate> candidates,
                                        const std::function<bool(const Key&)>& is_taken);

}  // namespace evonas::search
