#include "spaces/declared/plan.hpp"

#include <string>

#include <fmt/format.h>

#include "graph/canonical.hpp"
#include "graph/network_builder.hpp"

namespace evonas::spaces::declared {
namespace {

/// Whether the layers stand one behind the other.
bool is_chain(const Plan& plan) {
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    const auto& operands = plan.steps[i].operands;
    if (operands.size() != 1 || operands.front() != i) return false;
  }
  return true;
}

}  // namespace

Key key_of(const Plan& plan) {
  std::string text = fmt::format("declared {};", plan.resolution);
  if (is_chain(plan)) {
    for (const Plan::Step& step : plan.steps) append_text(text, step.layer);
  } else {
    text += graph::canonical_key(graph_of(plan)).hex();
  }
  return Key::of(text);
}

graph::Graph graph_of(const Plan& plan) {
  graph::Graph graph;
  std::vector<graph::NodeId> values{graph.add_input({}, "input")};
  if (plan.resolution > 0) {
    values[0] = graph.add("resize", {values[0]}, {{"resolution", plan.resolution}});
  }
  for (const Plan::Step& step : plan.steps) {
    std::vector<graph::NodeId> operands;
    for (const std::size_t operand : step.operands) operands.push_back(values[operand]);
    values.push_back(graph.add(std::string(operation_word(step.layer.operation).op),
                               std::move(operands), attributes_of(step.layer)));
  }
  graph.set_outputs({graph.add("Output", {values.back()}, {}, "output")});
  return graph;
}

graph::Graph network_of(const Plan& plan, const NetworkInput& input) {
  graph::NetworkBuilder builder;
  std::vector<graph::NodeId> values{builder.input({input.channels, input.height, input.width})};
  const std::int64_t side = plan.resolution;
  if (side > 0 && (input.height != side || input.width != side)) {
    values[0] = builder.resize(values[0], side, side);
  }
  for (const Plan::Step& step : plan.steps) {
    std::vector<graph::NodeId> operands;
    for (const std::size_t operand : step.operands) operands.push_back(values[operand]);
    values.push_back(step.layer.operation == Operation::Sum ? builder.add(operands)
                     : step.layer.operation == Operation::Concat
                         ? builder.concat(operands)
                         : build(builder, operands[0], step.layer));
  }
  if (plan.convolutional) {
    const graph::NodeId scores =
        builder.relu(builder.conv(values.back(), input.classes, {.kernel = 1}, 1, /*bias=*/true));
    return builder.finish(builder.flatten(builder.global_average_pool(scores)));
  }
  const graph::NodeId features =
      build(builder, values.back(), {.operation = Operation::GlobalPool});
  return builder.finish(builder.gemm(features, input.classes));
}

}  // namespace evonas::spaces::declared
