#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/parallel.hpp"
#include "cli/commands/common_options.hpp"
#include "cli/config/experiment.hpp"
#include "cli/run/atomic_file.hpp"
#include "cli/run/benchmark_ground.hpp"
#include "cli/run/benchmark_progress.hpp"
#include "cli/run/host.hpp"
#include "cli/run/interrupt.hpp"
#include "cli/run/run_folder.hpp"
#include "cli/run/search_session.hpp"
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
  std::string page;
};

std::vector<std::int64_t> evaluations_of(const config::Experiment& experiment) {
  std::vector<std::int64_t> evaluations;
  for (const auto& section : experiment.search) evaluations.push_back(section.evaluations);
  return evaluations;
}

/// Of the metric that the searches are after, as the table calls it.
std::vector<search::PublishedSearches> published_of(const config::Experiment& experiment,
                                                    const std::string& metric) {
  std::vector<search::PublishedSearches> all;
  for (const config::PublishedSearchesSection& section : experiment.published) {
    if (!section.metric.empty() && section.metric != metric) continue;
    search::PublishedSearches published{
        .label = section.label,
        .source = section.source,
        .median_evaluations_to_optimum = section.median_evaluations_to_optimum,
        .evaluations_to_optimum_90 = section.evaluations_to_optimum_90};
    for (std::size_t i = 0; i < section.regret.size(); ++i) {
      search::PublishedSearches::Regret regret{.mean = section.regret[i]};
      if (section.seconds.empty()) {
        regret.evaluations = section.budgets[i];
      } else {
        regret.seconds = section.seconds[i];
      }
      published.regrets.push_back(regret);
    }
    all.push_back(std::move(published));
  }
  return all;
}

Results compare_regret(const config::Experiment& experiment, const BenchmarkGround& ground,
                       search::TrialLog& log, BenchmarkProgress& progress,
                       const std::stop_token& stop) {
  const bool timed = !experiment.seconds.empty();
  const search::BenchmarkSetup setup{.space = ground.space,
                                     .table = ground.table,
                                     .problem = ground.problem,
                                     .guidance = ground.guidance,
                                     .algorithms = ground.algorithms,
                                     .evaluations = timed ? 0 : experiment.budgets.back(),
                                     .seeds = experiment.seeds,
                                     .budgets = experiment.budgets,
                                     .cost = ground.cost,
                                     .seconds = experiment.seconds,
                                     .wall_clock = experiment.clock == "wall",
                                     .own_evaluations = evaluations_of(experiment),
                                     .labels = ground.labels,
                                     .names = experiment.algorithm_names(),
                                     .against = experiment.against};
  search::BenchmarkResult result = search::run_benchmark(setup, progress.observer(), stop, &log);
  if (!result.complete) return {};
  result.published = published_of(experiment, ground.problem.objectives.front().metric);
  report::Benchmark benchmark;
  benchmark.name = experiment.title;
  benchmark.space = ground.space.name();
  benchmark.metric.name = ground.problem.objectives.front().metric;
  benchmark.metric.unit = ground.units.front();
  benchmark.result = result;
  benchmark.host = describe_host();
  benchmark.configuration = yaml::to_yaml(experiment);
  return {.complete = true,
          .json = search::to_json(result),
          .markdown = search::to_markdown(result),
          .page = report::report_html(report::report_json(benchmark))};
}

std::vector<report::FrontBenchmark::Objective> report_objectives(const BenchmarkGround& ground) {
  std::vector<report::FrontBenchmark::Objective> objectives;
  for (std::size_t i = 0; i < ground.units.size(); ++i) {
    const auto& [metric, goal] = ground.problem.objectives[i];
    objectives.push_back({.metric = {.name = metric, .unit = ground.units[i]}, .goal = goal});
  }
  return objectives;
}

Results compare_fronts(const config::Experiment& experiment, const BenchmarkGround& ground,
                       search::TrialLog& log, BenchmarkProgress& progress,
                       const std::stop_token& stop) {
  const bool timed = !experiment.seconds.empty();
  const search::FrontBenchmarkSetup setup{.space = ground.space,
                                          .table = ground.table,
                                          .problem = ground.problem,
                                          .algorithms = ground.algorithms,
                                          .guidance = ground.guidance,
                                          .evaluations = timed ? 0 : experiment.budgets.back(),
                                          .seeds = experiment.seeds,
                                          .reference_point = experiment.reference_point,
                                          .cost = ground.cost,
                                          .seconds = experiment.seconds,
                                          .wall_clock = experiment.clock == "wall",
                                          .own_evaluations = evaluations_of(experiment),
                                          .labels = ground.labels,
                                          .budgets = experiment.budgets,
                                          .names = experiment.algorithm_names()};
  const search::FrontBenchmarkResult result =
      search::run_front_benchmark(setup, progress.observer(), stop, &log);
  if (!result.complete) return {};
  const report::FrontBenchmark benchmark{.name = experiment.title,
                                         .space = ground.space.name(),
                                         .objectives = report_objectives(ground),
                                         .result = result,
                                         .host = describe_host(),
                                         .configuration = yaml::to_yaml(experiment)};
  return {.complete = true,
          .json = search::to_json(result),
          .markdown = search::to_markdown(result),
          .page = report::report_html(report::report_json(benchmark))};
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
  write_atomically(folder / "report.html", results.page);
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
    const BenchmarkGround ground =
        make_benchmark_ground(experiment, options.experiment, arena.threads());
    return experiment.objectives.size() == 1
               ? compare_regret(experiment, ground, log, progress, interrupt.token())
               : compare_fronts(experiment, ground, log, progress, interrupt.token());
  });
  progress.finish(results.complete);
  if (!results.complete) return kInterrupted;

  write_results(results, experiment, folder);
  if (options.json) {
    fmt::print("{}\n", results.json.dump(2));
  } else {
    fmt::print("{}\n{}\n", results.markdown, (folder / "report.html").string());
  }
  return kDone;
}

}  // namespace

void add_benchmark_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<BenchmarkArguments>();
  CLI::App* command = app.add_subcommand("benchmark", "Compare algorithms over many seeds");
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
