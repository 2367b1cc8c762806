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

/// A comparison of algorithms over many seeds on a table, as an experiment file asks for it.
struct Experiment {
  std::string title;
  AnySpaceSection space;
  std::vector<ObjectiveSection> objectives;
  std::vector<std::string> limits;
  std::map<std::string, TableSection> evaluation;
  std::optional<std::string> cost;
  std::vector<search::AlgorithmOptions> search;
  std::int64_t seeds = 200;
  std::vector<std::int64_t> budgets = {10, 20, 50, 100, 150, 200, 300};
  std::vector<double> seconds;
  std::vector<double> reference_point;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("title", title, "heading of the result");
    visit("space", space, "where architectures come from: a name, or a mapping with its options",
          required());
    visit("objectives", objectives,
          "one metric, whose regret is reported, or several, whose front is", required());
    visit("limits", limits, "hard limits that a result keeps", checked(Configuration::limit_fault));
    visit("evaluation", evaluation, "the table that each metric comes from", required());
    visit("cost", cost,
          "the metric under `evaluation` that holds the seconds an evaluation takes: results are "
          "told over a simulated clock too, which adds them up");
    visit("search", search, "the algorithms, each with its options", required());
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
          "the worst of the table");
  }

  search::Problem problem() const { return make_problem(objectives, limits); }

  /// The table that all metrics come from.
  const std::string& table_file() const { return evaluation.begin()->second.table; }

  /// How a metric under `evaluation` is called in it.
  const std::string& column(const std::string& metric) const {
    const std::string& name = evaluation.at(metric).metric;
    return name.empty() ? metric : name;
  }
};

/// Reads an experiment file as load_configuration() does a configuration. Throws yaml::YamlError.
Experiment load_experiment(const std::filesystem::path& file,
                           std::span<const std::string> overrides = {});

/// Whether the file is an experiment rather than the configuration of one search: `search` is a
/// list, or it has `seeds`, `budgets` or `seconds`. Throws yaml::YamlError where it is not even
/// YAML.
bool is_experiment(const std::filesystem::path& file);

}  // namespace evonas::config
