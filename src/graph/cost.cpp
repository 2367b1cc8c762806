#include "graph/cost.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "graph/error_text.hpp"
#include "graph/operators.hpp"
#include "graph/shape_inference.hpp"

namespace evonas::graph {
namespace {

constexpr std::int64_t kBytesPerElement = 4;

bool writes(const Node& node) {
  const Operator* op = find_operator(node.op);
  return op != nullptr && op->kind != OperatorKind::Input && !op->view;
}

std::int64_t output_bytes(const Graph& graph, NodeId id) {
  return checked_product(graph, id, element_count(graph, id, graph[id].shape), kBytesPerElement);
}

/// For every node the one whose memory its output lies in: itself, or the source of a view.
std::vector<NodeId> memory_owners(const Graph& graph) {
  std::vector<NodeId> owners(graph.size());
  for (NodeId id = 0; id < graph.size(); ++id) {
    const Operator* op = find_operator(graph[id].op);
    owners[id] = op != nullptr && op->view ? owners[graph[id].inputs[0]] : id;
  }
  return owners;
}

std::int64_t peak_bytes(const Graph& graph) {
  const std::vector<NodeId> owners = memory_owners(graph);
  std::vector<NodeId> last_use(graph.size());
  for (NodeId id = 0; id < graph.size(); ++id) {
    last_use[owners[id]] = id;
    for (const NodeId input : graph[id].inputs) last_use[owners[input]] = id;
  }
  const auto end = static_cast<NodeId>(graph.size());
  for (const NodeId output : graph.outputs()) last_use[owners[output]] = end;
  std::vector<std::int64_t> released(graph.size() + 1, 0);  // bytes that a node reads last
  std::int64_t alive = 0;
  std::int64_t peak = 0;
  for (NodeId id = 0; id < graph.size(); ++id) {
    if (owners[id] == id) {
      const std::int64_t bytes = output_bytes(graph, id);
      alive = checked_sum(graph, id, alive, bytes);
      released[last_use[id]] += bytes;  // no more than what is alive then
    }
    peak = std::max(peak, alive);
    alive -= released[id];
  }
  return peak;
}

}  // namespace

Cost node_cost(const Graph& graph, NodeId id) {
  if (id >= graph.size()) {
    throw GraphError(
        fmt::format("there is no node number {}: the graph has {} nodes", id, graph.size()));
  }
  // Costs rest on attributes and shapes that fit, also where a graph was written by hand.
  const Shape expected = infer_shape(graph, id);
  if (graph[id].shape != expected) {
    fail(graph, id,
         fmt::format("has the shape {}, expected {}; call infer_shapes() first",
                     to_string(graph[id].shape), to_string(expected)));
  }
  Cost cost;
  const Operator* op = find_operator(graph[id].op);
  if (op->add_cost != nullptr) op->add_cost(graph, id, cost);
  cost.peak_activation_bytes = output_bytes(graph, id);
  cost.activation_bytes = writes(graph[id]) ? cost.peak_activation_bytes : 0;
  return cost;
}

Cost cost(const Graph& graph) {
  Cost total;
  for (NodeId id = 0; id < graph.size(); ++id) {
    const Cost part = node_cost(graph, id);
    total.parameters = checked_sum(graph, id, total.parameters, part.parameters);
    total.macs = checked_sum(graph, id, total.macs, part.macs);
    total.flops = checked_sum(graph, id, total.flops, part.flops);
    total.activation_bytes = checked_sum(graph, id, total.activation_bytes, part.activation_bytes);
    total.opaque_nodes += part.opaque_nodes;
  }
  total.peak_activation_bytes = peak_bytes(graph);
  return total;
}

}  // namespace evonas::graph
