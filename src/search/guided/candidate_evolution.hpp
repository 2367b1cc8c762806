#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "search/algorithm.hpp"
#include "search/guided/guided_candidate.hpp"
#include "search/novelty.hpp"

namespace evonas::search {

/// Says what each architecture of a block is worth, in its order (Assessor::assess).
using Assess = std::function<std::vector<GuidedCandidate>(std::span<const spaces::Genotype>)>;

/// Breeds the candidates among which a guided search chooses: NSGA-II over what `assess` says,
/// starting from the evaluated architectures, on GuidanceOptions::islands populations that have
/// these dealt out among them. Each keeps to itself but for its best, which are copied to the next
/// one every GuidanceOptions::migration generations (the island model, Cohoon et al., "Punctuated
/// equilibria: a parallel genetic algorithm", 1987), so that one discovery does not at once take
/// all of them over.
///
/// Islands breed beside each other on the threads of the arena that the caller is in, and what a
/// generation has bred on all of them is assessed in one call, from the calling thread. The same
/// candidates for any number of threads.
///
/// Candidates are new to `novelty` and distinct, with origins among the evaluations. `generation`
/// names the random numbers. GuidanceOptions::candidates are bred; fewer are returned where islands
/// made the same ones, or the space has no more.
std::vector<GuidedCandidate> breed_candidates(const AlgorithmOptions& options,
                                              const Novelty& novelty,
                                              std::span<const Individual> evaluated,
                                              std::uint64_t generation, const Assess& assess);

}  // namespace evonas::search
