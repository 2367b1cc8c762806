#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "cli/config/latency_recipe.hpp"
#include "graph/graph.hpp"
#include "spaces/network_input.hpp"
#include "spaces/search_space.hpp"

namespace evonas::cli {

/// Networks that are alike: a space, and what its networks read.
struct NetworkFamily {
  std::string name;
  spaces::AnySpace space;
  spaces::NetworkInput input;

  /// The network as its latency is measured: it reads images of the size that it works in.
  graph::Graph network(const spaces::Genotype& genotype) const;
};

/// The families of a recipe, by name. Throws SpaceError.
std::vector<NetworkFamily> families_of(const config::LatencyRecipe& recipe);

/// So many random architectures with different keys, the same for the same seed. Throws SpaceError
/// where the space does not seem to have as many.
std::vector<spaces::Genotype> sample_distinct(const NetworkFamily& family, std::size_t count,
                                              std::uint64_t seed);

}  // namespace evonas::cli
