#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "predictor/vocabulary.hpp"

namespace evonas::predictor {

/// The truncated path encoding of BANANAS (White, Neiswanger, Savani, "BANANAS: Bayesian
/// optimization with neural architectures for neural architecture search", AAAI 2021): a number for
/// each sequence of operations that a path from an input to an output may have, 1 where an
/// architecture has such a path. Identities and sums are no operations (flow_graph.hpp). Of all
/// sequences those are kept that are the most frequent in 2,000 random architectures of the space,
/// at most 500. No labels are needed for it. Immutable; safe from many threads.
class PathCode {
 public:
  /// Throws PredictorError where no two of the random architectures have a path in common by which
  /// they differ from others, as in spaces of long chains: the encoding says nothing there.
  explicit PathCode(ArchitectureView view);

  std::size_t size() const { return kept_.size(); }
  /// The same for encodings by the same paths alone.
  const Key& key() const { return key_; }

  /// The codes of a block, size() numbers of 0 or 1 an architecture, on the threads of the arena
  /// that the caller is in. Isomorphic cells have the same code. Where a node is at the end of more
  /// than 512 different sequences, a fixed choice of these goes on.
  std::vector<float> compute(std::span<const spaces::Genotype> block) const;

 private:
  /// Hashes of the sequences of an architecture, ascending, each once.
  std::vector<std::uint64_t> paths_of(const spaces::Genotype& genotype) const;

  ArchitectureView view_;
  Vocabulary vocabulary_;
  std::vector<std::uint64_t> kept_;  ///< hashes of the sequences, ascending
  Key key_;
};

}  // namespace evonas::predictor
