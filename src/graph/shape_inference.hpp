#pragma once

#include "graph/graph.hpp"

namespace evonas::graph {

/// Output shape of one network-grain node from the shapes of its inputs, by ONNX semantics. Throws
/// GraphError naming the node, its operator and the shapes it got, for an unknown operator, missing
/// or misfit attributes, or operands that do not fit together.
Shape infer_shape(const Graph& graph, NodeId id);

/// Infers the shape of every node of a network-grain graph whose inputs carry shapes.
void infer_shapes(Graph& graph);

/// Whether `op` is an operator of network graphs.
bool is_network_operator(std::string_view op);

}  // namespace evonas::graph
