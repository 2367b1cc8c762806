#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/key.hpp"
#include "graph/graph.hpp"
#include "graph/tokens.hpp"
#include "spaces/network_input.hpp"
#include "spaces/search_space.hpp"

namespace evonas::predictor {

/// How many numbers describe one operation, and how many the network as a whole.
inline constexpr std::size_t kNodeNumbers = 13;
inline constexpr std::size_t kWholeNumbers = 4;

/// A network as the primitive operations that it computes, in numbers that mean the same in every
/// search space (the "computation graph" of Mills et al., "GENNAPE: towards generalized neural
/// architecture performance estimators", AAAI 2023): what a predictor reads that is to be carried
/// from one space to another. BatchNormalization is folded; identities, repeated computations, what
/// no output depends on and auxiliary outputs are gone.
struct ComputationGraph {
  /// By node, in topological order: its operator's number in graph::operators(), or their count for
  /// one that is not there.
  std::vector<std::uint32_t> operators;
  /// By node, kNodeNumbers each, most of them between 0 and 1: binary logarithms of channels,
  /// height and width of the output; kernel height and width; logarithms of stride and dilation;
  /// whether it is depthwise, logarithm of its groups; logarithms of multiply-accumulates,
  /// parameters and bytes written; whether it is nothing but zeros.
  std::vector<float> numbers;
  /// One for each operand, by reader.
  std::vector<graph::Tokens::Edge> edges;
  /// Logarithms of parameters, multiply-accumulates, nodes and the longest path.
  std::array<float, kWholeNumbers> whole{};

  std::size_t nodes() const { return operators.size(); }
};

/// The computation graph of a network with shapes, as it is used or as it is trained. Throws
/// graph::GraphError where shapes are missing or costs cannot be counted. Safe from many threads.
ComputationGraph computation_graph(graph::Graph network);

/// Those of architectures, on the threads of the arena that the caller is in. Throws as
/// spaces::AnySpace::network() does.
std::vector<ComputationGraph> computation_graphs(const spaces::AnySpace& space,
                                                 const spaces::NetworkInput& input,
                                                 std::span<const spaces::Genotype> architectures);

/// Operators that are told apart, the unknown one included.
std::size_t operator_columns();

/// The same as long as operators have the same numbers: weights that were learnt with others mean
/// nothing.
Key operators_key();

/// What the normalised Laplacian of the graph, edges taken without direction, has for eigenvalues
/// (all between 0 and 2): `count` quantiles of them, evenly spaced from the smallest to the
/// largest, so that graphs of different sizes can be compared. `eigenvalues` are ascending and at
/// least one.
std::vector<float> spectrum_quantiles(std::span<const double> eigenvalues, std::size_t count);

}  // namespace evonas::predictor
