#include "graph/weights.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "graph/error_text.hpp"
#include "graph/operators.hpp"

namespace evonas::graph {

std::string weight_name(const Node& node, std::string_view role) {
  std::string name = fmt::format("{}_{}", node.name, role);
  std::ranges::replace(name, '.', '_');
  return name;
}

std::vector<WeightSlot> weight_slots(const Graph& graph) {
  std::vector<WeightSlot> slots;
  for (NodeId id = 0; id < graph.size(); ++id) {
    const Node& node = graph[id];
    const auto add = [&](std::string_view role, std::vector<std::int64_t> shape) {
      slots.push_back({id, role, weight_name(node, role), std::move(shape)});
    };
    const auto outputs = [&] { return node.shape.at(0); };
    const auto inputs = [&] { return graph[node.inputs.at(0)].shape.at(0); };
    if (node.op == "Conv") {
      const auto kernel = node.integers("kernel_shape", {1, 1});
      add("weight", {outputs(), inputs() / node.integer("group", 1), kernel[0], kernel[1]});
    } else if (node.op == "Gemm") {
      add("weight", {outputs(), inputs()});
    } else if (node.op == "BatchNormalization") {
      for (const char* role : {"weight", "bias", "mean", "variance"}) add(role, {outputs()});
      continue;
    }
    if (node.integer("bias", 0) != 0) add("bias", {outputs()});
  }
  return slots;
}

void check_weights(const Graph& graph, const Weights& weights) {
  std::set<std::string_view> wanted;
  const std::vector<WeightSlot> slots = weight_slots(graph);
  for (const WeightSlot& slot : slots) {
    const auto found = weights.find(slot.name);
    if (found == weights.end()) {
      fail(graph, slot.node, fmt::format("has no weights: {} is missing", in_quotes(slot.name)));
    }
    const Tensor& tensor = found->second;
    std::int64_t count = 1;
    for (const std::int64_t extent : slot.shape) {
      count = checked_product(graph, slot.node, count, extent);
    }
    if (tensor.shape != slot.shape || tensor.values.size() != static_cast<std::size_t>(count)) {
      fail(graph, slot.node,
           fmt::format("needs {} of {}, found {} with {} values", in_quotes(slot.name),
                       to_string(slot.shape), to_string(tensor.shape), tensor.values.size()));
    }
    if (!wanted.insert(found->first).second) {
      fail(graph, slot.node,
           fmt::format("shares the name {} with another tensor; rename the node",
                       in_quotes(slot.name)));
    }
  }
  for (const auto& [name, tensor] : weights) {
    if (wanted.contains(name)) continue;
    throw GraphError(fmt::format("the weights {} belong to no node of the graph", in_quotes(name)));
  }
}

}  // namespace evonas::graph
