#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "search/benchmark.hpp"
#include "search/regret_trace.hpp"

namespace evonas::search {

/// The figures of one algorithm, all but `p_against`, from the searches of its seeds, of which
/// there is at least one and which end after so many `evaluations`, where no seconds end them.
AlgorithmResult summarised(std::string name, std::span<const RegretTrace> traces,
                           const BenchmarkSetup& setup, std::int64_t evaluations);

/// What each search has at the end of the budget, in their order.
std::vector<double> final_regrets(std::span<const RegretTrace> traces, const BenchmarkSetup& setup);

/// Turns figures that were summarised of values to be minimised, rather than of regrets, into those
/// of the values themselves, and takes out what tells of an optimum.
void tell_as_values(AlgorithmResult& result, Goal goal);

/// Fills `best_algorithm` and every `p_against`, against the algorithm that `result.against` names;
/// where that is empty, it becomes the best. `regrets` are the final_regrets() of the algorithms of
/// `result`, equally many of each.
void compare_algorithms(BenchmarkResult& result, std::span<const std::vector<double>> regrets);

}  // namespace evonas::search
