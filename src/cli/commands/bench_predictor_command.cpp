#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/parallel.hpp"
#include "cli/commands/predictor_options.hpp"
#include "cli/config/space_section.hpp"
#include "cli/run/network_sources.hpp"
#include "cli/run/search_session.hpp"
#include "predictor/predictor_list.hpp"
#include "predictor/random_architectures.hpp"

namespace evonas::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kArchitectures = 16384;  // that are scored again and again
constexpr double kAsGood = 0.95;               // of the best rate

struct BenchPredictorArguments {
  std::string space = "nasbench101";
  std::vector<std::string> space_options;
  std::string model = "evonas";
  std::string input;
  std::string pretrained;
  predictor::NetworkOptions networks;
  std::size_t labels = 100;
  std::vector<std::size_t> threads;
  std::vector<std::size_t> blocks = {16, 256, 4096, 16384};
  double seconds = 2.0;
  bool json = false;
};

/// One way to score and how fast it is.
struct Setting {
  std::size_t threads = 0;
  std::size_t block = 0;
  double per_second = 0.0;  ///< architectures, from genotype to score
};

/// Labels that follow from the genes: how well they are learnt does not matter here.
std::vector<predictor::Label> made_up_labels(std::span<const spaces::Genotype> architectures) {
  std::vector<predictor::Label> labels;
  for (const spaces::Genotype& genotype : architectures) {
    double value = 0.0;
    for (const auto gene : genotype.genes()) value += static_cast<double>(gene * gene % 7);
    labels.push_back({genotype, value});
  }
  return labels;
}

double mean_nodes(const predictor::ArchitectureView& view,
                  std::span<const spaces::Genotype> architectures) {
  graph::Tokens tokens;
  double sum = 0.0;
  for (const spaces::Genotype& genotype : architectures) {
    view.tokens(genotype, tokens);
    sum += static_cast<double>(tokens.operations.size());
  }
  return sum / static_cast<double>(architectures.size());
}

/// Scores blocks of the architectures for so many seconds; stops early once `stop` is requested.
Setting measure(const predictor::Predictor& fitted, std::span<const spaces::Genotype> architectures,
                std::size_t threads, std::size_t block, double seconds,
                const std::stop_token& stop) {
  ThreadArena arena(threads);
  const std::size_t size = std::min(block, architectures.size());
  std::size_t scored = 0;
  std::size_t first = 0;
  double spent = 0.0;
  arena.execute([&] { fitted.predict(architectures.first(size)); });  // warm-up
  while (spent < seconds && !stop.stop_requested()) {
    if (first + size > architectures.size()) first = 0;
    const Clock::time_point begin = Clock::now();
    arena.execute([&] { fitted.predict(architectures.subspan(first, size)); });
    spent += std::chrono::duration<double>(Clock::now() - begin).count();
    scored += size;
    first += size;
  }
  return {
      .threads = arena.threads(), .block = size, .per_second = static_cast<double>(scored) / spent};
}

