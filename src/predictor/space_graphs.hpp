#pragma once

#include <array>
#include <span>
#include <vector>

#include "predictor/computation_graph.hpp"
#include "spaces/network_input.hpp"
#include "spaces/search_space.hpp"

namespace evonas::predictor {

/// Computation graphs of the networks of one space, for one input, as a predictor of any space
/// reads them: the numbers of the whole network say how far it is from the mean of random networks
/// of its space, in their deviations. What is large for one space is small for another, and
/// rankings are within a space. Immutable; safe from many threads.
class SpaceGraphs {
 public:
  /// Looks at random networks, the same for the same space, on the threads of the arena that the
  /// caller is in. Throws as spaces::AnySpace::network() does.
  SpaceGraphs(spaces::AnySpace space, const spaces::NetworkInput& input);

  const spaces::AnySpace& space() const { return space_; }

  /// On the threads of the arena that the caller is in. Throws as spaces::AnySpace::network() does.
  std::vector<ComputationGraph> graphs(std::span<const spaces::Genotype> architectures) const;

 private:
  spaces::AnySpace space_;
  spaces::NetworkInput input_;
  std::array<double, kWholeNumbers> means_{};
  std::array<double, kWholeNumbers> deviations_{};
};

}  // namespace evonas::predictor
