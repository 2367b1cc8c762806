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
#include "search/trial_log.hpp"

namespace evonas::search {

/// Algorithms with several objectives. On a table, whose front is known: how much of it they find,
/// and how fast the machinery is, since a look-up costs next to nothing. With labels of another
/// origin: how large the hypervolume of what they find is. In either case, whose fronts are better.
struct FrontBenchmarkSetup {
  spaces::AnySpace space;
  std::shared_ptr<const evaluation::BenchmarkTable> table;
  Problem problem;  ///< of metrics in the table, under the names they have there
  /// Their seeds are not read. With the identity "genotype" a search can reach the whole front of a
  /// table that labels isomorphic architectures apart; with "network" only a part of it.
  std::vector<AlgorithmOptions> algorithms;
  Guidance guidance;                 ///< of those that a predictor guides
  std::int64_t evaluations = 10000;  ///< of a search; not read where `seconds` ends it
  std::int64_t seeds = 10;
  /// A value for each objective, in the metric's own sense; empty takes the worst feasible value of
  /// each in the table, and needs one.
  std::vector<double> reference_point;
  /// Metric of the table that holds the seconds an evaluation takes; empty where none are counted.
  std::string cost;
  /// Seconds of the simulated clock (search_table()) to report at, ascending, in the place of
  /// `budgets` and `evaluations`: a search ends at the last. They need a `cost`.
  std::vector<double> seconds;
  /// Whether the clock also shows what a search itself takes (TableBudget::wall_clock), beside
  /// others that share the cores: results then depend on the machine.
  bool wall_clock = false;
  /// Of each algorithm, where its searches end before those of others: after so many evaluations, 0
  /// for `evaluations`. May be empty; not read where `seconds` ends searches.
  std::vector<std::int64_t> own_evaluations = {};
  /// In the place of the table, which is not read then.
  std::shared_ptr<const LabelSource> labels = {};
  /// Numbers of evaluations to report at, each from 1 to `evaluations`, in any order. Reported too
  /// is where the searches of any algorithm end. Not read where `seconds` ends searches.
  std::vector<std::int64_t> budgets = {};
  /// Searches one after the other, so that the times are those of a search that has all threads.
  bool alone = false;
  /// What results call the algorithms; see algorithm_names(). May be empty.
  std::vector<std::string> names = {};
};

/// The hypervolume at one budget, of evaluations or of seconds, over all seeds: of all that a
/// search had evaluated by then, up to the reference point; a share of that of the table's exact
/// front, or the hypervolume itself where no front is known.
struct FrontBudgetResult {
  std::int64_t evaluations = 0;  ///< 0 where the budget is of seconds
  double seconds = 0.0;          ///< 0 where it is of evaluations
  double mean = 0.0;
  double deviation = 0.0;  ///< over seeds, with one degree of freedom taken off
  double lowest = 0.0;
  double lower_quartile = 0.0;
  double median = 0.0;
  double upper_quartile = 0.0;
};

/// The same figures over the course of searches: values that hold from a moment to the next.
struct VolumeCurve {
  std::vector<double> moments;  ///< evaluations or seconds, ascending; the last is the end
  std::vector<double> lower_quartile;
  std::vector<double> median;
  std::vector<double> upper_quartile;
};

struct FrontAlgorithmResult {
  std::string algorithm;  ///< its name; with " (2)" and so on where it is there more than once
  /// Median over seeds: asking, looking up and telling, on the threads of the calling TBB arena,
  /// beside other searches where FrontBenchmarkResult::searches_at_once says so.
  double evaluations_per_second = 0.0;
  /// Evaluations of one search, mean over seeds; fewer than asked for where the space is exhausted.
  double evaluations = 0.0;
  /// In ascending order; the last is where the searches of this algorithm end.
  std::vector<FrontBudgetResult> budgets;
  /// Over evaluations, from the first to the last that all searches reach; empty where there is
  /// none.
  VolumeCurve curve;
  /// Likewise over seconds of the simulated clock; there where evaluations have a cost.
  std::optional<VolumeCurve> clock = {};
  /// Of one search on that clock, mean over seeds; likewise.
  std::optional<double> training_seconds = {};
  /// The front that the search with seed 1 ended with, each vector in the metrics' own sense,
  /// ordered by the first objective.
  std::vector<std::vector<double>> front = {};

