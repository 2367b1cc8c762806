#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "graph/graph.hpp"

namespace evonas::graph {

/// Numbers in a box, row-major. The batch dimension of activations has no part in it.
struct Tensor {
  std::vector<std::int64_t> shape;
  std::vector<float> values;

  bool operator==(const Tensor&) const = default;
};

/// The learned tensors of a network by their names, which weight_slots() gives.
using Weights = std::map<std::string, Tensor, std::less<>>;

/// One learned tensor that a node needs.
struct WeightSlot {
  NodeId node = 0;
  std::string_view role;  ///< "weight", "bias", "mean" or "variance"
  std::string name;       ///< weight_name(node, role)
  std::vector<std::int64_t> shape;
};

/// The name of a node's tensor: "conv_3_weight". Dots, which LibTorch keeps for itself, become '_'.
std::string weight_name(const Node& node, std::string_view role);

/// The tensors of a network-grain graph with shapes, in the order of its nodes, in the layout that
/// ONNX and LibTorch share:
///
/// - Conv: weight {outputs, inputs / group, height, width}, bias {outputs} where it has one
/// - Gemm: weight {outputs, inputs}, bias {outputs} where it has one
/// - BatchNormalization: weight (scale), bias (shift), mean and variance of {channels}
std::vector<WeightSlot> weight_slots(const Graph& graph);

/// Where training begins: weights of Conv and Gemm uniform within 1 / sqrt(fan-in), drawn from
/// `seed` and the node's name alone; normalisations that change nothing.
Weights initial_weights(const Graph& graph, std::uint64_t seed);

/// Of `weights` those that `graph` needs. Throws as check_weights() where some are missing or
/// misfit.
Weights select_weights(const Graph& graph, const Weights& weights);

/// Throws GraphError naming the tensor unless `weights` holds exactly what `graph` needs, in shape
/// and number of values.
void check_weights(const Graph& graph, const Weights& weights);

}  // namespace evonas::graph
