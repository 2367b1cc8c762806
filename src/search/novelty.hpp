#pragma once

#include <cstdint>
#include <optional>

#include "base/key_index.hpp"
#include "search/algorithm.hpp"

namespace evonas::search {

/// What an algorithm has asked for so far, and random architectures that it has not. Shared by the
/// algorithms; `identity` and `seen` are safe from many threads while nobody calls the others.
class Novelty {
 public:
  Novelty(const AlgorithmOptions& options, spaces::AnySpace space);

  /// The same architectures as asked for, and other random ones from now on.
  Novelty reseeded(std::uint64_t seed) const;

  const spaces::AnySpace& space() const { return space_; }

  /// Equal for architectures of which only one may be asked for (AlgorithmOptions::identity).
  Key identity(const spaces::Genotype& genotype) const;

  bool seen(const Key& identity) const { return seen_.contains(identity); }

  /// Marks an architecture as asked for; false where it already was.
  bool claim(const Key& identity) { return seen_.insert(identity).second; }

  /// A random architecture that was not asked for, claimed. Where sampling finds none in a bounded
  /// number of attempts, the first of an enumerable space in its order; nothing where there is none
  /// or the space cannot be enumerated. The same seed gives every algorithm the same beginning.
  std::optional<spaces::Genotype> sample();

 private:
  std::optional<spaces::Genotype> next_in_order();

  spaces::AnySpace space_;
  bool by_network_;
  std::uint64_t seed_;
  std::uint64_t samples_ = 0;
  std::uint64_t next_index_ = 0;  ///< everything before it in the space's order is claimed
  KeyIndex seen_;
};

}  // namespace evonas::search
