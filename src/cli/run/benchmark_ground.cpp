#include "cli/run/benchmark_ground.hpp"

#include <filesystem>
#include <map>
#include <set>
#include <variant>

#include <fmt/format.h>

#include "cli/run/atomic_file.hpp"
#include "cli/run/setup.hpp"
#include "evaluation/graph_costs.hpp"
#include "evaluation/table/builtin_tables.hpp"
#include "evaluation/table/tabulated_space.hpp"
#include "search/session.hpp"
#include "search/source_labels.hpp"
#include "search/table_search.hpp"

namespace evonas::cli {
namespace {

std::shared_ptr<const evaluation::BenchmarkTable> open_table(const config::Experiment& experiment,
                                                             const spaces::AnySpace& space,
                                                             const std::string& file) {
  const std::string table = experiment.table_file();
  if (!table.starts_with(evaluation::kBuiltinTable) && !std::filesystem::exists(table)) {
    throw FileError(fmt::format(
        "the table {} does not exist. Import it from a CSV file of the benchmark:\n"
        "  evonas table import --space {} --csv FILE --architecture COLUMN --metric "
        "{}=COLUMN:UNIT:maximize --out {}\n"
        "or name another table with --set evaluation.{}.table=FILE; see the comments in {}",
        table, space.name(), experiment.evaluation.begin()->first, table,
        experiment.evaluation.begin()->first, file));
  }
  return std::make_shared<const evaluation::BenchmarkTable>(
      evaluation::BenchmarkTable::open(table, space));
}

/// What predictors of all algorithms start from; empty where no algorithm says. One file, because
/// they share it.
std::string pretrained_of(const config::Experiment& experiment) {
  std::string file;
  for (const auto& section : experiment.search) {
    const std::string& own = section.options.guidance.pretrained;
    if (own.empty() || own == file) continue;
    if (!file.empty()) {
      throw FileError(
          fmt::format("the algorithms of an experiment share what they start from, and there are "
                      "two: {} and {}",
                      file, own));
    }
    file = own;
  }
  return file;
}

/// What stands for metrics, with their names in the table.
OneOrNamed<std::string> in_table(const config::Experiment& experiment,
                                 const OneOrNamed<std::string>& by_metric) {
  OneOrNamed<std::string> by_column{.one = by_metric.one};
  for (const auto& [metric, value] : by_metric.named) {
    by_column.named[experiment.column(metric)] = value;
  }
  return by_column;
}

search::Guidance guidance_of(const config::Experiment& experiment, const spaces::AnySpace& space,
                             const std::shared_ptr<const evaluation::BenchmarkTable>& table) {
  std::map<std::string, std::string> names;
  std::set<std::string> cheap;
  for (const auto& [metric, source] : experiment.evaluation) {
    if (std::get<config::TableSection>(source).cost != "cheap") continue;
    const std::string& column = experiment.column(metric);
    names[column] = column;
    cheap.insert(column);
  }
  config::PredictorsSection predictors = experiment.predictors;
  predictors.prior = in_table(experiment, predictors.prior);
  search::Guidance guidance = learnt_guidance(space, predictors, pretrained_of(experiment));
  const auto input = spaces::NetworkInput::parse(experiment.input.value_or("cifar10"));
  guidance.known.push_back(std::make_shared<evaluation::GraphCosts>(space, input));
  if (!cheap.empty()) {
    guidance.known.push_back(std::make_shared<evaluation::TableEvaluator>(table, names, cheap));
  }
  return guidance;
}

/// The problem with metrics called as in the table.
search::Problem table_problem(const config::Experiment& experiment) {
  search::Problem problem = experiment.problem();
  for (auto& objective : problem.objectives) {
    objective.metric = experiment.column(objective.metric);
  }
  for (auto& limit : problem.limits) limit.metric = experiment.column(limit.metric);
  return problem;
}

std::vector<search::AlgorithmOptions> algorithms_of(const config::Experiment& experiment) {
  std::vector<search::AlgorithmOptions> algorithms;
  for (const auto& section : experiment.search) algorithms.push_back(section.options);
  return algorithms;
}

/// The algorithms, with metrics called as in the table.
std::vector<search::AlgorithmOptions> table_algorithms(const config::Experiment& experiment) {
  std::vector<search::AlgorithmOptions> algorithms = algorithms_of(experiment);
  for (search::AlgorithmOptions& options : algorithms) {
    options.guidance.predictor = in_table(experiment, options.guidance.predictor);
    for (search::ScreeningOptions& screening : options.guidance.screening) {
      screening.metric = experiment.column(screening.metric);
      screening.of = experiment.column(screening.of);
    }
  }
  return algorithms;
}

/// What `unit` says of the metric of each objective.
template <class Unit>
std::vector<std::string> units_of(const search::Problem& problem, const Unit& unit) {
  std::vector<std::string> units;
  for (const search::Objective& objective : problem.objectives) {
    units.push_back(unit(objective.metric));
  }
  return units;
}

/// All that a table has.
BenchmarkGround table_ground(const config::Experiment& experiment, const std::string& file) {
  const spaces::AnySpace space = config::make_space(experiment.space);
  const auto table = open_table(experiment, space, file);
  const search::Problem problem = table_problem(experiment);
  return {.space = evaluation::tabulated(space, table),
          .problem = problem,
          .algorithms = table_algorithms(experiment),
          .guidance = guidance_of(experiment, space, table),
          .table = table,
          .cost = experiment.cost ? experiment.column(*experiment.cost) : std::string(),
          .units = units_of(problem,
                            [&](const std::string& metric) { return table->metric(metric).unit; })};
}

/// A whole space, labelled by sources.
BenchmarkGround source_ground(const config::Experiment& experiment, std::size_t threads) {
  const config::Configuration configuration = experiment.configuration();
  const search::SearchSetup setup = make_setup(configuration, threads, Sources::Working);
  const std::string cost = experiment.cost.value_or(std::string());
  const auto metrics = metrics_of(setup, configuration);
  const std::vector<search::AlgorithmOptions> algorithms = algorithms_of(experiment);
  return {
      .space = setup.space,
      .problem = setup.problem,
      .algorithms = algorithms,
      .guidance = search::guidance_of(setup),
      .labels = std::make_shared<const search::SourceLabels>(
          setup.space, setup.sources, setup.problem, cost, search::screening_metrics(algorithms)),
      .cost = cost,
      .units = units_of(setup.problem,
                        [&](const std::string& metric) { return metrics.at(metric).unit; })};
}

}  // namespace

BenchmarkGround make_benchmark_ground(const config::Experiment& experiment, const std::string& file,
                                      std::size_t threads) {
  return experiment.is_tabulated() ? table_ground(experiment, file)
                                   : source_ground(experiment, threads);
}

}  // namespace evonas::cli
