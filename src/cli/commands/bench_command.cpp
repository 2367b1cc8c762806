#include <cstdint>
#include <functional>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/parallel.hpp"
#include "cli/commands/common_options.hpp"
#include "cli/run/interrupt.hpp"
#include "cli/run/progress_line.hpp"
#include "cli/run/search_session.hpp"
#include "cli/run/synthetic_table.hpp"
#include "search/front_benchmark.hpp"
#include "spaces/space_list.hpp"

namespace evonas::cli {
namespace {

struct BenchArguments {
  std::int64_t population = 100;
  std::int64_t generations = 100;
  std::int64_t seeds = 10;
  std::size_t threads = 1;
  bool json = false;
};

int bench_search(const BenchArguments& options) {
  const Interrupt interrupt;
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  search::AlgorithmOptions nsga2;
  nsga2.population = options.population;
  nsga2.identity = "genotype";
  search::AlgorithmOptions random = nsga2;
  random.algorithm = "random";
  random.batch = options.population;

  ThreadArena arena(options.threads);
  ProgressLine progress("searches");
  const auto result = arena.execute([&] {
    const search::FrontBenchmarkSetup setup{
        .space = space,
        .table = make_synthetic_table(space),
        .problem = {.objectives = {{"error", search::Goal::Minimize},
                                   {"latency", search::Goal::Minimize}},
                    .limits = {}},
        .algorithms = {nsga2, random},
        .evaluations = options.population * options.generations,
        .seeds = options.seeds,
        .reference_point = {},
        .alone = true};
    return search::run_front_benchmark(
        setup, [&](std::size_t finished, std::size_t all) { progress.count(finished, all); },
        interrupt.token());
  });
  progress.finish();
  if (!result.complete) return kInterrupted;
  fmt::print("{}\n", options.json ? search::to_json(result).dump(2) : search::to_markdown(result));
  return kDone;
}

}  // namespace

void add_bench_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<BenchArguments>();
  CLI::App* command = app.add_subcommand("bench", "Speed of evonas itself on this machine");
  command->require_subcommand(1);
  command->footer("Example:\n  evonas bench search");

  CLI::App* search = command->add_subcommand(
      "search", "Evaluations per second of the search machinery, labels looked up");
  search->add_option("--population", options->population, "members of the population")
      ->check(CLI::Range(2, 100000))
      ->capture_default_str();
  search->add_option("--generations", options->generations, "generations of each search")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  search->add_option("--seeds", options->seeds, "searches of each algorithm")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  add_threads(*search, options->threads);
  add_json(*search, options->json);
  search->footer(R"(Example:
  evonas bench search --threads 2 --json

Searches a made-up table, the same everywhere, so figures of two machines or versions compare. For
measured tables see evonas benchmark.)");
  set_action(*search, action, options, bench_search);
  add_bench_fleet_command(*command, action);
  add_bench_generation_command(*command, action);
  add_bench_predictor_command(*command, action);
  add_bench_network_commands(*command, action);
}

}  // namespace evonas::cli
