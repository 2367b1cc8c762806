#include <filesystem>
#include <map>
#include <memory>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/parallel.hpp"
#include "cli/commands/common_options.hpp"
#include "cli/config/experiment.hpp"
#include "cli/run/atomic_file.hpp"
#include "cli/run/benchmark_progress.hpp"
#include "cli/run/host.hpp"
#include "cli/run/interrupt.hpp"
#include "cli/run/run_folder.hpp"
#include "cli/run/search_session.hpp"
#include "cli/run/setup.hpp"
#include "evaluation/graph_costs.hpp"
#include "evaluation/table/builtin_tables.hpp"
#include "evaluation/table/tabulated_space.hpp"
#include "report/report_data.hpp"
#include "search/benchmark.hpp"
#include "search/front_benchmark.hpp"
#include "search/trial_log.hpp"
#include "yaml/writer.hpp"

namespace evonas::cli {
namespace {

namespace fs = std::filesystem;

struct BenchmarkArguments {
  std::string experiment;
  std::vector<std::string> overrides;
  std::string out;
  std::size_t threads = 0;
  bool json = false;
};

/// What a benchmark yields, whatever it measures: files by name.
struct Results {
  bool complete = false;
  nlohmann::json json;
  std::string markdown;
  std::string page;  ///< empty where there is none
};

std::shared_ptr<const evaluation::BenchmarkTable> open_table(const config::Experiment& experiment,
                                                             const spaces::AnySpace& space,
                                                             const std::string& file) {
  const std::string& table = experiment.table_file();
  if (!table.starts_with(evaluation::kBuiltinTable) && !fs::exists(table)) {
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

/// The space, or that part of it that the table has.
spaces::AnySpace tabulated(const spaces::AnySpace& space,
                           const std::shared_ptr<const evaluation::BenchmarkTable>& table) {
  if (space.size() && *space.size() == table->size()) return space;
  return spaces::AnySpace(evaluation::TabulatedSpace(space, table));
}

search::Guidance guidance_of(const config::Experiment& experiment, const spaces::AnySpace& space,
                             const std::shared_ptr<const evaluation::BenchmarkTable>& table) {
  std::map<std::string, std::string> names;
  std::set<std::string> cheap;
  for (const auto& [metric, section] : experiment.evaluation) {
    if (section.cost != "cheap") continue;
    const std::string& column = experiment.column(metric);
    names[column] = column;
    cheap.insert(column);
  }
  search::Guidance guidance{.make_predictor = predictor_maker(space)};
  const spaces::NetworkInput input = spaces::NetworkInput::parse("cifar10");
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

/// The algorithms, with metrics called as in the table.
std::vector<search::AlgorithmOptions> table_algorithms(const config::Experiment& experiment) {
  std::vector<search::AlgorithmOptions> algorithms = experiment.search;
  for (search::AlgorithmOptions& options : algorithms) {
    for (search::ScreeningOptions& screening : options.guidance.screening) {
      screening.metric = experiment.column(screening.metric);
      screening.of = experiment.column(screening.of);
    }
  }
  return algorithms;
}

std::string cost_column(const config::Experiment& experiment) {
  return experiment.cost ? experiment.column(*experiment.cost) : std::string();
}

Results compare_regret(const config::Experiment& experiment, const spaces::AnySpace& space,
                       const std::shared_ptr<const evaluation::BenchmarkTable>& table,
                       search::TrialLog& log, BenchmarkProgress& progress,
                       const std::stop_token& stop) {
  const bool timed = !experiment.seconds.empty();
  const search::BenchmarkSetup setup{.space = tabulated(space, table),
                                     .table = table,
                                     .problem = table_problem(experiment),
                                     .guidance = guidance_of(experiment, space, table),
                                     .algorithms = table_algorithms(experiment),
                                     .evaluations = timed ? 0 : experiment.budgets.back(),
                                     .seeds = experiment.seeds,
                                     .budgets = experiment.budgets,
                                     .cost = cost_column(experiment),
                                     .seconds = experiment.seconds};
  const search::BenchmarkResult result =
      search::run_benchmark(setup, progress.observer(), stop, &log);
  if (!result.complete) return {};
  const auto& metric = table->metric(setup.problem.objectives.front().metric);
  report::Benchmark benchmark;
  benchmark.name = experiment.title;
  benchmark.space = space.name();
  benchmark.metric.name = metric.name;
  benchmark.metric.unit = metric.unit;
  benchmark.result = result;
  benchmark.host = describe_host();
  benchmark.configuration = yaml::to_yaml(experiment);
  return {.complete = true,
          .json = search::to_json(result),
          .markdown = search::to_markdown(result),
          .page = report::report_html(report::report_json(benchmark))};
}

Results compare_fronts(const config::Experiment& experiment, const spaces::AnySpace& space,
                       const std::shared_ptr<const evaluation::BenchmarkTable>& table,
                       search::TrialLog& log, BenchmarkProgress& progress,
                       const std::stop_token& stop) {
  const bool timed = !experiment.seconds.empty();
  const search::FrontBenchmarkSetup setup{.space = tabulated(space, table),
                                          .table = table,
                                          .problem = table_problem(experiment),
                                          .algorithms = table_algorithms(experiment),
                                          .guidance = guidance_of(experiment, space, table),
                                          .evaluations = timed ? 0 : experiment.budgets.back(),
                                          .seeds = experiment.seeds,
                                          .reference_point = experiment.reference_point,
                                          .cost = cost_column(experiment),
                                          .seconds = timed ? experiment.seconds.back() : 0.0};
  const auto result = search::run_front_benchmark(setup, progress.observer(), stop, &log);
  return {.complete = result.complete,
          .json = search::to_json(result),
          .markdown = search::to_markdown(result)};
}

void write_results(const Results& results, const config::Experiment& experiment,
                   const fs::path& folder) {
  fs::create_directories(folder);
  nlohmann::json json = results.json;
  json["title"] = experiment.title;
  json["host"] = describe_host();
  write_atomically(folder / "experiment.yaml", yaml::to_yaml(experiment));
  write_atomically(folder / "result.json", json.dump(2) + "\n");
  write_atomically(folder / "result.md", results.markdown);
  if (!results.page.empty()) write_atomically(folder / "report.html", results.page);
}

int benchmark(const BenchmarkArguments& options) {
  config::Experiment experiment = config::load_experiment(options.experiment, options.overrides);
  const std::string name = fs::path(options.experiment).stem();
  if (experiment.title.empty()) experiment.title = name;

  const Interrupt interrupt;
  ThreadArena arena(options.threads);
  const fs::path folder = options.out.empty() ? next_run_folder(name) : fs::path(options.out);
  search::TrialLog log(
      folder, fmt::format("evonas {}\n{}", EVONAS_VERSION, config::identity_of(experiment.space)));
  BenchmarkProgress progress(log);
  const Results results = arena.execute([&] {
    const spaces::AnySpace space = config::make_space(experiment.space);
    const auto table = open_table(experiment, space, options.experiment);
    return experiment.objectives.size() == 1
               ? compare_regret(experiment, space, table, log, progress, interrupt.token())
               : compare_fronts(experiment, space, table, log, progress, interrupt.token());
  });
  progress.finish(results.complete);
  if (!results.complete) return kInterrupted;

  write_results(results, experiment, folder);
  if (options.json) {
    fmt::print("{}\n", results.json.dump(2));
  } else {
    fmt::print("{}\n{}\n", results.markdown,
               (folder / (results.page.empty() ? "result.md" : "report.html")).string());
  }
  return kDone;
}

}  // namespace

void add_benchmark_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<BenchmarkArguments>();
  CLI::App* command =
      app.add_subcommand("benchmark", "Compare algorithms over many seeds on a table");
  command->add_option("EXPERIMENT", options->experiment, "experiment file")->required();
  add_overrides(*command, options->overrides);
  command
      ->add_option("--out", options->out,
                   "folder for the results (default: runs/EXPERIMENT-1, -2, ...)")
      ->type_name("DIR");
  add_threads(*command, options->threads);
  add_json(*command, options->json);
  command->footer(R"(Examples:
  evonas benchmark experiments/nasbench201_searchers.yaml
  evonas benchmark experiments/nasbench201_searchers.yaml --set seeds=20 --json
  evonas benchmark experiments/nasbench201_searchers.yaml --out runs/searchers

Every search is kept in the folder as it ends, in searches.jsonl. After any stop the same command with
the same --out goes on from there; searches of another experiment are never taken for its own.)");
  set_action(*command, action, options, benchmark);
}

}  // namespace evonas::cli
