#include "graph/passes.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "graph/operators.hpp"
#include "graph/rewriter.hpp"

namespace evonas::graph {
namespace {

/// What a node without parameters computes: equal for two nodes that give the same result.
using Computation = std::tuple<std::string_view, std::vector<NodeId>, Attributes>;

bool acts_in_training_only(const Node& node) {
  return (node.op == "Dropout" || node.op == "DropPath") && node.inputs.size() == 1;
}

}  // namespace

std::vector<bool> needed_for(const Graph& graph, std::span<const NodeId> nodes) {
  std::vector<bool> needed(graph.size());
  for (const NodeId id : nodes) needed[id] = true;
  for (std::size_t id = graph.size(); id-- > 0;) {
    if (!needed[id]) continue;
    for (const NodeId input : graph.nodes()[id].inputs) needed[input] = true;
  }
  return needed;
}

Graph inference_network(Graph network) {
  const std::span<const NodeId> outputs = network.outputs();
  if (outputs.size() <= 1 && std::ranges::none_of(network.nodes(), acts_in_training_only)) {
    return network;
  }
  const std::vector<NodeId> result(outputs.begin(), outputs.begin() + !outputs.empty());
  const std::vector<bool> used = needed_for(network, result);
  std::vector<bool> dropped = needed_for(network, outputs.subspan(result.size()));
  Rewriter rewriter(std::move(network));
  for (NodeId id = 0; id < used.size(); ++id) {
    const Node& node = rewriter.source()[id];
    const auto is_dropped = [&](NodeId input) { return dropped[input]; };
    dropped[id] = !used[id] && node.op != kInput &&
                  (dropped[id] || std::ranges::any_of(node.inputs, is_dropped));
    if (dropped[id]) continue;
    if (acts_in_training_only(node)) {
      rewriter.replace(id, rewriter.mapped(node.inputs[0]));
    } else {
      rewriter.move(id);
    }
  }
  return rewriter.finish(result);
}

Graph without_resampling(Graph network) {
  const auto readers = network.consumers();
  std::vector<bool> resampled(network.size());
  for (NodeId id = 0; id < network.size(); ++id) {
    resampled[id] = network[id].op == kInput && readers[id].size() == 1 &&
                    network[readers[id][0]].op == "Resize";
  }
  Rewriter rewriter(std::move(network));
  for (NodeId id = 0; id < resampled.size(); ++id) {
    const Node& node = rewriter.source()[id];
    if (node.op == "Resize" && resampled[node.inputs[0]]) {
      rewriter.replace(id, rewriter.mapped(node.inputs[0]));
    } else if (resampled[id]) {
      rewriter.move(id).shape = rewriter.source()[readers[id][0]].shape;
    } else {
      rewriter.move(id);
    }
  }
  return rewriter.finish();
}

Graph prune_dead_nodes(Graph graph) {
  const std::vector<bool> alive = needed_for(graph, graph.outputs());
  Rewriter rewriter(std::move(graph));
  for (NodeId id = 0; id < alive.size(); ++id) {
    if (alive[id] || rewriter.source()[id].op == kInput) rewriter.move(id);
  }
  return rewriter.finish();
}

Graph simplify(Graph graph) {
  const std::vector<bool> alive = needed_for(graph, graph.outputs());
  Rewriter rewriter(std::move(graph));
  std::map<Computation, NodeId> computed;
  for (NodeId id = 0; id < alive.size(); ++id) {
    const Node& node = rewriter.source()[id];
    if (!alive[id] && node.op != kInput) continue;
    if (node.op == "Identity" && node.inputs.size() == 1) {
      rewriter.replace(id, rewriter.mapped(node.inputs[0]));
      continue;
    }
    const Operator* op = find_operator(node.op);
    if (op == nullptr || !op->pure) {
      rewriter.move(id);
      continue;
    }
    Computation computation(op->name, rewriter.mapped(node.inputs), node.attributes);
    if (!op->ordered) std::ranges::sort(std::get<std::vector<NodeId>>(computation));
    const auto known = computed.find(computation);
    if (known != computed.end()) {
      rewriter.replace(id, known->second);
      continue;
    }
    rewriter.move(id);
    computed.emplace(std::move(computation), rewriter.mapped(id));
  }
  return rewriter.finish();
}

FoldedGraph fold_batch_normalization(Graph graph) {
  std::vector<std::size_t> uses(graph.size());
  for (const Node& node : graph.nodes()) {
    for (const NodeId input : node.inputs) ++uses[input];
  }
  for (const NodeId output : graph.outputs()) ++uses[output];

  std::vector<bool> folds(graph.size());
  std::vector<bool> gains_bias(graph.size());
  FoldedGraph folded;
  for (NodeId id = 0; id < graph.size(); ++id) {
    const Node& node = graph[id];
    folds[id] = node.op == "BatchNormalization" && node.inputs.size() == 1 &&
                graph[node.inputs[0]].op == "Conv" && uses[node.inputs[0]] == 1;
    if (!folds[id]) continue;
    gains_bias[node.inputs[0]] = true;
    folded.pairs.push_back({.conv = graph[node.inputs[0]].name, .batch_normalization = node.name});
  }
  Rewriter rewriter(std::move(graph));
  for (NodeId id = 0; id < folds.size(); ++id) {
    if (folds[id]) {
      rewriter.replace(id, rewriter.mapped(rewriter.source()[id].inputs[0]));
      continue;
    }
    Node& node = rewriter.move(id);
    if (gains_bias[id]) node.attributes.insert_or_assign("bias", std::int64_t{1});
  }
  folded.graph = rewriter.finish();
  return folded;
}

Graph folded_network(Graph network) {
  return simplify(fold_batch_normalization(std::move(network)).graph);
}

}  // namespace evonas::graph
