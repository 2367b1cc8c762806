#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
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
  /// Share of seeds that have not found the optimum after each evaluation, from the first: never
  /// rising, from 1 to 0.
  std::vector<double> without_optimum;
  /// Median over seeds of the evaluations until the optimum; infinite where half never find it.
  double median_evaluations_to_optimum = 0.0;
  /// Those after which nine seeds in ten have found it; infinite likewise.
  double evaluations_to_optimum_90 = 0.0;
  /// The p-value, from 0 to 1, of the regrets after all evaluations against those of
  /// BenchmarkResult::best_algorithm, as run_benchmark() says; nothing for that one itself.
  std::optional<double> p_against_best;
  double engine_seconds = 0.0;  ///< mean wall time of one search
};

struct BenchmarkResult {
  bool complete = true;  ///< false, and `algorithms` empty, where `stop` ended it early
  double optimum = 0.0;  ///< best feasible label, in the metric's own sense
  std::string optimum_architecture;
  std::int64_t evaluations = 0;
  std::int64_t seeds = 0;
  std::vector<AlgorithmResult> algorithms;
  /// The one of them with the lowest mean regret after all evaluations, the first of several; empty
  /// where there is none.
  std::string best_algorithm;
};

/// Runs every algorithm with seeds 1..seeds, seeds in parallel on the calling TBB arena. The same
/// result on any number of threads, times apart. `on_progress` (may be empty) receives the numbers
/// of finished and of all searches, from one thread at a time. Throws SearchError for a setup that
/// cannot be run, EvaluationError for a metric that the table lacks.
///
/// The regrets of each algorithm after all evaluations are compared with those of the best one by
/// signed_rank_p_value(), two-sided, and the p-values of all comparisons go through
/// holm_corrected() (Demsar, "Statistical Comparisons of Classifiers over Multiple Data Sets", JMLR
/// 2006). Seeds are paired because searches with the same seed are not independent: those that
/// begin with random networks draw them from the same stream, whatever the algorithm. Which
/// algorithm is best is taken from the same regrets, for which nothing is corrected: where several
/// are about equally good, the p-values are somewhat too small.
BenchmarkResult run_benchmark(const BenchmarkSetup& setup,
                              const std::function<void(std::size_t, std::size_t)>& on_progress,
                              std::stop_token stop);

/// `{"optimum", "optimum_architecture", "evaluations", "seeds", "best_algorithm", "algorithms":
/// {NAME: {"budgets": {"50": {"regret_mean", "regret_std", "regret_median", "regret_quartiles":
/// [lower, upper], "at_optimum"}, ...}, "median_evaluations_to_optimum",
/// "evaluations_to_optimum_90", "p_against_best", "engine_seconds"}}}`; a number that is infinite
/// or not there is null.
nlohmann::json to_json(const BenchmarkResult& result);

/// The mean regrets as a table in Markdown: a row for each algorithm, a column for each budget;
/// where there are several algorithms, the last column has the p-values against the best one.
std::string to_markdown(const BenchmarkResult& result);

}  // namespace evonas::search
