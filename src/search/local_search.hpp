#pragma once

#include <optional>

#include "search/novelty.hpp"

namespace evonas::search {

/// Local search with restarts (White et al., "Exploring the loss landscape in neural architecture
/// search", UAI 2021). Climbs from the best of a few random architectures: neighbours are asked for
/// in random order, a better one is moved to at once, and where none is left that was not asked for
/// before the climb begins anew elsewhere. With a larger batch the best of the batch is moved to.
/// While neighbours are under way that may still be better, what is asked beyond them is random.
class LocalSearch final : public Algorithm {
 public:
  LocalSearch(const AlgorithmOptions& options, spaces::AnySpace space);

  std::size_t batch_size() const override;
  std::vector<spaces::Genotype> ask(std::size_t count) override;
  std::vector<Origin> origins() const override { return origins_; }
  void tell(std::span<const Individual> evaluated) override;

 private:
  void take_neighbours(std::size_t count, std::vector<spaces::Genotype>& asked);
  void take_starts(std::size_t count, std::vector<spaces::Genotype>& asked);
  bool was_neighbour(const Individual& individual);
  void move_to(const Individual& individual);

  Novelty novelty_;
  std::size_t batch_;
  std::uint64_t seed_;
  std::uint64_t moves_ = 0;
  std::size_t starts_left_;
  std::vector<Origin> origins_;               ///< of the last ask
  std::optional<Individual> current_;         ///< best of this climb
  std::vector<spaces::Genotype> neighbours_;  ///< of `current_`, in random order
  std::size_t next_neighbour_ = 0;
  std::vector<spaces::Genotype> under_way_;  ///< neighbours that were asked for and not told of
};

}  // namespace evonas::search