int bench_predictor(const BenchPredictorArguments& options) {
  predictor::check_predictor_name(options.model);
  const spaces::AnySpace space = config::make_space(options.space, options.space_options);
  const Interrupt interrupt;
  const PredictorSource source(space, {.input = input_of(options.input),
                                       .pretrained = options.pretrained,
                                       .networks = options.networks});
  const std::vector<spaces::Genotype> architectures =
      predictor::random_architectures(space, kArchitectures, 1, "architectures of a benchmark");
  std::unique_ptr<predictor::Predictor> fitted;
  const bool done = unless_interrupted(interrupt, [&] {
    fitted = source.make(options.model);
    pretrain(source, options.model, interrupt.token());
    ProgressLine line("fitting");
    fitted->fit(made_up_labels(std::span(architectures).first(options.labels)),
                {.stop = interrupt.token(), .progress = [&](double share) { line.share(share); }});
  });
  if (!done) return kInterrupted;

  std::vector<std::size_t> threads = options.threads;
  if (threads.empty()) threads = {1, ThreadArena(0).threads()};
  const auto input = input_of(options.input);
  const predictor::ArchitectureView view =
      input ? predictor::ArchitectureView(space, *input) : space;
  const double operations =
      2e-9 * fitted->multiply_accumulates(static_cast<std::size_t>(
                 std::lround(mean_nodes(view, std::span(architectures).first(256)))));
  const double matmul = operations > 0.0 ? matmul_gflops(options.networks.computing) : 0.0;
  const bool on_cpu = options.networks.computing.device == "cpu";
  std::vector<Setting> settings;
  nlohmann::json rows = nlohmann::json::array();
  if (!options.json) {
    fmt::print("{:>7} {:>7} {:>16} {:>10} {:>10}\n", "threads", "block", "architectures/s",
               "GFLOP/s", "of matmul");
  }
  for (const std::size_t count : threads) {
    for (const std::size_t block : options.blocks) {
      settings.push_back(
          measure(*fitted, architectures, count, block, options.seconds, interrupt.token()));
      if (interrupt.requested()) return kInterrupted;
      const Setting& setting = settings.back();
      const double gflops = operations * setting.per_second;
      const double share =
          matmul > 0.0 ? gflops / (matmul * (on_cpu ? static_cast<double>(setting.threads) : 1.0))
                       : 0.0;
      rows.push_back({{"threads", setting.threads},
                      {"block", setting.block},
                      {"architectures_per_second", setting.per_second},
                      {"gflops", gflops},
                      {"share_of_matmul", share}});
      if (options.json) continue;
      fmt::print("{:>7} {:>7} {:>16.0f} {:>10.1f} {:>8.0f} %\n", setting.threads, setting.block,
                 setting.per_second, gflops, 100.0 * share);
      std::fflush(stdout);
    }
  }
  const double best = std::ranges::max_element(settings, {}, &Setting::per_second)->per_second;
  const auto advised = std::ranges::find_if(
      settings, [&](const Setting& setting) { return setting.per_second >= kAsGood * best; });
  if (options.json) {
    fmt::print("{}\n", nlohmann::json{{"space", space.name()},
                                      {"model", options.model},
                                      {"parameters", fitted->parameters()},
                                      {"matmul_gflops", matmul},
                                      {"settings", rows},
                                      {"advised",
                                       {{"threads", advised->threads}, {"block", advised->block}}}}
                           .dump(2));
  } else {
    fmt::print("advised: blocks of {} on {} thread{}\n", advised->block, advised->threads,
               advised->threads == 1 ? "" : "s");
  }
  return kDone;
}

}  // namespace

void add_bench_predictor_command(CLI::App& bench, Action& action) {
  auto options = std::make_shared<BenchPredictorArguments>();
  CLI::App* command = bench.add_subcommand(
      "predictor", "Architectures per second that a predictor scores, from genotype to score");
  command->add_option("--space", options->space, "search space")->capture_default_str();
  command->add_option("--set", options->space_options, "option of the space, as in channels=8")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  command->add_option("--model", options->model, "predictor (see evonas predictor --help)")
      ->capture_default_str();
  command->add_option("--labels", options->labels, "labels that it is fitted to; they are made up")
      ->check(CLI::Range(std::size_t{1}, kArchitectures))
      ->capture_default_str();
  command->add_option("--threads", options->threads, "numbers of threads; without any, one and all")
      ->delimiter(',');
  command->add_option("--block", options->blocks, "architectures in one call")
      ->check(CLI::Range(std::size_t{1}, kArchitectures))
      ->delimiter(',')
      ->capture_default_str();
  command->add_option("--seconds", options->seconds, "time for each setting")
      ->check(CLI::Range(0.01, 3600.0))
      ->capture_default_str();
  add_input(*command, options->input);
  add_pretrained(*command, options->pretrained);
  add_fields(*command, options->networks);
  add_json(*command, options->json);
  command->footer(
      R"(GFLOP/s are those of matrix products alone, beside what a large product reaches on as many threads, or on
the GPU.

Example:
  evonas bench predictor --space nasbench201 --model evonas --threads 1,2)");
  set_action(*command, action, options, bench_predictor);
}

}  // namespace evonas::cli
