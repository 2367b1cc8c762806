#include <fmt/format.h>

#include "base/json.hpp"
#include "cli/commands/common_options.hpp"
#include "cli/commands/field_options.hpp"
#include "cli/config/space_section.hpp"
#include "cli/run/interrupt.hpp"
#include "cli/run/search_session.hpp"
#include "cli/run/torch_module.hpp"

namespace evonas::cli {
namespace {

struct BenchNetworkArguments {
  std::string space = "nasbench201";
  std::vector<std::string> space_options;
  std::string architecture;
  std::string input = "1x14x14:10";
  std::uint64_t seed = 1;
  evaluation::TrainingOptions training;
  evaluation::LatencyOptions latency;
  std::string lookup;
  std::size_t networks = 50;
  bool json = false;
};

int bench_training(const BenchNetworkArguments& options) {
  const spaces::AnySpace space = config::make_space(options.space, options.space_options);
  const evaluation::TrainingSpeed speed = torch_module().training_speed(
      space, space.parse(options.architecture), options.training, options.seed);
  if (options.json) {
    fmt::print("{}\n", nlohmann::json{{"images_per_second", speed.images_per_second},
                                      {"test_accuracy", speed.test_accuracy},
                                      {"gflops", speed.gflops},
                                      {"sgemm_gflops", speed.sgemm_gflops}}
                           .dump(2));
    return kDone;
  }
  fmt::print("{:.0f} images/s on one thread, test accuracy {:.2f} %\n", speed.images_per_second,
             speed.test_accuracy);
  fmt::print("{:.1f} GFLOP/s in convolutions and linear layers, {:.0f} % of sgemm's {:.1f}\n",
             speed.gflops, 100.0 * speed.gflops / speed.sgemm_gflops, speed.sgemm_gflops);
  return kDone;
}

int bench_latency(const BenchNetworkArguments& options) {
  const Interrupt interrupt;
  const spaces::AnySpace space = config::make_space(options.space, options.space_options);
  const evaluation::LookupComparison result = torch_module().lookup_comparison(
      space, spaces::NetworkInput::parse(options.input), options.lookup, options.latency,
      options.networks, options.seed, interrupt.token());
  if (interrupt.token().stop_requested()) return kInterrupted;
  if (options.json) {
    fmt::print("{}\n", nlohmann::json{{"networks", result.measured_ms.size()},
                                      {"mean_ratio", result.mean_ratio},
                                      {"mean_error_percent", result.mean_error_percent},
                                      {"calibrated_error_percent", result.calibrated_error_percent},
                                      {"kendall_tau", result.kendall_tau},
                                      {"measured_ms", result.measured_ms},
                                      {"looked_up_ms", result.looked_up_ms}}
                           .dump(2));
    return kDone;
  }
  fmt::print("{} networks, whole measurement against sum of operations\n",
             result.measured_ms.size());
  fmt::print("look-up / measured  {:.3f}\n", result.mean_ratio);
  fmt::print("mean error          {:.1f} %, {:.1f} % after dividing by that ratio\n",
             result.mean_error_percent, result.calibrated_error_percent);
  fmt::print("Kendall tau         {:.3f}\n", result.kendall_tau);
  return kDone;
}

CLI::App* add_bench(CLI::App& app, const char* name, const char* help,
                    BenchNetworkArguments& options) {
  CLI::App* command = app.add_subcommand(name, help);
  command->add_option("--space", options.space, "search space")->capture_default_str();
  command->add_option("--set", options.space_options, "option of the space, as in channels=8")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  command->add_option("--seed", options.seed, "seed of every random choice")->capture_default_str();
  add_json(*command, options.json);
  return command;
}

}  // namespace

void add_bench_network_commands(CLI::App& bench, Action& action) {
  auto options = std::make_shared<BenchNetworkArguments>();
  CLI::App* training =
      add_bench(bench, "training", "Images per second of one training on one thread", *options);
  training->add_option("ARCHITECTURE", options->architecture, "in the space's notation")
      ->required();
  OptionAdder training_adder(*training);
  options->training.fields(training_adder);
  training->footer(R"(Example:
  evonas bench training --set channels=8 --set cells_per_stage=1 --images 10000 --resolution 14 \
    '|nor_conv_3x3~0|+|none~0|skip_connect~1|+|skip_connect~0|none~1|nor_conv_3x3~2|')");
  set_action(*training, action, options, bench_training);

  CLI::App* latency = add_bench(
      bench, "latency", "Latency from a look-up table beside that of whole networks", *options);
  latency->add_option("--lookup", options->lookup, "file of the look-up table; grows as needed")
      ->type_name("FILE")
      ->required();
  latency->add_option("-n,--networks", options->networks, "random networks to measure")
      ->capture_default_str();
  latency->add_option("--input", options->input, "what the networks read")->capture_default_str();
  OptionAdder latency_adder(*latency);
  options->latency.fields(latency_adder);
  latency->footer(R"(Example:
  evonas bench latency --lookup latency.csv -n 100 --set channels=8 --set cells_per_stage=1)");
  set_action(*latency, action, options, bench_latency);
}

}  // namespace evonas::cli
