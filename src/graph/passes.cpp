#include "graph/passes.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "graph/operators.hpp"

namespace evonas::graph {
namespace {

/// Writes a graph anew, node by node, under a mapping from old to new ids.
class Rewriter {
 public:
  explicit Rewriter(const Graph& source) : source_(source), mapped_(source.size()) {}

  NodeId mapped(NodeId old) const { return mapped_[old]; }

  std::vector<NodeId> mapped(std::span<const NodeId> old) const {
    std::vector<NodeId> result;
    for (const NodeId id : old) result.push_back(mapped_[id]);
    return result;
  }

  /// Copies a node with other attributes, or another shape.
  void copy(NodeId old, Attributes attributes, Shape shape) {
    const Node& node = source_[old];
    const NodeId id = result_.add(node.op, mapped(node.inputs), std::move(attributes), node.name);
    result_.set_shape(id, std::move(shape));
    mapped_[old] = id;
  }

  void copy(NodeId old, Attributes attributes) {
    copy(old, std::move(attributes), source_[old].shape);
  }

  void copy(NodeId old) { copy(old, source_[old].attributes); }

  /// Readers of the old node read a node of the new graph instead.
  void replace(NodeId old, NodeId replacement) { mapped_[old] = replacement; }

  /// `outputs` are nodes of the old graph.
  Graph finish(std::span<const NodeId> outputs) {
    result_.set_outputs(mapped(outputs));
    return std::move(result_);
  }

  Graph finish() { return finish(source_.outputs()); }

 private:
  const Graph& source_;
  std::vector<NodeId> mapped_;
  Graph result_;
};

/// What a node without parameters computes: equal for two nodes that give the same result.
using Computation = std::tuple<std::string, std::vector<NodeId>, Attributes>;

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
  const std::span<const NodeId> result = outputs.first(std::min<std::size_t>(outputs.size(), 1));
  const std::vector<bool> used = needed_for(network, result);
  std::vector<bool> dropped = needed_for(network, outputs.subspan(result.size()));
  Rewriter rewriter(network);
  for (NodeId id = 0; id < network.size(); ++id) {
    const Node& node = network[id];
    const auto is_dropped = [&](NodeId input) { return dropped[input]; };
    dropped[id] = !used[id] && node.op != kInput &&
                  (dropped[id] || std::ranges::any_of(node.inputs, is_dropped));
    if (dropped[id]) continue;
    if (acts_in_training_only(node)) {
      rewriter.replace(id, rewriter.mapped(node.inputs[0]));
    } else {
      rewriter.copy(id);
    }
  }
  return rewriter.finish(result);
}

Graph without_resampling(const Graph& network) {
  const auto readers = network.consumers();
  const auto is_resampled = [&](NodeId id) {
    return network[id].op == kInput && readers[id].size() == 1 &&
           network[readers[id][0]].op == "Resize";
  };
  Rewriter rewriter(network);
  for (NodeId id = 0; id < network.size(); ++id) {
    const Node& node = network[id];
    if (is_resampled(id)) {
      rewriter.copy(id, node.attributes, network[readers[id][0]].shape);
    } else if (node.op == "Resize" && is_resampled(node.inputs[0])) {
      rewriter.replace(id, rewriter.mapped(node.inputs[0]));
    } else {
      rewriter.copy(id);
    }
  }
  return rewriter.finish();
}

Graph prune_dead_nodes(const Graph& graph) {
  const std::vector<bool> alive = needed_for(graph, graph.outputs());
  Rewriter rewriter(graph);
  for (NodeId id = 0; id < graph.size(); ++id) {
    if (alive[id] || graph[id].op == kInput) rewriter.copy(id);
  }
  return rewriter.finish();
}

Graph simplify(const Graph& graph) {
  const Graph pruned = prune_dead_nodes(graph);
  Rewriter rewriter(pruned);
  std::map<Computation, NodeId> computed;
  for (NodeId id = 0; id < pruned.size(); ++id) {
    const Node& node = pruned[id];
    if (node.op == "Identity" && node.inputs.size() == 1) {
      rewriter.replace(id, rewriter.mapped(node.inputs[0]));
      continue;
    }
    const Operator* op = find_operator(node.op);
    if (op == nullptr || !op->pure) {
      rewriter.copy(id);
      continue;
    }
    Computation computation(node.op, rewriter.mapped(node.inputs), node.attributes);
    if (!op->ordered) std::ranges::sort(std::get<std::vector<NodeId>>(computation));
    const auto known = computed.find(computation);
    if (known != computed.end()) {
      rewriter.replace(id, known->second);
      continue;
    }
    rewriter.copy(id);
    computed.emplace(std::move(computation), rewriter.mapped(id));
  }
  return rewriter.finish();
}

FoldedGraph fold_batch_normalization(const Graph& graph) {
  std::vector<std::size_t> uses(graph.size());
  for (const Node& node : graph.nodes()) {
    for (const NodeId input : node.inputs) ++uses[input];
  }
  for (const NodeId output : graph.outputs()) ++uses[output];

  const auto folds = [&](const Node& node) {
    return node.op == "BatchNormalization" && node.inputs.size() == 1 &&
           graph[node.inputs[0]].op == "Conv" && uses[node.inputs[0]] == 1;
  };
  std::vector<bool> gains_bias(graph.size());
  FoldedGraph folded;
  for (const Node& node : graph.nodes()) {
    if (!folds(node)) continue;
    gains_bias[node.inputs[0]] = true;
    folded.pairs.push_back({.conv = graph[node.inputs[0]].name, .batch_normalization = node.name});
  }
  Rewriter rewriter(graph);
  for (NodeId id = 0; id < graph.size(); ++id) {
    const Node& node = graph[id];
    if (folds(node)) {
      rewriter.replace(id, rewriter.mapped(node.inputs[0]));
      continue;
    }
    Attributes attributes = node.attributes;
    if (gains_bias[id]) attributes.insert_or_assign("bias", std::int64_t{1});
    rewriter.copy(id, std::move(attributes));
  }
  folded.graph = rewriter.finish();
  return folded;
}

}  // namespace evonas::graph
