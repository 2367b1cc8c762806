#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "search/benchmark.hpp"
#include "search/driver.hpp"
#include "search/front_benchmark.hpp"
#include "search/known_optimum.hpp"
#include "search/run_record.hpp"
#include "spaces/search_space.hpp"

/// What a search found out, told: as files for scripts, as a page and as text for a terminal. Every
/// function is pure (but for the `dot` program that draws cells) and safe to call from any thread.
namespace evonas::report {

/// A report that cannot be written.
class ReportError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A finished or interrupted run and what is needed to tell about it.
struct Run {
  std::string name;  ///< of the folder
  spaces::AnySpace space;
  search::Problem problem;
  search::SearchSummary summary;
  /// By name: units and cost classes, also of metrics that only the final training yields.
  std::map<std::string, evaluation::Metric> metrics;
  std::map<std::string, std::string> host;  ///< cpu, cores, memory, system, evonas version
  std::string configuration;                ///< YAML with every default
  /// What the search looked for, where a table tells.
  std::optional<search::KnownOptimum> optimum = {};
  /// By key (Key::hex()) of a network on the front: how critical each node of its cell is, from 0
  /// to 1, as the search's predictor tells it. The critical part is framed in pictures. Often
  /// empty.
  std::map<std::string, std::vector<double>> node_weights = {};
};

/// Algorithms compared on a table, or with labels of another origin.
struct Benchmark {
  std::string name;           ///< of the experiment
  std::string space;          ///< name of the search space
  evaluation::Metric metric;  ///< the objective: regrets (or best values) are in its unit
  search::BenchmarkResult result;
  std::map<std::string, std::string> host;
  std::string configuration;
};

/// Algorithms with several objectives compared by the hypervolume of what they find.
struct FrontBenchmark {
  struct Objective {
    evaluation::Metric metric;
    search::Goal goal = search::Goal::Minimize;
  };
  std::string name;                   ///< of the experiment
  std::string space;                  ///< name of the search space
  std::vector<Objective> objectives;  ///< in the order of the values of fronts
  search::FrontBenchmarkResult result;
  std::map<std::string, std::string> host;
  std::string configuration;
};

/// Predictors compared on a table: how well each ranks architectures that it has not learnt from.
struct PredictorBenchmark {
  struct Figure {  ///< over seeds; one seed has no deviation
    double mean = 0.0;
    std::optional<double> deviation;
  };
  /// From the taus of `against`, paired by seed.
  struct Difference {
    double mean = 0.0;
    double low = 0.0;  ///< 95 % confidence interval
    double high = 0.0;
    double p = 1.0;
  };
  /// One epoch of a fit; no number where something is not known of it.
  struct LearningPoint {
    double epoch = 0.0;
    double loss = 0.0;
    double held_out = 0.0;  ///< loss of labels that were held out
    double tau = 0.0;       ///< Kendall's, with these
  };
  /// One predictor that has learnt from so many labels.
  struct Row {
    std::string model;
    std::size_t train = 0;   ///< labels
    std::size_t tested = 0;  ///< architectures
    std::size_t seeds = 0;
    std::size_t parameters = 0;
    Figure tau;
    std::optional<Figure> test_tau;  ///< with a second metric
    std::optional<Figure> mape;      ///< mean relative error in percent, where it tells something
    std::optional<Figure> within10;  ///< likewise the share within 10 %, in percent
    Figure top10_tau;                ///< among the tenth with the best values
    /// Of expected deviations and true errors, and the share of values that 90 % intervals hold;
    /// nothing where it expects no deviations.
    std::optional<Figure> deviation_rho;
    std::optional<Figure> coverage90;
    double fit_seconds = 0.0;
    double architectures_per_second = 0.0;
    /// Of its taus against those of the best predictor from as many labels; nothing for that one.
    std::optional<double> p_against_best;
    bool best = false;                           ///< whether it is that one
    std::optional<Difference> difference;        ///< of tau; nothing for `against` itself
    std::optional<Difference> top10_difference;  ///< of the tau among the best tenth
    std::vector<LearningPoint> learning_curve;   ///< of one seed; may be empty
    std::vector<double> held;  ///< for each of `levels`; empty where it expects no deviations
    /// Of some tested architectures of one seed; may be empty.
    std::vector<double> values;
    std::vector<double> predicted;  ///< for each of these
  };
  /// Somebody else's figure.
  struct Published {
    std::string label;
    std::size_t size = 0;  ///< labels
    double tau = 0.0;
    std::string source;
  };
  /// An architecture on the map.
  struct Place {
    std::string architecture;
    double x = 0.0;
    double y = 0.0;
    double value = 0.0;
  };
  std::string name;           ///< of the comparison
  std::string space;          ///< name of the search space
  evaluation::Metric metric;  ///< that is learnt
  std::string test_metric;    ///< empty where there is none
  std::size_t architectures = 0;
  std::string split;                    ///< "random", "first" (of the table) or "leave_family_out"
  std::string against;                  ///< the model that others are compared with; empty: none
  std::optional<double> ceiling;        ///< the tau of a perfect predictor with the labels
  std::optional<double> top10_ceiling;  ///< likewise among the best tenth
  std::optional<double> labels_test_tau;  ///< that of the labels learnt themselves with test values
  std::vector<double> levels;             ///< shares of values that intervals are asked to hold
  std::vector<Row> rows;                  ///< by model, then by number of labels
  std::vector<Published> published;
  std::vector<Place> map;
  std::string map_source;          ///< what the places follow from, in words
  std::vector<double> map_shares;  ///< of the variance along x and along y
  std::map<std::string, std::string> host;
  std::string configuration;
};

/// The front as CSV: `architecture,key`, objectives, limits' metrics and then the other metrics by
/// name. Values print shortest-exact, a missing one as nothing, and no time that a run took is
/// among them: the same run gives the same bytes.
std::string front_csv(const Run& run);

/// `summary.json`: `{"status": "complete" | "interrupted" | "running" | "failed", "termination",
/// "seed", "evaluations", "failures", "seconds", "best": NETWORK or null, "front": [NETWORK...],
/// "hypervolume", "reference_point": [...]}`, and `"final": {"architecture", "metrics",
/// "intervals", "seconds", "rejected": [NETWORK without key...]}` after a final stage, and
/// `"optimum": {"architecture", "value", "distance"}` where a table tells the best value of the
/// first objective within the limits (the distance of the best network from it, null without one,
/// is never negative), and `"times": {"fit", "score", "breed", "evaluate", "rest"}`, the seconds as
/// search::TimeSplit splits them, where they were noted, and `"screenings": {"count", "failures",
/// "architectures", "left_out", "seconds", "seconds_saved"}` as ScreeningTally has them, where
/// there were any: they are none of the evaluations. NETWORK is
/// `{"architecture", "key", "metrics": {NAME: value}, "intervals": {NAME: [low, high]}}`; intervals
/// (95 %) are there for the metrics that have one.
nlohmann::json summary_json(const Run& run);

/// Everything the page shows, as plain data: one call turns a run into data, another draws it.
/// `{"kind": "search", "reference_point": [...], "runs": [RUN...]}`, a RUN being
/// - `name`, `space`, `message`, `host`, `configuration`;
/// - `objectives` [{metric, name, unit, goal}], `limits` [{metric, relation, bound, unit, text}];
/// - `metrics` [{name, unit}] in the order of front.csv, and `units` {name: unit} of all;
/// - `summary` as summary_json();
/// - `evaluations` [{index, generation, architecture, key, metrics, intervals, feasible, on_front,
///   seconds}], failed ones with their `failure`, those of known origin with their `origin`
///   {operator, parents: [index...], generations} (search::Origin); an `index` is the place among
///   them, from 0, and screenings are not among them;
/// - `best_so_far` and `hypervolume` [{evaluations, value}], points where the curve has a new
///   value;
/// - `operators` [{operator, evaluated, feasible, on_front, improved}]: what became of what each
/// made,
///   `improved` being those that were the best in the first objective when they came;
/// - `cells` [{key, svg}] of the front's first 60 networks; `svg` is null without Graphviz;
/// - `lineage` [{index, changes: [{gene, from, to}], svg}]: the evaluations on the way to the
/// network
///   that the run ends with, the earliest first; `svg` is null where they are many;
/// - `gene_importance` [{metric, evaluations, explained, genes: [{name, share}]}] of the
/// objectives, as
///   gene_importance.hpp says; `evaluations` and `explained` are null where a predictor says it;
/// - `predicted_front` [{architecture, metrics, intervals}]: search::Algorithm::predicted_front().
nlohmann::json report_json(const Run& run);

/// The same of several runs, which must have the same objectives (ReportError otherwise). Their
/// `hypervolume` curves are measured from one reference point, the worst of the runs' own; cells,
/// lineages, the importance of genes and predicted fronts are left out.
nlohmann::json report_json(std::span<const Run> runs);

/// The data of a benchmark's page: `{"kind": "benchmark", "name", "space", "metric",
/// "optimum_known", "optimum", "optimum_architecture", "evaluations", "cost", "seconds", "seeds",
/// "best_algorithm", "against", "curves": [{"algorithm", "budgets", "mean", "median", "lower",
/// "upper", "without_optimum", "evaluations_to_optimum_10" or null, "median_evaluations_to_optimum"
/// or null, "evaluations_to_optimum_90" or null, "evaluations", "p_against" or null,
/// "engine_seconds", "times" or null, "running_tau": {"evaluations", "lower", "median", "upper"},
/// "clock" or null}], "published": [{"label", "source", "regrets": [{"evaluations", "seconds",
/// "mean"}], "median_evaluations_to_optimum" or null, "evaluations_to_optimum_90" or null}],
/// "host", "configuration"}`, with the terms of search::BenchmarkResult; a "clock" has the same
/// over training seconds.
nlohmann::json report_json(const Benchmark& benchmark);

/// The data of the page of compared fronts: `{"kind": "fronts", "name", "space", "objectives":
/// [{"name", "unit", "goal"}], "front_known", "hypervolume", "reference_point", "seeds",
/// "searches_at_once", "exact_front", "algorithms": [{"algorithm", "budgets": [{"evaluations",
/// "seconds", "mean", "std", "lowest", "quartiles": [lower, upper], "median"}], "curve": CURVE,
/// "clock": CURVE or null, "evaluations", "evaluations_per_second", "training_seconds" or null,
/// "front"}], "tests": [...], "comparisons": [...], "host", "configuration"}`, a CURVE being
/// {"moments", "median", "lower", "upper"}, with the terms of search::FrontBenchmarkResult.
nlohmann::json report_json(const FrontBenchmark& benchmark);

/// The data of the page of compared predictors: `{"kind": "predictors", "name", "space", "metric":
/// {"name", "unit"}, "test_metric", "architectures", "split", "models": [in the order of the rows],
/// "against", "ceiling", "top10_ceiling", "labels_test_tau", "levels", "rows": [ROW...],
/// "published": [{"label", "size", "tau", "source"}], "map": {"source", "shares", "places":
/// [{"architecture", "x", "y", "value"}]}, "host", "configuration"}`, with the terms of
/// PredictorBenchmark; a figure is `{"mean", "deviation"}`; what there is not is null.
nlohmann::json report_json(const PredictorBenchmark& benchmark);

/// A self-contained page (plotly.js inlined, asks the network for nothing) that shows the data of
/// report_json(): one search, several compared, a benchmark, compared fronts, or compared
/// predictors. Throws ReportError for other data.
std::string report_html(const nlohmann::json& data);

/// A table for a terminal: the best network, the front, how the search ended, what its time went
/// to.
std::string console_summary(const Run& run);

}  // namespace evonas::report
