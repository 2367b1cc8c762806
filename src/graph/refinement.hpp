#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "graph/graph.hpp"

namespace evonas::graph {

/// A graph reduced to what identity rests on: numbers instead of words, edges in both directions.
struct ColourGraph {
  /// An edge to a neighbour; `position` is the operand's place plus one, or 0 where order does not
  /// matter.
  struct Edge {
    NodeId node = 0;
    std::uint32_t position = 0;

    auto operator<=>(const Edge&) const = default;
  };

  /// Distinct node descriptions, sorted: operator, attributes, shape of an input, places among the
  /// outputs.
  std::vector<std::string> descriptions;
  std::vector<std::uint32_t> labels;         ///< index of each node's description
  std::vector<std::vector<Edge>> producers;  ///< sorted by (position, node)
  std::vector<std::vector<Edge>> consumers;

  explicit ColourGraph(const Graph& graph);

  std::size_t size() const { return labels.size(); }
};

/// One 64-bit colour a node. Nodes that an automorphism maps onto each other have equal colours;
/// where others share one by chance, that costs time, never correctness.
using Colours = std::vector<std::uint64_t>;

/// Colours from the labels alone, refined.
Colours initial_colours(const ColourGraph& graph);

/// Tells one node apart from the rest of its colour and refines.
Colours individualise(const ColourGraph& graph, Colours colours, NodeId node);

/// A permutation of the nodes as the image of each.
using Permutation = std::vector<NodeId>;

/// Nodes in the order of their colours, those of one colour by number.
std::vector<NodeId> order_by_colour(const Colours& colours);

/// Whether a permutation maps the graph onto itself.
bool is_automorphism(const ColourGraph& graph, const Permutation& image);

}  // namespace evonas::graph
