#pragma once

#include <span>
#include <vector>

#include "search/algorithm.hpp"
#include "search/guided/known_metrics.hpp"
#include "search/novelty.hpp"

namespace evonas::search {

/// The architectures that a guided search begins with, before anything can be learnt: of many
/// random ones those within the limits that are known, and of these one from each of as many strata
/// of a metric as GuidanceOptions::initial says, so that they are spread over it. The metric is the
/// first of `known`; where that has none, the first of `size`. Where there are several, and
/// GuidanceOptions::initial_spread is all, those that are far apart by their ranks in all of them
/// instead. Where fewer are within the limits
/// than are wanted, those come next that break them least.
///
/// Distinct, in random order, fewer where the space holds fewer; none where no metric is known. All
/// randomness follows from `options.seed`. `novelty` says which architectures are the same; what it
/// has seen plays no part, so some of the design may have been asked for already. To be called from
/// one thread; metrics are asked for on the threads of the arena that the caller is in.
std::vector<spaces::Genotype> initial_design(const AlgorithmOptions& options,
                                             const Novelty& novelty, std::span<const Limit> limits,
                                             KnownMetrics& known, KnownMetrics& size);

}  // namespace evonas::search
