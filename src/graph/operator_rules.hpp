#pragma once

#include "graph/cost.hpp"
#include "graph/graph.hpp"

namespace evonas::graph {

/// What the operators of operators.cpp compute of a node, operator by operator; nobody else
/// includes this. Operand counts, operand shapes and attributes were checked one by one before. All
/// throw GraphError naming the node.

/// Output shapes.
Shape same_shape(const Graph& graph, NodeId id);
Shape infer_input(const Graph& graph, NodeId id);
Shape infer_conv(const Graph& graph, NodeId id);
Shape infer_pool(const Graph& graph, NodeId id);
Shape infer_global_pool(const Graph& graph, NodeId id);
Shape infer_reduce_mean(const Graph& graph, NodeId id);
Shape infer_broadcast(const Graph& graph, NodeId id);
Shape infer_concat(const Graph& graph, NodeId id);
Shape infer_gemm(const Graph& graph, NodeId id);
Shape infer_flatten(const Graph& graph, NodeId id);
Shape infer_clip(const Graph& graph, NodeId id);
Shape infer_softmax(const Graph& graph, NodeId id);
Shape infer_resize(const Graph& graph, NodeId id);
Shape infer_slice(const Graph& graph, NodeId id);
Shape infer_pad(const Graph& graph, NodeId id);
Shape infer_opaque(const Graph& graph, NodeId id);

/// Add parameters, macs and flops to `cost`.
void add_opaque_cost(const Graph& graph, NodeId id, Cost& cost);
void add_conv_cost(const Graph& graph, NodeId id, Cost& cost);
void add_gemm_cost(const Graph& graph, NodeId id, Cost& cost);
void add_normalization_cost(const Graph& graph, NodeId id, Cost& cost);
void add_product_cost(const Graph& graph, NodeId id, Cost& cost);

}  // namespace evonas::graph