  const FrontBudgetResult& end() const { return budgets.back(); }
};

/// How the fronts of one algorithm stand to those of another, over all pairs of a search of the one
/// and a search of the other.
struct FrontComparison {
  std::string algorithm;
  std::string other;
  /// Share of pairs in which the front weakly dominates that of the other: each of its members is
  /// equalled or surpassed in every objective by one of the front.
  double dominates = 0.0;
  /// Mean share of the members of the other front that are (the coverage of Zitzler and Thiele,
  /// "Multiobjective evolutionary algorithms: a comparative case study and the strength Pareto
  /// approach", IEEE TEVC 1999). A front without members is covered by any.
  double covers = 0.0;
};

/// Whether the hypervolume of one algorithm at some budget is larger than that of another, at the
/// same budget or at one of its own. Searches are paired by their seeds, because those that begin
/// with random networks draw them from the same stream, whatever the algorithm.
struct FrontTest {
  std::string algorithm;
  std::string other;
  std::int64_t evaluations = 0;        ///< of searches of `algorithm`; 0 where `seconds` tells
  std::int64_t other_evaluations = 0;  ///< of those of `other`; likewise
  double seconds = 0.0;                ///< of either; 0 where evaluations tell
  std::int64_t larger = 0;             ///< seeds with which `algorithm` has the larger hypervolume
  std::int64_t equal = 0;
  std::int64_t smaller = 0;
  double median_difference = 0.0;  ///< over seeds, of `algorithm` from `other`
  /// The p-value, from 0 to 1, of signed_rank_p_value(), two-sided; those of all tests of a
  /// benchmark go through holm_corrected().
  double p = 1.0;
};

struct FrontBenchmarkResult {
  bool complete = true;        ///< false, and `algorithms` empty, where `stop` ended it early
  std::size_t front_size = 0;  ///< of the table; 0 where no front is known
  double hypervolume = 0.0;    ///< of the table's front; 0 where none is known
  std::vector<double> reference_point;  ///< in the metric's own sense
  std::int64_t seeds = 0;
  std::vector<FrontAlgorithmResult> algorithms;
  /// Each algorithm with each other one, by the fronts that their searches ended with.
  std::vector<FrontComparison> comparisons = {};
  /// Of every two algorithms: at the last budget that both have, and, where the searches of one end
  /// before those of the other, each at its own end, the one that ends first as `algorithm`.
  std::vector<FrontTest> tests = {};
  /// Searches that shared the cores, at most: where it is not 1, the times are not those of a
  /// search alone.
  std::int64_t searches_at_once = 1;
  /// The table's front, as FrontAlgorithmResult::front; empty where none is known.
  std::vector<std::vector<double>> exact_front = {};
  bool wall_clock = false;  ///< as in the setup
};

/// Runs every algorithm with seeds 1..seeds, on the calling TBB arena, and there in parallel unless
/// they are to be alone. The same result on any number of threads, times apart. `on_progress` (may
/// be empty) receives the numbers of finished and of all searches, from one thread at a time. A
/// `log` is used as by run_benchmark(); the times of what it has are those of when it was run.
/// Throws SearchError for a setup that cannot be run, and for a log of an evonas that kept of a
/// search no more than its hypervolume at the end; EvaluationError for a metric that the table
/// lacks, and where labels cannot be had.
FrontBenchmarkResult run_front_benchmark(
    const FrontBenchmarkSetup& setup,
    const std::function<void(std::size_t, std::size_t)>& on_progress, const std::stop_token& stop,
    TrialLog* log = nullptr);

/// `{"front_size", "hypervolume", "reference_point", "seeds", "searches_at_once", "algorithms":
/// {NAME: {"evaluations", "evaluations_per_second", "hypervolume_share_mean",
/// "hypervolume_share_lowest", "budgets": {"100": {"hypervolume_share_mean",
/// "hypervolume_share_std", "hypervolume_share_lowest", "hypervolume_share_median",
/// "hypervolume_share_quartiles": [lower, upper]}, ...}}}, "tests": [{"algorithm", "evaluations",
/// "other", "other_evaluations", "larger", "equal", "smaller", "median_difference", "p"}, ...],
/// "comparisons": [{"algorithm", "other", "dominates", "covers"}, ...]}`; the figures beside
/// "budgets" are those at the end of searches. "training_seconds" is there for each algorithm where
/// evaluations have a cost, and "clock" is "wall" where that has the searches' own time in it.
/// Where seconds end searches, there is "seconds" in the place of "budgets", and of "evaluations"
/// and "other_evaluations" of a test. Where no front is known, "front_size" and "hypervolume" are
/// null, and all that is called "hypervolume_share_..." is "hypervolume_...": no share, but the
/// hypervolume itself.
nlohmann::json to_json(const FrontBenchmarkResult& result);

/// Tables in Markdown, with what they tell in words above each: the hypervolume of each algorithm
/// at each budget, the tests between them, how their fronts compare, and what searches took.
std::string to_markdown(const FrontBenchmarkResult& result);

}  // namespace evonas::search
