#include <algorithm>
#include <type_traits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/fields.hpp"
#include "cli/commands/common_options.hpp"
#include "cli/commands/field_options.hpp"
#include "cli/config/space_section.hpp"
#include "cli/run/atomic_file.hpp"
#include "cli/run/network_sources.hpp"
#include "cli/run/search_session.hpp"
#include "graph/canonical.hpp"
#include "graph/cost.hpp"
#include "graph/drawing.hpp"
#include "graph/json.hpp"
#include "graph/passes.hpp"

namespace evonas::cli {
namespace {

struct Options {
  std::string space;
  std::string architecture;
  std::vector<std::string> space_options;
  std::string input = "cifar10";
  std::string graph_file;
  bool cell = false;
  bool dot = false;
  bool graph_json = false;
  std::string out;
  evaluation::LatencyOptions latency;
  bool json = false;
};

graph::Graph read_graph(const std::string& file) {
  try {
    return graph::from_json(nlohmann::json::parse(read_whole(file)));
  } catch (const nlohmann::json::parse_error& error) {
    throw graph::GraphError(fmt::format("{} is no JSON: {}", file, error.what()));
  } catch (const graph::GraphError& error) {
    throw graph::GraphError(fmt::format("{}: {}", file, error.what()));
  }
}

/// The graph that the command line names, at cell grain where that is asked for.
graph::Graph load_graph(const Options& options) {
  if (!options.graph_file.empty()) return read_graph(options.graph_file);
  if (options.space.empty() || options.architecture.empty()) {
    throw graph::GraphError(
        "no network is named: give a space and an architecture, or --graph FILE.json");
  }
  const spaces::AnySpace space = config::make_space(options.space, options.space_options);
  const spaces::Genotype genotype = space.parse(options.architecture);
  if (options.cell) return space.cell(genotype);
  return space.network(genotype, spaces::NetworkInput::parse(options.input));
}

int cost(const Options& options) {
  const graph::Graph network = load_graph(options);
  const graph::Cost total = graph::cost(graph::inference_network(network));
  if (options.json) {
    fmt::print("{}\n", nlohmann::json{{"params", total.parameters},
                                      {"macs", total.macs},
                                      {"flops", total.flops},
                                      {"memory_bytes", total.peak_activation_bytes},
                                      {"activation_bytes", total.activation_bytes},
                                      {"nodes", network.size()},
                                      {"graph_key", graph::canonical_key(network).hex()}}
                           .dump(2));
    return kDone;
  }
  fmt::print("params            {}\n", total.parameters);
  fmt::print("macs              {}\n", total.macs);
  fmt::print("flops             {}\n", total.flops);
  fmt::print("memory_bytes      {}\n", total.peak_activation_bytes);
  fmt::print("activation_bytes  {}\n", total.activation_bytes);
  fmt::print("nodes             {}\n", network.size());
  fmt::print("graph_key         {}\n", graph::canonical_key(network).hex());
  return kDone;
}

int draw(const Options& options) {
  const graph::Graph graph = load_graph(options);
  std::string text;
  if (options.graph_json) {
    text = graph::to_json(graph).dump(2) + "\n";
  } else {
    text = options.dot ? graph::to_dot(graph) : graph::to_svg(graph);
  }
  if (options.out.empty()) {
    fmt::print("{}", text);
  } else {
    write_atomically(options.out, text);
    fmt::print("{}\n", options.out);
  }
  return kDone;
}

int latency(const Options& options) {
  const auto result = measure_network(load_graph(options), options.latency);
  if (options.json) {
    fmt::print("{}\n", nlohmann::json{{"latency_ms", result.median_ms},
                                      {"interval", {result.low_ms, result.high_ms}},
                                      {"calls", result.calls},
                                      {"batch", options.latency.batch},
                                      {"threads", options.latency.threads},
                                      {"device", options.latency.device}}
                           .dump(2));
  } else {
    fmt::print("{:.4g} ms (95 % interval of the median {:.4g} to {:.4g}), {} calls\n",
               result.median_ms, result.low_ms, result.high_ms, result.calls);
  }
  return kDone;
}

CLI::App* add_with_network(CLI::App& app, const char* name, const char* help, Options& options) {
  CLI::App* command = app.add_subcommand(name, help);
  command->add_option("SPACE", options.space, "search space");
  command->add_option("ARCHITECTURE", options.architecture, "in the space's notation");
  command->add_option("--set", options.space_options, "option of the space, as in channels=8")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  command->add_option("--input", options.input, "what the network reads")->capture_default_str();
  command->add_option("--graph", options.graph_file, "a graph in evonas JSON instead of a space")
      ->type_name("FILE");
  return command;
}

}  // namespace

void add_network_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("network", "One network: costs, picture, latency");
  command->require_subcommand(1);
  command->footer("Example:\n  evonas network cost --graph network.json");

  CLI::App* costed = add_with_network(*command, "cost", "Parameters, FLOPs and memory", *options);
  add_json(*costed, options->json);
  costed->footer(R"(Example:
  evonas network cost nasbench201 --input cifar100 \
    '|nor_conv_3x3~0|+|none~0|skip_connect~1|+|skip_connect~0|none~1|nor_conv_3x3~2|')");
  set_action(*costed, action, options, cost);

  CLI::App* drawn =
      add_with_network(*command, "draw", "A picture as SVG (needs Graphviz)", *options);
  drawn->add_flag("--cell", options->cell, "the cell instead of the whole network");
  drawn->add_flag("--dot", options->dot, "Graphviz source instead of SVG");
  drawn->add_flag("--graph-json", options->graph_json, "the graph as JSON, for --graph");
  drawn->add_option("--out", options->out, "file to write (default: stdout)")->type_name("FILE");
  drawn->footer(R"(Example:
  evonas network draw nasbench201 --cell --out cell.svg \
    '|nor_conv_3x3~0|+|none~0|skip_connect~1|+|skip_connect~0|none~1|nor_conv_3x3~2|')");
  set_action(*drawn, action, options, draw);

  CLI::App* measured =
      add_with_network(*command, "latency", "Latency measured on this host", *options);
  OptionAdder adder(*measured);
  options->latency.fields(adder);
  add_json(*measured, options->json);
  measured->footer(R"(Example:
  evonas network latency nasbench201 --batch 8 --threads 2 \
    '|nor_conv_3x3~0|+|none~0|skip_connect~1|+|skip_connect~0|none~1|nor_conv_3x3~2|')");
  set_action(*measured, action, options, latency);
}

}  // namespace evonas::cli
