#pragma once

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include <rapidcheck.h>

#include "base/random.hpp"
#include "contains.hpp"
#include "graph/graph.hpp"

namespace evonas::graph {

using tests::contains;

/// The text of the GraphError that `action` throws; empty where it throws none.
template <class Action>
std::string error_of(Action&& action) {
  try {
    std::forward<Action>(action)();
  } catch (const GraphError& error) {
    return error.what();
  }
  return {};
}

inline bool same_node(const Node& a, const Node& b) {
  return a.op == b.op && a.inputs == b.inputs && a.attributes == b.attributes && a.name == b.name &&
         a.shape == b.shape;
}

inline bool same_graph(const Graph& a, const Graph& b) {
  return std::ranges::equal(a.nodes(), b.nodes(), same_node) &&
         std::ranges::equal(a.outputs(), b.outputs());
}

/// The same graph with other names, in a random topological order, and with the operands of
/// operators that do not care in another order.
inline Graph relabelled(const Graph& graph, Rng& rng) {
  const auto ordered = [](const Node& node) { return node.op == "Sub" || node.op == "Concat"; };
  Graph result;
  std::vector<NodeId> image(graph.size());
  std::vector<bool> placed(graph.size());
  for (std::size_t step = 0; step < graph.size(); ++step) {
    std::vector<NodeId> ready;
    for (NodeId id = 0; id < graph.size(); ++id) {
      const auto& inputs = graph[id].inputs;
      const bool complete = std::ranges::all_of(inputs, [&](NodeId i) { return placed[i]; });
      if (!placed[id] && complete) ready.push_back(id);
    }
    const NodeId id = ready[rng.below(ready.size())];
    const Node& node = graph[id];
    std::vector<NodeId> inputs;
    for (const NodeId input : node.inputs) inputs.push_back(image[input]);
    if (!ordered(node)) rng.shuffle(std::span(inputs));
    image[id] = result.add(node.op, inputs, node.attributes, std::to_string(step) + "m");
    result.set_shape(image[id], node.shape);
    placed[id] = true;
  }
  std::vector<NodeId> outputs;
  for (const NodeId output : graph.outputs()) outputs.push_back(image[output]);
  result.set_outputs(outputs);
  return result;
}

/// A random graph at cell grain: few operators, so that symmetries are frequent.
inline Graph random_cell(Rng& rng, std::size_t largest) {
  static const std::vector<std::string> operators{"a", "b", "Sub"};
  Graph graph;
  const std::size_t size = 1 + rng.below(largest);
  for (NodeId id = 0; id < size; ++id) {
    std::vector<NodeId> inputs;
    const std::uint64_t fan_in = id == 0 ? 0 : rng.below(4);
    for (std::uint64_t i = 0; i < fan_in; ++i) {
      inputs.push_back(static_cast<NodeId>(rng.below(id)));
    }
    Attributes attributes;
    if (rng.chance(0.2)) attributes.emplace("k", static_cast<std::int64_t>(rng.below(2)));
    graph.add(operators[rng.below(operators.size())], std::move(inputs), std::move(attributes));
  }
  std::vector<NodeId> outputs;
  for (std::uint64_t i = rng.below(3); i-- > 0;) {
    outputs.push_back(static_cast<NodeId>(rng.below(size)));
  }
  graph.set_outputs(outputs);
  return graph;
}

}  // namespace evonas::graph
