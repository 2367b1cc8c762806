#pragma once

#include <span>
#include <utility>
#include <vector>

#include "graph/graph.hpp"

namespace evonas::graph {

/// Writes a graph anew, node by node in its order, under a mapping from old to new ids. Nodes are
/// moved, which is what makes passes over whole networks cheap: a node of the old graph that was
/// moved must not be read again.
class Rewriter {
 public:
  explicit Rewriter(Graph source) : source_(std::move(source)), mapped_(source_.size()) {
    result_.nodes_.reserve(source_.size());
  }

  const Graph& source() const { return source_; }
  NodeId mapped(NodeId old) const { return mapped_[old]; }

  std::vector<NodeId> mapped(std::span<const NodeId> old) const {
    std::vector<NodeId> result;
    result.reserve(old.size());
    for (const NodeId id : old) result.push_back(mapped_[id]);
    return result;
  }

  /// Moves a node to the new graph. The result can be changed until the next node comes, but for
  /// its name.
  Node& move(NodeId old) {
    Node& node = source_.nodes_[old];
    for (NodeId& input : node.inputs) input = mapped_[input];
    mapped_[old] = static_cast<NodeId>(result_.size());
    return result_.nodes_.emplace_back(std::move(node));
  }

  /// Readers of the old node read a node of the new graph instead.
  void replace(NodeId old, NodeId replacement) { mapped_[old] = replacement; }

  /// `outputs` are nodes of the old graph.
  Graph finish(std::span<const NodeId> outputs) {
    result_.set_outputs(mapped(outputs));
    return std::move(result_);
  }

  Graph finish() { return finish(source_.outputs()); }

 private:
  Graph source_;
  std::vector<NodeId> mapped_;
  Graph result_;
};

}  // namespace evonas::graph
