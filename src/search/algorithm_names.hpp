#pragma once

#include <span>
#include <string>
#include <vector>

#include "search/algorithm.hpp"

namespace evonas::search {

/// What the results of a benchmark call each of its algorithms: by the name in `given`, where there
/// is one that is not empty, else by that of the algorithm, with " (2)" and so on where that is
/// there more than once. `given` is empty, or has one for each. Safe from many threads.
std::vector<std::string> algorithm_names(std::span<const AlgorithmOptions> algorithms,
                                         std::span<const std::string> given = {});

/// Throws SearchError unless `given` is empty, or has one for each of the algorithms, and the names
/// that algorithm_names() makes of it tell them apart.
void expect_distinct_names(std::span<const AlgorithmOptions> algorithms,
                           std::span<const std::string> given);

}  // namespace evonas::search
