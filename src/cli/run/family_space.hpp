#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/run/network_family.hpp"

namespace evonas::cli {

/// What files of predictors say of the space where it is families of networks (CheckpointAbout).
inline constexpr const char* kFamiliesSpace = "families";

/// Several families of networks as one space, for predictors that learn from all of them.
///
/// Genotype: the number of the family, then the genes of the architecture in the family's space.
/// Written "alexnet: 224 64 ...". Networks read what their family reads, whatever is asked for, and
/// so have as many outputs.
class FamilySpace {
 public:
  /// At least one, and at most 32,767.
  explicit FamilySpace(std::vector<NetworkFamily> families) : families_(std::move(families)) {}

  std::string name() const { return kFamiliesSpace; }
  /// Of a uniformly chosen family.
  spaces::Genotype sample(Rng& rng) const;
  /// Stays in the family.
  spaces::Genotype mutate(const spaces::Genotype& parent, Rng& rng) const;
  /// A copy of one of them where the parents are of two families.
  spaces::Genotype crossover(const spaces::Genotype& a, const spaces::Genotype& b, Rng& rng) const;
  void validate(const spaces::Genotype& genotype) const;
  Key key(const spaces::Genotype& genotype) const;
  graph::Graph cell(const spaces::Genotype& genotype) const;
  graph::Graph network(const spaces::Genotype& genotype, const spaces::NetworkInput& input) const;
  spaces::NetworkInput own_input(const spaces::Genotype& genotype) const;
  std::string format(const spaces::Genotype& genotype) const;
  spaces::Genotype parse(std::string_view text) const;

  /// The architecture of a family as one of this space.
  static spaces::Genotype genotype_of(std::size_t family, const spaces::Genotype& architecture);

 private:
  /// Of a genotype that may be of no family; throws SpaceError then.
  const NetworkFamily& family_of(const spaces::Genotype& genotype) const;

  std::vector<NetworkFamily> families_;
};

}  // namespace evonas::cli
