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
  /// Of the simulated clock (search_table()), at which a search ends, in the place of
  /// `evaluations`; 0 for none. Needs a `cost`.
  double seconds = 0.0;
  /// Of each algorithm, where its searches end before those of others: after so many evaluations, 0
  /// for `evaluations`. May be empty; not read where `seconds` ends searches.
  std::vector<std::int64_t> own_evaluations = {};
  /// In the place of the table, which is not read then.
  std::shared_ptr<const LabelSource> labels = {};
};

struct FrontAlgorithmResult {
  std::string algorithm;  ///< its name; with " (2)" and so on where it is there more than once
  /// Median over seeds: asking, looking up and telling, on the threads of the calling TBB arena.
  double evaluations_per_second = 0.0;
  /// Evaluations of one search, mean over seeds; fewer than asked for where the space is exhausted.
  double evaluations = 0.0;
  /// Hypervolume of all that was evaluated as a share of the table's exact front, over seeds; where
  /// no front is known, the hypervolume itself.
  double hypervolume_share_mean = 0.0;
  double hypervolume_share_lowest = 0.0;
  /// Of one search on the simulated clock, mean over seeds; there where evaluations have a cost.
  std::optional<double> training_seconds = {};
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

struct FrontBenchmarkResult {
  bool complete = true;        ///< false, and `algorithms` empty, where `stop` ended it early
  std::size_t front_size = 0;  ///< of the table; 0 where no front is known
  double hypervolume = 0.0;    ///< of the table's front; 0 where none is known
  std::vector<double> reference_point;  ///< in the metric's own sense
  std::int64_t seeds = 0;
  std::vector<FrontAlgorithmResult> algorithms;
  /// Each algorithm with each other one; empty where a search was kept by an evonas that did not
  /// keep fronts.
  std::vector<FrontComparison> comparisons = {};
};

/// Runs every algorithm with seeds 1..seeds, one search after the other, so that the times are
/// those of one search alone. The same result on any number of threads, times apart. `on_progress`
/// (may be empty) receives the numbers of finished and of all searches. A `log` is used as by
/// run_benchmark(); the times of what it has are those of when it was run. Throws SearchError for a
/// setup that cannot be run, EvaluationError for a metric that the table lacks, and where labels
/// cannot be had.
FrontBenchmarkResult run_front_benchmark(
    const FrontBenchmarkSetup& setup,
    const std::function<void(std::size_t, std::size_t)>& on_progress, const std::stop_token& stop,
    TrialLog* log = nullptr);

/// `{"front_size", "hypervolume", "reference_point", "seeds", "algorithms": {NAME: {"evaluations",
/// "evaluations_per_second", "hypervolume_share_mean", "hypervolume_share_lowest"}},
/// "comparisons": [{"algorithm", "other", "dominates", "covers"}, ...]}`, and "training_seconds"
/// for each algorithm where evaluations have a cost. Where no front is known, "front_size" and
/// "hypervolume" are null, and in the place of shares there are "hypervolume_mean" and
/// "hypervolume_lowest".
nlohmann::json to_json(const FrontBenchmarkResult& result);

/// A row for each algorithm, and one for each comparison, in Markdown.
std::string to_markdown(const FrontBenchmarkResult& result);

}  // namespace evonas::search
