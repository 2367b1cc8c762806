#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "base/random.hpp"
#include "search/guided/guidance.hpp"
#include "search/guided/guided_candidate.hpp"

namespace evonas::search {

/// Assesses the architectures `open` anew, as if `chosen` and those before them had been evaluated:
/// a candidate for each, in their order.
using Reassess = std::function<std::vector<GuidedCandidate>(
    std::span<const spaces::Genotype> chosen, std::span<const spaces::Genotype> open)>;

/// Positions of up to `count` of `candidates`, the one most worth asking for first, where there is
/// one objective: the lowest violation, then the lowest merit, then the earliest. With `reassess`
/// (may be empty) so many `at_a_time` are chosen from among the 500 best, those that are left
/// reassessed after each time but the last. Failed ones are never chosen, so there may be fewer. As
/// safe from many threads as `reassess` is.
std::vector<std::size_t> choose_one_by_one(std::span<const GuidedCandidate> candidates,
                                           std::size_t count, const Reassess& reassess,
                                           std::size_t at_a_time = 1);

/// Likewise where there are several objectives: of the 300 best feasible candidates those first
/// that add most to the hypervolume of the feasible ones of `evaluated`, up to the worst of each
/// objective among these, and of `pending`, which are under way, with what is expected of them
/// (choose_by_hypervolume(), with deviations or with draws of `rng` as GuidanceOptions::acquisition
/// says); then the others. The best and the others are by
/// non-dominated rank and crowding. Safe from many threads.
std::vector<std::size_t> choose_for_front(std::span<const GuidedCandidate> candidates,
                                          std::span<const Individual> evaluated,
                                          std::span<const GuidedCandidate> pending,
                                          const GuidanceOptions& options, Rng rng,
                                          std::size_t count);

}  // namespace evonas::search
