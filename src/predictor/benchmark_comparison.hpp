#pragma once

#include <vector>

#include "predictor/benchmark_results.hpp"

namespace evonas::predictor {

/// Sets BenchmarkRow::best, p_against_best and against of the rows of a plan, as
/// BenchmarkResults::rows() says.
void compare_rows(std::vector<BenchmarkRow>& rows, const BenchmarkPlan& plan);

}  // namespace evonas::predictor
