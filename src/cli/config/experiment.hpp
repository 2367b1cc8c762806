#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/fields.hpp"
#include "cli/config/configuration.hpp"

namespace evonas::config {

/// What is wrong with a text that stands in a cell of a result's tables; empty where nothing is.
std::string cell_fault(const std::string& text);

/// One of the algorithms.
struct ExperimentAlgorithmSection {
  std::string name;
  search::AlgorithmOptions options;
  std::int64_t evaluations = 0;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("name", name,
          "what results call it; empty is the name of the algorithm, with (2) and so on where it "
          "is there more than once. Searches are the same under any name",
          checked(cell_fault));
    options.fields(visit);
    visit("evaluations", evaluations,
          "where searches of this algorithm end before the last of `budgets`; 0 is there",
          between(0, 100000000));
  }
};

/// Somebody else's searches, to tell beside ours.
struct PublishedSearchesSection {
  std::string label;
  std::string source;
  std::string metric;
  std::vector<std::int64_t> budgets;
  std::vector<double> seconds;
  std::vector<double> regret;
  std::optional<double> median_evaluations_to_optimum;
  std::optional<double> evaluations_to_optimum_90;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("label", label, "name of the algorithm", required(checked(cell_fault)));
    visit("source", source, "where the figures are from", required(checked(cell_fault)));
    visit("metric", metric,
          "the metric of a table whose regret it is: with another objective the figures are left "
          "out; empty is that of any");
    visit("budgets", budgets, "numbers of evaluations of the figures in `regret`",
          between(1, 100000000));
    visit("seconds", seconds,
          "in the place of budgets: seconds of training of the figures in `regret`",
          between(0.001, 1e15));
    visit("regret", regret, "mean regret at each of `budgets`, or of `seconds`", at_least(0));
    visit("median_evaluations_to_optimum", median_evaluations_to_optimum,
          "evaluations after which half of its searches have found the optimum", at_least(1));
    visit("evaluations_to_optimum_90", evaluations_to_optimum_90,
          "evaluations after which nine in ten have", at_least(1));
  }
};

/// A comparison of algorithms over many seeds, on a table or with labels of another origin, as an
/// experiment file asks for it.
struct Experiment {
  std::string title;
  AnySpaceSection space;
  std::optional<std::string> input;
  std::vector<ObjectiveSection> objectives;
  std::vector<std::string> limits;
  std::map<std::string, BenchmarkSourceSection> evaluation;
  std::optional<std::string> cost;
  std::string clock = "training";
  std::vector<ExperimentAlgorithmSection> search;
  std::string against;
  PredictorsSection predictors;
  std::int64_t seeds = 200;
  std::vector<std::int64_t> budgets = {10, 20, 50, 100, 150, 200, 300};
  std::vector<double> seconds;
  std::vector<double> reference_point;
  std::vector<PublishedSearchesSection> published;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("title", title, "heading of the result");
    visit("space", space, "where architectures come from: a name, or a mapping with its options",
          required());
    visit("input", input,
          "what networks read, where that is needed for latency, params, macs, flops or "
          "memory_bytes: cifar10, cifar100, imagenet16, imagenet, fashion_mnist, mnist or "
          "CxHxW:CLASSES",
          checked(Configuration::input_fault));
    visit("objectives", objectives,
          "one metric, whose regret is reported (without a table the best value found), or "
          "several, whose front is",
          required());
    visit("limits", limits, "hard limits that a result keeps", checked(Configuration::limit_fault));
    visit("evaluation", evaluation,
          "where the values of each metric come from: a table, whose optimum is known, or other "
          "sources that repeat",
          required());
    visit("cost", cost,
          "the metric under `evaluation` that holds the seconds an evaluation takes: results are "
          "told over a simulated clock too, which adds them up");
    visit("clock", clock,
          "what that clock shows: training, the seconds of evaluations alone; wall, what a search "
          "itself takes too (breeding, predictors), so that `seconds` are of wall time and results "
          "depend on the machine; searches share its cores unless there is one thread",
          one_of({"training", "wall"}));
    visit("search", search, "the algorithms, each with its options", required());
    visit("against", against,
          "with one objective: the name of the algorithm that p-values compare the others with; "
          "empty is the best of them");
    visit("predictors", predictors,
          "what predictors read that guide searches, where their networks compute, and how they "
          "learn");
    visit("seeds", seeds, "searches of each algorithm, with the seeds 1, 2, 3, ...",
          between(1, 1000000));
    visit("budgets", budgets,
          "numbers of evaluations to report at, ascending; a search ends at the last",
          between(1, 100000000));
    visit("seconds", seconds,
          "in the place of budgets: seconds of the simulated clock to report at, ascending; a "
          "search ends at the last",
          between(0.001, 1e15));
    visit("reference_point", reference_point,
          "with several objectives: a value of each, up to which the hypervolume counts; empty is "
          "the worst of the table, and without a table it is needed");
    visit("published", published,
          "with one objective and a table: figures of others, to tell beside");
  }

  search::Problem problem() const { return make_problem(objectives, limits); }

  /// Whether all metrics come from a table.
  bool is_tabulated() const;

  /// The table that metrics come from; empty where none does.
  std::string table_file() const;

  /// How a metric under `evaluation`, of a table, is called in it.
  std::string column(const std::string& metric) const;

  /// What results call each algorithm: search::algorithm_names().
  std::vector<std::string> algorithm_names() const;

  /// A search with the same space, problem and sources.
  Configuration configuration() const;
};

/// Reads an experiment file as load_configuration() does a configuration. Throws yaml::YamlError.
Experiment load_experiment(const std::filesystem::path& file,
                           std::span<const std::string> overrides = {});

/// Whether the file is an experiment rather than the configuration of one search: `search` is a
/// list, or it has `seeds`, `budgets` or `seconds`. Throws yaml::YamlError where it is not even
/// YAML.
bool is_experiment(const std::filesystem::path& file);

}  // namespace evonas::config
