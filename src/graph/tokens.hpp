#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "graph/graph.hpp"

namespace evonas::graph {

/// One operation as a number: equal for equal operators with equal attributes, the same on every
/// machine. A collision among a million operations has a probability below 1e-7.
using OperationToken = std::uint64_t;

OperationToken operation_token(std::string_view op, const Attributes& attributes = {});

/// What predictors read of a graph, in numbers and without names: the operation of every node, in
/// topological order, and who reads whom.
struct Tokens {
  struct Edge {
    NodeId from = 0;
    NodeId to = 0;
    bool operator==(const Edge&) const = default;
  };
  std::vector<OperationToken> operations;  ///< by node
  std::vector<Edge> edges;                 ///< by reader, then in the order of its operands
  /// By node: its channels as a share of those of the result, where a space knows them and they
  /// differ; otherwise empty.
  std::vector<float> widths;

  bool operator==(const Tokens&) const = default;

  /// Empties it and keeps its memory.
  void clear() {
    operations.clear();
    edges.clear();
    widths.clear();
  }
};

/// Replaces what is in `tokens` by the tokens of `graph`.
void tokenize(const Graph& graph, Tokens& tokens);

}  // namespace evonas::graph
