#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "search/driver.hpp"

namespace evonas::search {

/// Checks a finished or interrupted run against itself: checksums of every row, every architecture
/// valid and unique by key, keys and free metrics computed again, the algorithm asked again from
/// the seed and the stored labels, front, best and hypervolume derived again. Returns one sentence
/// a fault; empty where all is well. `setup.sources` serve for the free metrics and tables only:
/// nothing is trained or measured.
std::vector<std::string> verify_run(const SearchSetup& setup, const RunStore& store);

}  // namespace evonas::search
