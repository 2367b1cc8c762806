#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/key.hpp"
#include "graph/graph.hpp"
#include "spaces/network_input.hpp"
#include "spaces/search_space.hpp"

namespace evonas::predictor {

/// One operator of a whole network: what it does, what it writes, and what that costs.
struct NetworkNode {
  std::int64_t column = 0;  ///< of the operator; see network_operators()
  /// Height and width of the kernel, vertical and horizontal stride, mean of the four pads,
  /// dilation, groups, and whether there is a bias; 0 where the operator has no such attribute.
  std::array<double, 8> attributes{};
  std::array<double, 4> shape{};  ///< of what it writes: 1, channels, height, width; 0: it has none
  double macs = 0.0;
  double parameters = 0.0;
  double read = 0.0;     ///< elements of its operands, weights aside
  double written = 0.0;  ///< elements; 0 where it only looks at its operand in another way
};

/// A whole network as models of its latency and other costs read it: the operators that run when it
/// is used, BatchNormalization folded, identities and repeated computation gone.
struct NetworkGraph {
  struct Edge {
    std::uint32_t from = 0;
    std::uint32_t to = 0;
  };
  std::vector<NetworkNode> nodes;  ///< in topological order, inputs among them
  std::vector<Edge> edges;         ///< each pair once
  double macs = 0.0;               ///< of all nodes
  double parameters = 0.0;
  double memory = 0.0;  ///< elements that are written, and parameters
};

/// Of a network at network grain with shapes. Throws GraphError where costs cannot be told.
NetworkGraph network_graph(graph::Graph network);

/// The same of architectures whose networks read `input`, on the threads of the arena that the
/// caller is in.
std::vector<NetworkGraph> network_graphs(const spaces::AnySpace& space,
                                         const spaces::NetworkInput& input,
                                         std::span<const spaces::Genotype> architectures);

/// How many operators there are.
std::size_t network_operators();

/// The same where operators have the same columns and nodes the same numbers: what fitted models
/// can be used with.
Key network_graph_key();

/// Numbers that logarithms_of() writes of a node, and of a network.
inline constexpr std::size_t kNodeLogarithms = 16;
inline constexpr std::size_t kNetworkLogarithms = 4;

/// Logarithms of 1 + each number, in units that leave most of them between 0 and 2: attributes,
/// shape, multiply-accumulates, parameters, elements read and elements written.
void logarithms_of(const NetworkNode& node, std::span<float, kNodeLogarithms> numbers);

/// The same of multiply-accumulates, parameters, memory and the number of nodes.
void logarithms_of(const NetworkGraph& network, std::span<float, kNetworkLogarithms> numbers);

/// Numbers that codes_of() writes of a node, and of a network.
inline constexpr std::size_t kNodeCodes = 120;
inline constexpr std::size_t kNetworkCodes = 40;

/// The codes of NAR-Former V2 for whole networks (position_code.hpp, five frequencies for each
/// number): eight attributes, those that the operator lacks being zeros, then the shape. Both sides
/// of kernels and strides are coded, in the places that the published code has for the permutation
/// of a Transpose and the output padding of a ConvTranspose, which networks here have not.
void codes_of(const NetworkNode& node, std::span<float, kNodeCodes> codes);

/// The codes of batch (1), multiply-accumulates, parameters and memory, in thousands of millions.
void codes_of(const NetworkGraph& network, std::span<float, kNetworkCodes> codes);

}  // namespace evonas::predictor
