#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/key.hpp"
#include "graph/tokens.hpp"
#include "predictor/architecture_view.hpp"

namespace evonas::predictor {

/// The operations that a predictor tells apart, each with a column of its own in one-hot codes.
/// Immutable; safe from many threads.
class Vocabulary {
 public:
  Vocabulary() = default;
  /// The columns are in the order of the tokens' values, whatever order they come in; repeated
  /// tokens count once.
  explicit Vocabulary(std::vector<graph::OperationToken> tokens);

  /// Columns of a one-hot code: one for each operation, and a last one for all that are unknown.
  std::size_t width() const { return operations_ + 1; }

  /// The same for vocabularies of the same operations alone.
  const Key& key() const { return key_; }

  /// The column of an operation.
  std::size_t column(graph::OperationToken token) const;

 private:
  struct Slot {
    graph::OperationToken token = 0;
    std::uint32_t column = 0;
    bool taken = false;
  };
  // A hash table with linear probing, a power of two long and at most a quarter full: this is asked
  // for every node of every candidate. Tokens are hashes, so their last bits will do.
  std::vector<Slot> slots_{1};
  std::size_t operations_ = 0;
  Key key_;
};

/// The operations of these architectures.
Vocabulary operations_of(const ArchitectureView& view,
                         std::span<const spaces::Genotype> architectures);

/// A graph in the form that graph predictors compute with, row-major. Memory is reused from one
/// call of encode() to the next.
struct EncodedGraph {
  std::size_t nodes = 0;
  std::vector<float> operations;  ///< nodes x vocabulary width: one-hot codes
  std::vector<float> adjacency;   ///< nodes x nodes: [to][from] is 1 where `to` reads `from`
};

/// One-hot operations and adjacency of a graph, nodes in its topological order.
void encode(const graph::Tokens& tokens, const Vocabulary& vocabulary, EncodedGraph& encoded);

}  // namespace evonas::predictor
