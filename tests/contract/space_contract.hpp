#pragma once

#include <cstddef>
#include <vector>

#include "sanitized.hpp"
#include "spaces/search_space.hpp"

namespace evonas::tests {

/// How much of a space the contract looks at.
struct SpaceContract {
  std::size_t walk_steps = kSanitized ? 3'000 : 100'000;  ///< steps of sample, mutate and crossover
  std::size_t networks = 20;                              ///< architectures whose graphs are built
  /// Mutations of one parent, enough to meet each of its neighbours.
  std::size_t mutations = 10'000;
  std::size_t enumerated = 20'000;  ///< genotypes of an enumerable space, from both ends
  std::vector<spaces::NetworkInput> inputs{{3, 32, 32, 10}, {3, 14, 14, 7}, {1, 28, 28, 10}};
};

/// The suite that every search space passes, whatever it is.
void check_space(const spaces::AnySpace& space, const SpaceContract& contract = {});

}  // namespace evonas::tests
