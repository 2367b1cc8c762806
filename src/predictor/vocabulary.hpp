#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/key.hpp"
#include "graph/tokens.hpp"
#include "predictor/architecture_view.hpp"

namespace evonas::predictor {

/// The operations that a predictor tells apart, each with a column of its own.
/// Immutable; safe from many threads.
class Vocabulary {
 public:
  Vocabulary() = default;
  /// The columns are in the order of the tokens' values, whatever order they come in; repeated
  /// tokens count once.
  explicit Vocabulary(std::vector<graph::OperationToken> tokens);

  /// Number of columns: one for each operation, and a last one for all that are unknown.
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

}  // namespace evonas::predictor
