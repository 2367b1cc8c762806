#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/json.hpp"
#include "cli/commands/common_options.hpp"
#include "cli/config/latency_recipe.hpp"
#include "cli/run/interrupt.hpp"
#include "cli/run/latency_build.hpp"
#include "cli/run/search_session.hpp"

namespace evonas::cli {
namespace {

struct LatencyBuildArguments {
  std::string recipe;
  std::vector<std::string> overrides;
  std::string out;
  bool json = false;
};

int measure_networks(const LatencyBuildArguments& options) {
  const config::LatencyRecipe recipe =
      config::load_latency_recipe(options.recipe, options.overrides);
  const Interrupt interrupt;
  std::filesystem::create_directories(options.out);
  Log log(std::filesystem::path(options.out) / "log.txt");
  const LatencyBuildResult result = build_latency(recipe, options.out, log, interrupt.token());
  log.progress("");
  if (options.json) {
    fmt::print("{}\n", nlohmann::json{{"folder", options.out},
                                      {"complete", result.complete},
                                      {"networks", result.networks},
                                      {"failures", result.failures}}
                           .dump(2));
  } else {
    fmt::print("{}: latency of {} networks, {} could not be measured{}\n", options.out,
               result.networks, result.failures,
               result.complete ? "" : "; the same command goes on from here");
  }
  return result.complete ? kDone : kInterrupted;
}

}  // namespace

void add_latency_command(CLI::App& app, Action& action) {
  CLI::App* latency = app.add_subcommand("latency", "Latency of many networks on this machine");
  latency->require_subcommand(1);
  latency->footer(
      "Example:\n  evonas latency build experiments/latency_networks.yaml --out latency_networks");
  auto options = std::make_shared<LatencyBuildArguments>();
  CLI::App* command = latency->add_subcommand(
      "build", "Measure random networks of many families: data for latency predictors");
  command->add_option("RECIPE", options->recipe, "recipe file")->required();
  add_overrides(*command, options->overrides);
  command->add_option("--out", options->out, "folder for the latencies and all that made them")
      ->required()
      ->type_name("DIR");
  add_json(*command, options->json);
  command->footer(R"(Examples:
  evonas latency build experiments/latency_networks.yaml --out latency_networks
  evonas latency build experiments/latency_networks.yaml --out few --set networks=20

It can be stopped at any time and goes on where it was when the same command is given again. Let
nothing else run on the machine meanwhile.)");
  set_action(*command, action, options, measure_networks);
}

}  // namespace evonas::cli
