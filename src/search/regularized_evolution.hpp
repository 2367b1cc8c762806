#pragma once

#include <deque>

#include "search/novelty.hpp"

namespace evonas::search {

/// Regularized evolution (Real et al., "Regularized evolution for image classifier architecture
/// search", AAAI 2019): a random population, then the best of a tournament is mutated and the
/// oldest member dies, the one that was told first. What is asked before so many were told as the
/// population has members is random. Mutants that were asked for before cost nothing: another is
/// drawn.
///
/// With AlgorithmOptions::deaths "none" nobody dies: the population is all that was told so far, as
/// in the tournament selection of Liu et al., "Hierarchical representations for efficient
/// architecture search", ICLR 2018, where the share that competes stays the same as it grows
/// (AlgorithmOptions::tournament_share 0.05).
class RegularizedEvolution final : public Algorithm {
 public:
  RegularizedEvolution(const AlgorithmOptions& options, spaces::AnySpace space);

  std::size_t batch_size() const override;
  std::vector<spaces::Genotype> ask(std::size_t count) override;
  std::vector<Origin> origins() const override { return origins_; }
  void tell(std::span<const Individual> evaluated) override;

 private:
  /// A mutant, and in `origin` whose.
  std::optional<spaces::Genotype> breed(Rng& rng, Origin& origin);

  std::size_t rivals() const;

  Novelty novelty_;
  std::size_t population_;
  std::size_t tournament_;
  double tournament_share_;  ///< 0: tournament_ counts
  bool anyone_dies_;
  std::size_t batch_;
  std::uint64_t seed_;
  std::uint64_t asked_ = 0;
  std::uint64_t told_ = 0;
  std::vector<Origin> origins_;     ///< of the last ask
  std::deque<Individual> members_;  ///< oldest first
};

}  // namespace evonas::search
