#pragma once

#include <string>
#include <vector>

#include "search/driver.hpp"

namespace evonas::search {

/// Checks a finished or interrupted run against itself: checksums of every row, every architecture
/// valid and unique by key (once on each rung), keys and free metrics computed again, the algorithm
/// asked again from the seed and the stored labels, the state after each generation derived again.
/// Returns one sentence a fault; empty where all is well. Of `setup.sources` only those are
/// evaluated again that are deterministic and report no expensive metric: nothing is trained or
/// measured.
std::vector<std::string> verify_run(const SearchSetup& setup, const RunStore& store);

/// The same with an algorithm of the caller's, which must not have been asked yet.
std::vector<std::string> verify_run(const SearchSetup& setup, Algorithm& algorithm,
                                    const RunStore& store);

}  // namespace evonas::search
