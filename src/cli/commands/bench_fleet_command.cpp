#include <cstdint>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/json.hpp"
#include "base/parallel.hpp"
#include "cli/commands/common_options.hpp"
#include "cli/config/space_section.hpp"
#include "cli/run/interrupt.hpp"
#include "cli/run/progress_line.hpp"
#include "cli/run/search_session.hpp"
#include "cli/run/setup.hpp"
#include "cli/run/synthetic_table.hpp"
#include "evaluation/table/benchmark_table.hpp"
#include "evaluation/table/tabulated_space.hpp"
#include "search/fleet_benchmark.hpp"
#include "spaces/space_list.hpp"

namespace evonas::cli {
namespace {

struct BenchFleetArguments {
  evaluation::FleetOptions fleet;
  std::string table;
  std::string metric;
  std::string algorithm = "regularized_evolution";
  std::int64_t population = 0;
  std::int64_t evaluations = 5000;
  std::int64_t seeds = 3;
  bool store = false;
  std::size_t threads = 1;
  bool json = false;
};

/// With labels of the table that is named, or made-up ones.
search::FleetBenchmarkSetup setup_with_table(const BenchFleetArguments& options) {
  if (options.table.empty()) {
    const spaces::AnySpace space = spaces::make_space("nasbench201");
    return {.space = space,
            .table = make_synthetic_table(space),
            .objective = {.metric = "error", .goal = search::Goal::Minimize}};
  }
  const evaluation::TableAbout about = evaluation::read_table_about(options.table);
  const spaces::AnySpace space = config::make_space(about.space, about.space_options);
  const auto table = std::make_shared<const evaluation::BenchmarkTable>(
      evaluation::BenchmarkTable::open(options.table, space));
  const bool falls = table->metric(options.metric).direction == evaluation::Direction::Minimize;
  return {.space = evaluation::tabulated(space, table),
          .table = table,
          .objective = {.metric = options.metric,
                        .goal = falls ? search::Goal::Minimize : search::Goal::Maximize}};
}

int bench_fleet(const BenchFleetArguments& options) {
  const Interrupt interrupt;
  const ThreadArena arena(options.threads);
  search::FleetBenchmarkSetup setup = setup_with_table(options);
  setup.fleet = options.fleet;
  setup.evaluations = options.evaluations;
  setup.seeds = options.seeds;
  setup.stores = options.store;
  setup.threads = arena.threads();
  setup.make_predictor = learnt_guidance(setup.space).make_predictor;
  // What fills the fleet once is a batch of the synchronous search.
  setup.algorithm.algorithm = options.algorithm;
  setup.algorithm.batch = options.fleet.workers;
  setup.algorithm.population = options.population > 0 ? options.population : options.fleet.workers;
  setup.algorithm.identity = "genotype";

  ProgressLine progress("searches");
  const search::FleetBenchmarkResult result = search::run_fleet_benchmark(
      setup, [&](std::size_t finished, std::size_t all) { progress.count(finished, all); },
      interrupt.token());
  progress.finish();
  if (!result.complete) return kInterrupted;
  fmt::print("{}\n", options.json ? search::to_json(result).dump(2) : search::to_markdown(result));
  return kDone;
}

}  // namespace

void add_bench_fleet_command(CLI::App& bench, Action& action) {
  auto options = std::make_shared<BenchFleetArguments>();
  evaluation::FleetOptions& fleet = options->fleet;
  CLI::App* command = bench.add_subcommand(
      "fleet", "The synchronous and the asynchronous driver with a pretended fleet of workers");
  command->add_option("--workers", fleet.workers, "workers, each with one evaluation at a time")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  command->add_option("--evaluations", options->evaluations, "evaluations of each search")
      ->check(CLI::Range(1, 100000000))
      ->capture_default_str();
  command->add_option("--seconds", fleet.seconds, "median of what an evaluation takes")
      ->check(CLI::Range(0.001, 1e9))
      ->capture_default_str();
  command
      ->add_option("--spread", fleet.spread,
                   "nine in ten evaluations take times within such a factor (log-normal)")
      ->check(CLI::Range(1.0, 1e6))
      ->capture_default_str();
  command->add_option("--failures", fleet.failures, "share of evaluations that fail")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command->add_option("--silent", fleet.silent, "share of evaluations that are never answered")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command->add_option("--timeout", fleet.timeout, "seconds after which these are given up")
      ->check(CLI::Range(0.001, 1e12))
      ->capture_default_str();
  CLI::Option* table =
      command->add_option("--table", options->table, "benchmark table; without one a made-up one");
  table->needs(
      command->add_option("--metric", options->metric, "metric of the table")->needs(table));
  command->add_option("--algorithm", options->algorithm, "search algorithm of one objective")
      ->capture_default_str();
  command
      ->add_option("--population", options->population,
                   "members of its population; 0 is as many as there are workers")
      ->check(CLI::Range(0, 1000000))
      ->capture_default_str();
  command->add_option("--seeds", options->seeds, "searches with each driver")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  command->add_flag("--store", options->store, "keep every evaluation on disk, as searches do");
  add_threads(*command, options->threads);
  add_json(*command, options->json);
  command->footer(R"(Examples:
  evonas bench fleet
  evonas bench fleet --workers 2000 --evaluations 20000 --table nasbench101.sqlite --metric val_acc

Evaluations are looked up, and last on a simulated clock as long as the options say; the driver is
the real one. Tells how long searches take on that clock, the share of the workers' time in which
they work (as long as there is something to hand out), what the driver takes of a core and of
memory, and the regret of both drivers at equal times. The synchronous driver gets batches of as
many as there are workers.)");
  set_action(*command, action, options, bench_fleet);
}

}  // namespace evonas::cli
