#pragma once

#include <span>
#include <string>
#include <vector>

#include "search/benchmark.hpp"
#include "search/regret_trace.hpp"

namespace evonas::search {

/// The figures of one algorithm, all but `p_against_best`, from the searches of its seeds, of which
/// there is at least one.
AlgorithmResult summarised(std::string name, std::span<const RegretTrace> traces,
                           const BenchmarkSetup& setup);

/// What each search has at the end of the budget, in their order.
std::vector<double> final_regrets(std::span<const RegretTrace> traces, const BenchmarkSetup& setup);

/// Fills `best_algorithm` and every `p_against_best`. `regrets` are the final_regrets() of the
/// algorithms of `result`, equally many of each.
void compare_with_best(BenchmarkResult& result, std::span<const std::vector<double>> regrets);

}  // namespace evonas::search
