#include <algorithm>
#include <type_traits>

#include <fmt/format.h>

#include "base/fields.hpp"
#include "base/json.hpp"
#include "cli/commands/common_options.hpp"
#include "cli/commands/field_options.hpp"
#include "cli/commands/network_choice.hpp"
#include "cli/config/space_section.hpp"
#include "cli/run/atomic_file.hpp"
#include "cli/run/search_session.hpp"
#include "cli/run/torch_module.hpp"
#include "graph/canonical.hpp"
#include "graph/cost.hpp"
#include "graph/drawing.hpp"
#include "graph/json.hpp"
#include "graph/passes.hpp"

namespace evonas::cli {
namespace {

struct NetworkArguments {
  NetworkChoice network;
  bool cell = false;
  bool dot = false;
  bool graph_json = false;
  std::string out;
  evaluation::LatencyOptions latency;
  bool json = false;
};

int cost(const NetworkArguments& options) {
  const graph::Graph network = load_network(options.network).graph;
  const graph::Cost total = graph::cost(graph::inference_network(network));
  if (options.json) {
    fmt::print("{}\n", nlohmann::json{{"params", total.parameters},
                                      {"macs", total.macs},
                                      {"flops", total.flops},
                                      {"memory_bytes", total.peak_activation_bytes},
                                      {"activation_bytes", total.activation_bytes},
                                      {"nodes", network.size()},
                                      {"opaque_nodes", total.opaque_nodes},
                                      {"graph_key", graph::canonical_key(network).hex()}}
                           .dump(2));
    return kDone;
  }
  const char* bound = total.opaque_nodes > 0 ? "at least " : "";
  fmt::print("params            {}{}\n", bound, total.parameters);
  fmt::print("macs              {}{}\n", bound, total.macs);
  fmt::print("flops             {}{}\n", bound, total.flops);
  fmt::print("memory_bytes      {}{}\n", bound, total.peak_activation_bytes);
  fmt::print("activation_bytes  {}{}\n", bound, total.activation_bytes);
  if (total.opaque_nodes > 0) fmt::print("opaque_nodes      {}\n", total.opaque_nodes);
  fmt::print("nodes             {}\n", network.size());
  fmt::print("graph_key         {}\n", graph::canonical_key(network).hex());
  return kDone;
}

int draw(const NetworkArguments& options) {
  const graph::Graph graph =
      options.cell ? load_cell(options.network) : load_network(options.network).graph;
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

int latency(const NetworkArguments& options) {
  const auto result =
      torch_module().measure_network(load_network(options.network).graph, options.latency);
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

CLI::App* add_with_network(CLI::App& app, const char* name, const char* help,
                           NetworkArguments& options) {
  CLI::App* command = app.add_subcommand(name, help);
  add_network_choice(*command, options.network);
  return command;
}

}  // namespace

void add_network_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<NetworkArguments>();
  CLI::App* command = app.add_subcommand("network", "One network: costs, picture, latency, export");
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

  add_network_export_command(*command, action);
}

}  // namespace evonas::cli
