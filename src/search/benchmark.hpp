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
#include "search/label_source.hpp"
#include "search/running_tau.hpp"
#include "search/time_split.hpp"
#include "search/trial_log.hpp"

namespace evonas::search {

/// Algorithms compared over many seeds: on a table, whose optimum is known, or with labels of
/// another origin.
struct BenchmarkSetup {
  spaces::AnySpace space;
  std::shared_ptr<const evaluation::BenchmarkTable> table;
  Problem problem;    ///< of metrics in the table, under the names they have there; one objective
  Guidance guidance;  ///< of algorithms that a predictor guides
  std::vector<AlgorithmOptions> algorithms;  ///< their seeds are not read
  std::int64_t evaluations = 300;            ///< of a search; not read where there are `seconds`
  std::int64_t seeds = 200;
  /// Numbers of evaluations at which regret is reported, each from 1 to `evaluations`.
  std::vector<std::int64_t> budgets;
  /// Metric of the table that holds the seconds an evaluation takes; empty where none are counted.
  std::string cost;
  /// Seconds of the simulated clock (search_table()) at which regret is reported, ascending, in the
  /// place of `budgets`: a search ends at the last. They need a `cost`.
  std::vector<double> seconds;
  /// Whether the clock also shows what a search itself takes (TableBudget::wall_clock), beside
  /// others that share the cores: results then depend on the machine.
  bool wall_clock = false;
  /// Of each algorithm, where its searches end before those of others: after so many evaluations, 0
  /// for `evaluations`. May be empty; not read where there are `seconds`.
  std::vector<std::int64_t> own_evaluations = {};
  /// In the place of the table, which is not read then.
  std::shared_ptr<const LabelSource> labels = {};
  /// What results call each algorithm, as algorithm_names() takes them; searches that were kept are
  /// found under any name.
  std::vector<std::string> names = {};
  /// The name of the algorithm that the others are compared with; empty for the best of them.
  std::string against = {};
};

/// Regret at one budget, of evaluations or of seconds, over all seeds: distance of the best found
/// feasible label from the best feasible one of the table, in the unit of the objective. A search
/// that has found nothing feasible has the regret of the worst feasible label.
///
/// Where no optimum is known (BenchmarkResult::optimum_known) the same figures are those of the
/// best found feasible label itself, in the metric's own sense; a search that has found nothing
/// feasible then counts as the worst with which any search of the benchmark began.
struct BudgetResult {
  std::int64_t evaluations = 0;  ///< 0 where the budget is of seconds
  double seconds = 0.0;          ///< 0 where it is of evaluations
  double regret_mean = 0.0;
  double regret_deviation = 0.0;  ///< over seeds, with one degree of freedom taken off
  double regret_median = 0.0;
  double regret_lower_quartile = 0.0;
  double regret_upper_quartile = 0.0;
  double at_optimum = 0.0;  ///< share of seeds that have found the optimum, where it is known
};

/// What the searches of one algorithm come to on the simulated clock.
struct ClockResult {
  /// Moments at equal distances, from the one at which every search has its first evaluation to the
  /// last that all of them reach; regret over seeds at each.
  std::vector<double> seconds;
  std::vector<double> mean_regret;
  std::vector<double> lower_quartile;
  std::vector<double> median;
  std::vector<double> upper_quartile;
  double median_seconds_to_optimum = 0.0;  ///< over seeds; infinite where half never find it
  double seconds_to_optimum_90 = 0.0;      ///< likewise
  double training_seconds = 0.0;           ///< of one search, mean
};

struct AlgorithmResult {
  std::string algorithm;  ///< its name (BenchmarkSetup::names)
  /// In the order of BenchmarkSetup::budgets, or `seconds`; without those behind the algorithm's
  /// own end (BenchmarkSetup::own_evaluations).
  std::vector<BudgetResult> budgets;
  /// After each evaluation, from the first to the last that is in the budget; where that is of
  /// seconds, to the last that all searches reach.
  std::vector<double> mean_regret;
  std::vector<double> lower_quartile;  ///< likewise
  std::vector<double> median;          ///< likewise
  std::vector<double> upper_quartile;  ///< likewise
  /// Share of seeds that have not found the optimum after each evaluation, from the first: never
  /// rising, from 1 to 0. Empty where it is not known.
  std::vector<double> without_optimum;
  /// Evaluations after which one seed in ten has found the optimum; infinite where fewer ever do.
  double evaluations_to_optimum_10 = 0.0;
  /// Median over seeds of the evaluations until the optimum; infinite where half never find it.
  double median_evaluations_to_optimum = 0.0;
  /// Those after which nine seeds in ten have found it; infinite likewise.
  double evaluations_to_optimum_90 = 0.0;
  /// The p-value, from 0 to 1, of the regrets at the end of the budget against those of
  /// BenchmarkResult::against, as run_benchmark() says; nothing for that one itself.
  std::optional<double> p_against;
  double engine_seconds = 0.0;            ///< mean wall time of one search
  double evaluations = 0.0;               ///< of one search, mean
  double screenings = 0.0;                ///< of one search, mean; evaluations are not among them
  std::optional<ClockResult> clock = {};  ///< there where evaluations have a cost
  /// How well what it expected ranks what was measured, up to the end of `median`; empty where it
  /// expects nothing.
  TauCurve running_tau = {};
  /// What `engine_seconds` went to, mean over the searches that noted it; nothing where none did.
  std::optional<TimeSplit> times = {};
};

/// Somebody else's searches, to tell beside those of a benchmark.
struct PublishedSearches {
  /// Mean regret at one budget, as BudgetResult has them.
  struct Regret {
    std::int64_t evaluations = 0;  ///< 0 where the budget is of seconds
    double seconds = 0.0;          ///< 0 where it is of evaluations
    double mean = 0.0;
  };
  std::string label;
  std::string source;           ///< where the figures are from
  std::vector<Regret> regrets;  ///< may be empty
  /// As in AlgorithmResult; nothing where that is not published.
  std::optional<double> median_evaluations_to_optimum = {};
  std::optional<double> evaluations_to_optimum_90 = {};  ///< likewise
};

struct BenchmarkResult {
  bool complete = true;       ///< false, and `algorithms` empty, where `stop` ended it early
  bool optimum_known = true;  ///< false where labels do not come from a list such as a table
  /// Best feasible label, in the metric's own sense; where it is not known, the best that any
  /// search has found.
  double optimum = 0.0;
  std::string optimum_architecture;  ///< empty where it is not known
  std::int64_t evaluations = 0;      ///< 0 where the budget is of seconds
  std::int64_t seeds = 0;
  std::vector<AlgorithmResult> algorithms;
  /// The one of them with the lowest mean regret at the end of the budget, the first of several;
  /// empty where there is none.
  std::string best_algorithm;
  std::string against = {};  ///< the one that the others are compared with; empty likewise
  std::string cost = {};     ///< as in the setup
  double seconds = 0.0;      ///< at which a search ends; 0 where the budget is of evaluations
  bool wall_clock = false;   ///< as in the setup
  /// Told beside the algorithms; run_benchmark() leaves it empty.
  std::vector<PublishedSearches> published = {};
};

/// Runs every algorithm with seeds 1..seeds, seeds in parallel on the calling TBB arena. The same
/// result on any number of threads, times apart. `on_progress` (may be empty) receives the numbers
/// of finished and of all searches, from one thread at a time. Throws SearchError for a setup that
/// cannot be run, and where no optimum is known and no search found anything feasible;
/// EvaluationError for a metric that the table lacks, and where labels cannot be had.
///
/// With a `log` every search is kept as it ends, and those that it has already are not run again;
/// where there are some, `on_progress` is first told so. The result is that of running all of them
/// at once, but for `engine_seconds`, which are those of the time when a search was run.
///
/// The regrets (or best values) of each algorithm at the end of the budget are compared with those
/// of the one that BenchmarkSetup::against names, or of the best one, by signed_rank_p_value(),
/// two-sided, and the p-values of all comparisons go through holm_corrected() (Demsar, "Statistical
/// Comparisons of Classifiers over Multiple Data Sets", JMLR 2006). Seeds are paired because
/// searches with the same seed are not independent: those that begin with random networks draw them
/// from the same stream, whatever the algorithm. Where the best one is compared with, it is taken
/// from the same regrets, for which nothing is corrected: where several are about equally good, the
/// p-values are somewhat too small.
BenchmarkResult run_benchmark(const BenchmarkSetup& setup,
                              const std::function<void(std::size_t, std::size_t)>& on_progress,
                              std::stop_token stop, TrialLog* log = nullptr);

/// `{"optimum", "optimum_architecture", "evaluations", "seeds", "best_algorithm", "against",
/// "algorithms": {NAME: {"budgets": {"50": {"regret_mean", "regret_std", "regret_median",
/// "regret_quartiles": [lower, upper], "at_optimum"}, ...}, "curve": CURVE,
/// "evaluations_to_optimum_10", "median_evaluations_to_optimum", "evaluations_to_optimum_90",
/// "p_against", "evaluations" (of one search), "engine_seconds"}}}`; a number that is infinite or
/// not there is null. A CURVE is `{"lower_quartile", "median", "upper_quartile"}` of the regret
/// after each evaluation, from the first. Where evaluations have a cost there are also `"cost"`,
/// `"seconds"` (the budget, null where that is of evaluations) and for each algorithm
/// `"training_seconds"` (of one search), `"median_seconds_to_optimum"`, `"seconds_to_optimum_90"`,
/// `"clock_curve"`, a CURVE at the moments `"seconds"`, and, as "budgets" are, `"seconds": {"3600":
/// {...}, ...}`; `"screenings"` (of one search) for an algorithm that makes any; `"running_tau"`, a
/// CURVE after `"evaluations"`, where it expects anything; `"times": {"fit", "score", "breed",
/// "evaluate", "rest"}` where they were noted; and `"published": [{"label", "source", "budgets" or
/// "seconds": {"50": mean regret, ...}, "median_evaluations_to_optimum",
/// "evaluations_to_optimum_90"}, ...]`, of which only what is published is there.
///
/// Where no optimum is known, "optimum" and "optimum_architecture" are null, `"best_found"` is the
/// best that any search has found, a budget is `{"best_mean", "best_std", "best_median",
/// "best_quartiles": [lower, upper]}`, curves are of the best values, and what tells of the optimum
/// is not there.
nlohmann::json to_json(const BenchmarkResult& result);

/// In Markdown, a row for each algorithm and a column for each budget: the mean regrets with their
/// deviations, evaluations to the optimum and those of the simulated clock where evaluations have a
/// cost, with the screenings of an algorithm that makes any beside its evaluations; where there are
/// several algorithms, the last column has the p-values. Below it a table of the medians with their
/// quartiles, and one of what is published. Where no optimum is known, the first table has median
/// and quartiles of the best values found, and the second is not there.
std::string to_markdown(const BenchmarkResult& result);

}  // namespace evonas::search
