#pragma once

#include <cstdint>
#include <span>

#include "predictor/graph_features.hpp"

namespace evonas::predictor {

class Arch2VecNetwork;

/// How well graphs come back from what they are encoded as, and what else there is to decode:
/// shares from 0 to 1.
struct Arch2VecQuality {
  double graphs = 0.0;      ///< of graphs that come back exactly, all operations and all edges
  double operations = 0.0;  ///< of nodes that come back with their operation
  double edges = 0.0;       ///< of pairs of nodes that come back with or without their edge
  /// Of graphs that are decoded from 10,000 random latents, normal as those of real graphs are and
  /// as many as these have nodes: those in which every operation stands as it does somewhere in a
  /// real graph, in that it reads or reads nothing, and is read or is not. It is what can be asked
  /// of the graphs of any space, and less than their rules.
  double valid = 0.0;
  double distinct = 0.0;  ///< of those, the share that is left without repeated ones
};

/// Judges a network in evaluation mode by these architectures, of which there is at least one, on
/// the threads of the arena that the caller is in.
Arch2VecQuality judge(Arch2VecNetwork& network, const GraphFeatures& features,
                      std::span<const spaces::Genotype> architectures, std::uint64_t seed);

}  // namespace evonas::predictor
