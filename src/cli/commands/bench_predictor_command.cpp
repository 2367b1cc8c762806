#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/parallel.hpp"
#include "base/split.hpp"
#include "cli/commands/predictor_options.hpp"
#include "cli/commands/scoring_sweep.hpp"
#include "cli/config/space_section.hpp"
#include "cli/run/search_session.hpp"
#include "cli/run/torch_module.hpp"
#include "predictor/predictor_list.hpp"
#include "predictor/random_architectures.hpp"

namespace evonas::cli {
namespace {

constexpr std::size_t kArchitectures = 16384;  // that are scored again and again

struct BenchPredictorArguments {
  std::string space = "nasbench101";
  std::vector<std::string> space_options;
  std::string model = "evonas";
  std::string input;
  std::string pretrained;
  predictor::FittingOptions fitting;
  std::string device = "cpu";
  std::vector<std::string> precisions;
  bool statics = false;
  std::size_t labels = 100;
  std::vector<std::size_t> threads;
  std::vector<std::size_t> blocks = {16, 256, 4096, 16384};
  double seconds = 2.0;
  bool json = false;
};

/// What is measured, and with what.
struct Bench {
  const BenchPredictorArguments& options;
  std::vector<spaces::Genotype> architectures;
  std::vector<InPrecision> precisions;
  double operations = 0.0;  // of one prediction, in thousands of millions
  nlohmann::json rows = nlohmann::json::array();
  std::vector<ScoringSetting> advisable;
};

/// How many things compute at once that each do matrix products as fast as `matmul_gflops` says.
double at_once(const BenchPredictorArguments& options, std::size_t threads) {
  return options.device == "cpu" ? static_cast<double>(threads)
                                 : static_cast<double>(split(options.device, ',').size());
}

PredictorSource source_in(const std::string& precision, const BenchPredictorArguments& options,
                          const spaces::AnySpace& space) {
  return PredictorSource(
      space, {.input = input_of(options.input),
              .statics = options.statics,
              .pretrained = options.pretrained,
              .networks = {.computing = {options.device, precision}, .fitting = options.fitting}});
}

/// Those that the user names, else all in which the predictor has scores of its own; unfitted, and
/// nothing in float32.
std::vector<InPrecision> precisions_of(const BenchPredictorArguments& options,
                                       const spaces::AnySpace& space) {
  std::vector<std::string> names = options.precisions;
  if (names.empty()) {
    names = {"float32"};
    if (predictor::scores_in_bfloat16(options.model)) names.emplace_back("bfloat16");
  }
  std::vector<InPrecision> all;
  for (const std::string& name : names) {
    all.push_back({.precision = name});
    if (name != "float32") all.back().fitted = source_in(name, options, space).make(options.model);
  }
  return all;
}

/// Lets all precisions score what was learnt in float32.
void let_all_score(Bench& bench, const std::shared_ptr<predictor::Predictor>& exact) {
  const auto compared = std::span(bench.architectures).first(kCompared);
  for (InPrecision& figures : bench.precisions) {
    if (figures.fitted) {
      figures.fitted->restore(exact->state());
      figures.agreement = agreement_of(exact->predict(compared), figures.fitted->predict(compared));
    } else {
      figures.fitted = exact;
    }
    if (bench.operations > 0.0) {
      figures.matmul = torch_module().matmul_gflops({bench.options.device, figures.precision});
    }
  }
}

/// Measures one setting and prints it.
void measure(Bench& bench, const InPrecision& figures, ScoringSetting setting,
             const std::stop_token& stop) {
  const BenchPredictorArguments& options = bench.options;
  measure_scoring(*figures.fitted, bench.architectures, options.seconds, stop, setting);
  if (figures.agreement.tau >= kLeastTau) bench.advisable.push_back(setting);
  const double gflops = bench.operations * setting.per_second;
  const double most = figures.matmul * at_once(options, setting.threads);
  const double share = most > 0.0 ? gflops / most : 0.0;
  bench.rows.push_back({{"precision", setting.precision},
                        {"threads", setting.threads},
                        {"block", setting.block},
                        {"architectures_per_second", setting.per_second},
                        {"gflops", gflops},
                        {"share_of_matmul", share}});
  if (options.json) return;
  fmt::print("{:>9} {:>7} {:>7} {:>16.0f} {:>10.1f} {:>8.0f} %\n", setting.precision,
             setting.threads, setting.block, setting.per_second, gflops, 100.0 * share);
  std::fflush(stdout);
}

/// Measures all settings; false where it was interrupted.
bool sweep(Bench& bench, const Interrupt& interrupt) {
  const BenchPredictorArguments& options = bench.options;
  std::vector<std::size_t> threads = options.threads;
  if (threads.empty()) threads = {1, ThreadArena(0).threads()};
  if (!options.json) {
    fmt::print("{:>9} {:>7} {:>7} {:>16} {:>10} {:>10}\n", "precision", "threads", "block",
               "architectures/s", "GFLOP/s", "of matmul");
  }
  for (const InPrecision& figures : bench.precisions) {
    for (const std::size_t count : threads) {
      for (const std::size_t block : options.blocks) {
        measure(bench, figures, {figures.precision, count, block}, interrupt.token());
        if (interrupt.requested()) return false;
      }
    }
  }
  return true;
}

void print_all(const Bench& bench, const std::string& space, std::size_t parameters) {
  if (!bench.options.json) {
    fmt::print("{}", advice_text(bench.precisions, bench.advisable));
    return;
  }
  nlohmann::json precisions = nlohmann::json::array();
  for (const InPrecision& figures : bench.precisions) precisions.push_back(to_json(figures));
  fmt::print("{}\n", nlohmann::json{{"space", space},
                                    {"model", bench.options.model},
                                    {"parameters", parameters},
                                    {"precisions", precisions},
                                    {"settings", bench.rows},
                                    {"advised", advice_json(bench.advisable)}}
                         .dump(2));
}

int bench_predictor(const BenchPredictorArguments& options) {
  predictor::check_predictor_name(options.model);
  const spaces::AnySpace space = config::make_space(options.space, options.space_options);
  const Interrupt interrupt;
  const PredictorSource source = source_in("float32", options, space);
  Bench bench{.options = options,
              .architectures = predictor::random_architectures(space, kArchitectures, 1,
                                                               "architectures of a benchmark"),
              .precisions = precisions_of(options, space)};
  std::shared_ptr<predictor::Predictor> exact;
  const bool done = unless_interrupted(interrupt, [&] {
    exact = source.make(options.model);
    pretrain(source, options.model, interrupt.token());
    ProgressLine line("fitting");
    exact->fit(made_up_labels(std::span(bench.architectures).first(options.labels)),
               {.stop = interrupt.token(), .progress = [&](double share) { line.share(share); }});
  });
  if (!done) return kInterrupted;

  const predictor::ArchitectureView view(space, input_of(options.input));
  const double nodes = mean_nodes(view, std::span(bench.architectures).first(256));
  bench.operations =
      2e-9 * exact->multiply_accumulates(static_cast<std::size_t>(std::lround(nodes)));
  let_all_score(bench, exact);
  if (!sweep(bench, interrupt)) return kInterrupted;
  print_all(bench, std::string(space.name()), exact->parameters());
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
  add_statics(*command, options->statics);
  add_pretrained(*command, options->pretrained);
  add_fields(*command, options->fitting);
  OptionAdder add(*command);
  const auto add_device = [&](const char* name, std::string&, const char* help,
                              const FieldRule& rule = {}) {
    if (std::string_view(name) == "device") add(name, options->device, help, rule);
  };
  predictor::ComputingOptions().fields(add_device);
  command
      ->add_option("--precision", options->precisions,
                   "of the matrix products, float32 and bfloat16; without any, all in which the "
                   "predictor has scores of its own")
      ->check(CLI::IsMember({"float32", "bfloat16"}))
      ->delimiter(',');
  add_json(*command, options->json);
  command->footer(
      R"(GFLOP/s are those of matrix products alone, beside what a large product reaches on as many threads, or on
the GPU, in the same precision. Scores in bfloat16 are compared with those in float32; it is advised where it is
faster by more than a few per cent and ranks alike.

Example:
  evonas bench predictor --space nasbench201 --model nn_former --epochs 1 --threads 1,2)");
  set_action(*command, action, options, bench_predictor);
}

}  // namespace evonas::cli
