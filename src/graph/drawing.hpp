#pragma once

#include <string>
#include <vector>

#include "graph/graph.hpp"

namespace evonas::graph {

/// Nodes whose weight is above this are framed in pictures.
inline constexpr double kMarkedWeight = 0.5;

struct DrawingOptions {
  bool left_to_right = false;
  bool shapes = true;  ///< print the output shape under each operator (network grain)
  /// By node, from 0 to 1: how much it matters; what is above kMarkedWeight is framed, and told in
  /// its tooltip. Empty: nothing is.
  std::vector<double> weights = {};
};

/// Graphviz source of a picture of the graph: nodes coloured by kind of operator, legible on light
/// and on dark ground.
std::string to_dot(const Graph& graph, const DrawingOptions& options = {});

/// Whether the `dot` program of Graphviz is on the PATH.
bool graphviz_available();

/// The picture as an SVG element without XML prologue, ready to be put inline into HTML. Throws
/// GraphError where Graphviz is not available or fails.
std::string to_svg(const Graph& graph, const DrawingOptions& options = {});

}  // namespace evonas::graph
