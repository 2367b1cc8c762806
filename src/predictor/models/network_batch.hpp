#pragma once

#include <span>
#include <vector>

#include "predictor/models/encoded_graphs.hpp"
#include "predictor/network_graph.hpp"

namespace evonas::predictor {

/// How models read the numbers of whole networks (network_graph.hpp).
enum class NodeNumbers {
  Logarithms,  ///< kNodeLogarithms attributes a node, kNetworkLogarithms a network
  Codes,       ///< kNodeCodes and kNetworkCodes, as NAR-Former V2
};

/// Whole networks as tensors: operators by their column, edges from producer to reader, numbers of
/// nodes as attributes and those of networks as statics. Networks must not be null.
GraphBatch network_batch(std::span<const NetworkGraph* const> networks, NodeNumbers numbers);

/// The same, a part at a time. It refers to the networks, which must not be null.
EncodedGraphs encoded_networks(std::vector<const NetworkGraph*> networks, NodeNumbers numbers);

/// The same of the networks of architectures that read `input`, a block at a time. It refers to all
/// that it is given, but `numbers`.
GraphEncoder network_encoder(const spaces::AnySpace& space, const spaces::NetworkInput& input,
                             std::span<const spaces::Genotype> architectures, NodeNumbers numbers);

}  // namespace evonas::predictor
