#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "evaluation/table/benchmark_table.hpp"
#include "search/algorithm.hpp"

namespace evonas::search {

/// Algorithms compared over many seeds on a table whose optimum is known.
struct BenchmarkSetup {
  spaces::AnySpace space;
  std::shared_ptr<const evaluation::BenchmarkTable> table;
  Problem problem;    ///< of metrics in the table, under the names they have there; one objective
  Guidance guidance;  ///< of algorithms that a predictor guides
  std::vector<AlgorithmOptions> algorithms;  ///< their seeds are not read
  std::int64_t evaluations = 300;
  std::int64_t seeds = 200;
  /// Numbers of evaluations at which regret is reported, each from 1 to `evaluations`.
  std::vector<std::int64_t> budgets;
};

/// Regret at one budget over all seeds: distance of the best found feasible label from the best
/// feasible one of the table, in the unit of the objective. A search that has found nothing
/// feasible has the regret of the worst feasible label.
struct BudgetResult {
  std::int64_t evaluations = 0;
  double regret_mean = 0.0;
  double regret_deviation = 0.0;  ///< over seeds, with one degree of freedom taken off
  double regret_median = 0.0;
  double regret_lower_quartile = 0.0;
  double regret_upper_quartile = 0.0;
  double at_optimum = 0.0;  ///< share of seeds that have found the optimum
};

struct AlgorithmResult {
  std::string algorithm;  ///< its name; with " (2)" and so on where it is there more than once
  std::vector<BudgetResult> budgets;   ///< in the order of BenchmarkSetup::budgets
  std::vector<double> mean_regret;     ///< after each evaluation, from the first
  std::vector<double> lower_quartile;  ///< likewise
  std::vector<double> median;          ///< likewise
  std::vector<double> upper_quartile;  ///< likewise
  /// Median over seeds of the evaluations until the optimum; infinite where half never find it.
  double median_evaluations_to_optimum = 0.0;
  /// Those after which nine seeds in ten have found it; infinite likewise.
  double evaluations_to_optimum_90 = 0.0;
  double engine_seconds = 0.0;  ///< mean wall time of one search
};

struct BenchmarkResult {
  bool complete = true;  ///< false, and `algorithms` empty, where `stop` ended it early
  double optimum = 0.0;  ///< best feasible label, in the metric's own sense
  std::string optimum_architecture;
  std::int64_t evaluations = 0;
  std::int64_t seeds = 0;
  std::vector<AlgorithmResult> algorithms;
};

/// Runs every algorithm with seeds 1..seeds, seeds in parallel on the calling TBB arena. The same
/// result on any number of threads, times apart. `on_progress` (may be empty) receives the numbers
/// of finished and of all searches, from one thread at a time. Throws SearchError for a setup that
/// cannot be run, EvaluationError for a metric that the table lacks.
BenchmarkResult run_benchmark(const BenchmarkSetup& setup,
                              const std::function<void(std::size_t, std::size_t)>& on_progress,
                              std::stop_token stop);

/// `{"optimum", "optimum_architecture", "evaluations", "seeds", "algorithms": {NAME: {"budgets":
/// {"50": {"regret_mean", "regret_std", "regret_median", "regret_quartiles": [lower, upper],
/// "at_optimum"}, ...}, "median_evaluations_to_optimum", "evaluations_to_optimum_90",
/// "engine_seconds"}}}`; a number that is infinite is null.
nlohmann::json to_json(const BenchmarkResult& result);

/// The mean regrets as a table in Markdown: a row for each algorithm, a column for each budget.
std::string to_markdown(const BenchmarkResult& result);

}  // namespace evonas::search
