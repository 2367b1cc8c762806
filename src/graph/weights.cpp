#include "graph/weights.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/random.hpp"
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

Weights initial_weights(const Graph& graph, std::uint64_t seed) {
  Weights weights;
  double bound = 0;  // a bias follows the weight whose fan-in it shares
  for (WeightSlot& slot : weight_slots(graph)) {
    const Node& node = graph[slot.node];
    const std::int64_t count = element_count(graph, slot.node, slot.shape);
    Tensor tensor{.shape = std::move(slot.shape),
                  .values = std::vector<float>(static_cast<std::size_t>(count))};
    if (node.op == "BatchNormalization") {
      const bool ones = slot.role == "weight" || slot.role == "variance";
      std::ranges::fill(tensor.values, ones ? 1.0F : 0.0F);
    } else {
      const bool is_bias = slot.role == "bias";
      if (!is_bias) {
        const std::int64_t fan_in = count / std::max<std::int64_t>(tensor.shape[0], 1);
        bound = 1.0 / std::sqrt(static_cast<double>(std::max<std::int64_t>(fan_in, 1)));
      }
      Rng rng(seed, is_bias ? node.name + "/b" : node.name);
      for (float& value : tensor.values) {
        value = static_cast<float>((2.0 * rng.uniform() - 1.0) * bound);
      }
    }
    weights.insert_or_assign(std::move(slot.name), std::move(tensor));
  }
  return weights;
}

Weights select_weights(const Graph& graph, const Weights& weights) {
  Weights selected;
  for (const WeightSlot& slot : weight_slots(graph)) {
    const auto found = weights.find(slot.name);
    if (found != weights.end()) selected.insert(*found);
  }
  check_weights(graph, selected);
  return selected;
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
    const std::int64_t count = element_count(graph, slot.node, slot.shape);
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
