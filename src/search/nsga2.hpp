#pragma once

#include <vector>

#include "search/novelty.hpp"

namespace evonas::search {

/// NSGA-II (Deb et al., "A fast and elitist multiobjective genetic algorithm: NSGA-II", 2002) for
/// any number of objectives, with constrained domination. A first population of random
/// architectures; then children of binary tournaments, bred in parallel, none asked for before; of
/// parents and children the best by rank and crowding stay. A batch smaller than the population
/// makes it steady-state. What is asked before so many were told as the population has members is
/// random.
class Nsga2 final : public Algorithm {
 public:
  /// `novelty` knows what is not to be asked for. Members of a first population may be told before
  /// the first ask.
  Nsga2(const AlgorithmOptions& options, Novelty novelty);

  std::size_t batch_size() const override;
  std::vector<spaces::Genotype> ask(std::size_t count) override;
  std::vector<Origin> origins() const override { return origins_; }
  void tell(std::span<const Individual> evaluated) override;

  /// The population, best first.
  std::span<const Individual> members() const { return members_; }

 private:
  struct Draft;

  void breed(std::size_t count, std::vector<spaces::Genotype>& asked);
  /// Draws children until one was not asked for; false where the attempts are used up.
  bool find_new_child(Draft& draft) const;
  /// Makes the child of a draft, and notes whose it is.
  void make_child(Draft& draft, int extra_mutations) const;
  const Individual& tournament(Rng& rng) const;
  void select();

  Novelty novelty_;
  std::size_t population_;
  double crossover_probability_;
  double mutation_probability_;
  std::size_t batch_;
  std::uint64_t seed_;
  std::uint64_t generation_ = 0;
  std::uint64_t asked_ = 0;
  std::uint64_t told_ = 0;           ///< of what was asked
  std::vector<Origin> origins_;      ///< of the last ask
  std::vector<Individual> members_;  ///< best first
};

}  // namespace evonas::search
