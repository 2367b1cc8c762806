#pragma once

#include <cstdint>

#include "graph/graph.hpp"

namespace evonas::graph {

/// What a network costs for one input image, exactly, from the graph alone.
struct Cost {
  /// Trainable numbers: weights and biases of Conv and Gemm, scale and shift of BatchNormalization.
  std::int64_t parameters = 0;
  /// Multiply-accumulates of Conv and Gemm; adding a bias counts as one.
  std::int64_t macs = 0;
  /// FLOPs as the papers of this field print them: a multiply-accumulate counts once, and so does
  /// an element of a product of two activations (Mul); normalisation, activation, addition and
  /// pooling are free. Double `macs` for arithmetic operations.
  std::int64_t flops = 0;
  /// Bytes of every activation written, in float32. Inputs of the graph and views of an operand
  /// (Identity, Flatten, Dropout) write nothing.
  std::int64_t activation_bytes = 0;
  /// Largest number of activation bytes alive at once when nodes run in order, in float32.
  std::int64_t peak_activation_bytes = 0;
  /// Opaque nodes, whose own cost is not known: where there are any, every count is a lower bound.
  std::int64_t opaque_nodes = 0;
};

/// Costs of one node (peak: the bytes of its output). Throws GraphError where shapes are missing or
/// attributes do not fit, and where a count passes 64 bits. Safe to call from many threads.
Cost node_cost(const Graph& graph, NodeId id);

/// Costs of a network-grain graph with shapes; errors as for node_cost(). Dead nodes count.
Cost cost(const Graph& graph);

}  // namespace evonas::graph
