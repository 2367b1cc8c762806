#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "search/problem.hpp"

namespace evonas::search {

/// Rank of every individual under constrained domination: 0 for the non-dominated, 1 for those that
/// only rank 0 dominates, and so on. O(n log n) for one and two objectives, O(n^2) beyond.
std::vector<std::uint32_t> non_dominated_ranks(std::span<const Individual> individuals);

/// Crowding distance of every individual within its rank (Deb et al., 2002); infinite at the ends,
/// 0 for failed ones and for ranks above `last_rank`, which nobody asks about.
std::vector<double> crowding_distances(
    std::span<const Individual> individuals, std::span<const std::uint32_t> ranks,
    std::uint32_t last_rank = std::numeric_limits<std::uint32_t>::max());

/// Positions of the feasible, non-dominated individuals, ordered by the first objective and then by
/// the following ones. Of equal objective vectors the earliest evaluation stays.
std::vector<std::size_t> pareto_front(std::span<const Individual> individuals);

/// Vectors of objectives to be minimised, none of which dominates another.
using Front = std::vector<std::vector<double>>;

/// Hypervolume that `points` (to be minimised, all of one dimension) dominate up to `reference`.
/// Exact: a sweep for one and two objectives, O(n log n) for three (Beume et al., 2009), and the
/// WFG algorithm (While et al., 2012) beyond. Values are finite; points that are not better than
/// the reference in every objective add nothing. Throws SearchError where dimensions differ.
double hypervolume(std::span<const std::vector<double>> points, std::span<const double> reference);

}  // namespace evonas::search
