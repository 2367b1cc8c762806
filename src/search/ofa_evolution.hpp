#pragma once

#include <vector>

#include "search/guided/known_metrics.hpp"
#include "search/novelty.hpp"

namespace evonas::search {

/// The evolution that Once-for-All searches with (Cai et al., "Once-for-All: Train One Network and
/// Specialize it for Efficient Deployment", ICLR 2020; `EvolutionFinder` of its code): a random
/// population; then in each generation the best quarter of all that were evaluated are the parents,
/// one half of the children are mutants of one, each gene with a probability of 0.1, and the other
/// half crossovers of two. A candidate that breaks a limit whose metric is known before evaluation
/// (KnownMetrics) is drawn again, a bounded number of times.
///
/// It differs in that no architecture is asked for twice, and in mutation: a gene that mutates gets
/// another value, by a mutation of the space.
class OfaEvolution final : public Algorithm {
 public:
  OfaEvolution(const AlgorithmOptions& options, spaces::AnySpace space, const Problem& problem,
               const Guidance& guidance);

  std::size_t batch_size() const override;
  std::vector<spaces::Genotype> ask(std::size_t count) override;
  std::vector<Origin> origins() const override { return origins_; }
  void tell(std::span<const Individual> evaluated) override;

 private:
  /// Nothing where the space holds no more.
  std::optional<spaces::Genotype> draw();
  /// A new child within the limits, and in `origin` whose; nothing where none was found.
  std::optional<spaces::Genotype> breed(Origin& origin);
  spaces::Genotype make_child(Rng& rng, Origin& origin) const;
  /// As far as is known before evaluation.
  bool keeps_limits(const spaces::Genotype& genotype, const Key& identity);

  Novelty novelty_;
  KnownMetrics known_;
  std::vector<Limit> limits_;         ///< those whose metrics are known
  std::vector<std::size_t> limited_;  ///< where each stands in known_.names()
  std::size_t population_;
  std::size_t batch_;
  std::uint64_t seed_;
  std::uint64_t asked_ = 0;
  std::uint64_t told_ = 0;
  std::vector<Origin> origins_;      ///< of the last ask
  std::vector<Individual> parents_;  ///< best first
};

}  // namespace evonas::search
