#pragma once

#include <span>

#include "predictor/models/graph_model.hpp"
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

}  // namespace evonas::predictor
