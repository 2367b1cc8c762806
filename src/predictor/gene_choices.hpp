#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "spaces/search_space.hpp"

namespace evonas::predictor {

/// What networks have at their places, in spaces with genes that choose at fixed places
/// (AnySpace::placed_genes()): for each such gene and each of its values 1 where the network has
/// that there and 0 where not; for a gene of more than 16 values, such as a resolution, the number
/// of the value among them, as a share. All are 0 where the network lacks the place. Immutable;
/// safe from many threads.
class GeneChoices {
 public:
  GeneChoices() = default;
  /// The values of genes are those that `architectures` have. No choices where the space does not
  /// place its genes.
  GeneChoices(const spaces::AnySpace& space, std::span<const spaces::Genotype> architectures);

  /// The genes.
  std::size_t places() const { return places_.size(); }
  /// The numbers that tell them.
  std::size_t size() const { return size_; }
  /// What each choice is: "kernel of block 1 of unit 2 is 5", "resolution".
  std::vector<std::string> names(const spaces::AnySpace& space) const;
  /// Writes size() numbers from 0 to 1 about an architecture of the space.
  void compute(const spaces::AnySpace& space, const spaces::Genotype& architecture,
               std::span<double> numbers) const;

 private:
  /// A gene and its values, ascending.
  struct Place {
    std::size_t gene = 0;
    std::vector<spaces::Genotype::Gene> values;

    bool is_number() const;
    std::size_t width() const { return is_number() ? 1 : values.size(); }
  };
  std::vector<Place> places_;
  std::size_t size_ = 0;
};

}  // namespace evonas::predictor
