#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "evaluation/table/benchmark_table.hpp"
#include "search/algorithm.hpp"

namespace evonas::search {

/// Algorithms compared over many seeds on a table whose optimum is known.
struct BenchmarkSetup {
  spaces::AnySpace space;
  std::shared_ptr<const evaluation::BenchmarkTable> table;
  Problem problem;  ///< of metrics in the table
  std::vector<AlgorithmOptions> algorithms;
  std::int64_t evaluations = 300;
  std::int64_t seeds = 200;
  std::vector<std::int64_t> budgets;  ///< numbers of evaluations at which regret is reported
};

/// Regret at one budget over all seeds: distance of the best found feasible label from the best of
/// the table.
struct BudgetResult {
  std::int64_t evaluations = 0;
  double regret_mean = 0.0;
  double regret_deviation = 0.0;
  double regret_median = 0.0;
  double regret_lower_quartile = 0.0;
  double regret_upper_quartile = 0.0;
  double at_optimum = 0.0;  ///< share of seeds that have found the optimum
};

struct AlgorithmResult {
  std::string algorithm;
  std::vector<BudgetResult> budgets;
  std::vector<double> mean_regret;     ///< after each evaluation, from the first
  std::vector<double> lower_quartile;  ///< likewise
  std::vector<double> median;          ///< likewise
  std::vector<double> upper_quartile;  ///< likewise
  /// Median over seeds of the evaluations until the optimum; infinite where more than half never
  /// find it.
  double median_evaluations_to_optimum = 0.0;
  double engine_seconds = 0.0;  ///< mean wall time of one search
};

struct BenchmarkResult {
  double optimum = 0.0;
  std::string optimum_architecture;
  std::vector<AlgorithmResult> algorithms;
};

/// Runs every algorithm with seeds 1..seeds, seeds in parallel on the calling TBB arena. The same
/// result on any number of threads, times apart. For one objective. `on_progress` receives finished
/// and all searches.
BenchmarkResult run_benchmark(const BenchmarkSetup& setup,
                              const std::function<void(std::size_t, std::size_t)>& on_progress,
                              std::stop_token stop);

}  // namespace evonas::search
