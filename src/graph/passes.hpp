#pragma once

#include <span>
#include <string>
#include <vector>

#include "graph/graph.hpp"

// Passes over whole graphs. They take them by value and move their nodes: give them away with
// std::move() where they are not needed any more.

namespace evonas::graph {

/// For each node whether one of `nodes` depends on it or is it.
std::vector<bool> needed_for(const Graph& graph, std::span<const NodeId> nodes);

/// The network as it is used, of the one that is trained: without Dropout and DropPath, and with
/// the first output alone; what only auxiliary outputs depend on goes. Nodes that no output depends
/// on stay.
Graph inference_network(Graph network);

/// The network for images that have the size that it works in: where a Resize is all that reads an
/// input, it goes, and the input has its shape. For costs that begin when the images are there.
Graph without_resampling(Graph network);

/// The same graph without the nodes that no output depends on. Graph inputs stay.
Graph prune_dead_nodes(Graph graph);

/// The same graph with Identity nodes contracted and repeated computation without parameters (two
/// Relu of one node, say) done once. Dead nodes are pruned.
Graph simplify(Graph graph);

/// A BatchNormalization merged into the convolution in front of it; names of nodes.
struct FoldedPair {
  std::string conv;
  std::string batch_normalization;
};

struct FoldedGraph {
  Graph graph;
  std::vector<FoldedPair> pairs;
};

/// The inference network: every BatchNormalization whose only producer is a Conv read by nothing
/// else disappears into that Conv, which keeps its name and gains a bias.
FoldedGraph fold_batch_normalization(Graph graph);

/// The network as a runtime executes it: folded, then simplified.
Graph folded_network(Graph network);

}  // namespace evonas::graph
