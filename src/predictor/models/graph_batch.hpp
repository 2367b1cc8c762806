#pragma once

#include "base/random.hpp"
#include "predictor/graph_block.hpp"
#include "predictor/models/encoded_graphs.hpp"
#include "predictor/models/graph_model.hpp"

namespace evonas::predictor {

/// The graphs of architectures as networks read them, with widths as the nodes' only attribute,
/// made on the threads of the arena that the caller is in.
GraphBatch graphs_of(const ArchitectureView& view, const Vocabulary& vocabulary,
                     std::span<const spaces::Genotype> architectures,
                     Identities identities = Identities::Contracted);

/// Reads those graphs a block at a time. It refers to all that it is given, but `identities`.
GraphEncoder flow_encoder(const ArchitectureView& view, const Vocabulary& vocabulary,
                          std::span<const spaces::Genotype> architectures,
                          Identities identities = Identities::Contracted);

/// Some graphs of a batch; `index` holds their numbers, int64.
GraphBatch select(const GraphBatch& graphs, const torch::Tensor& index);

/// The same graphs, each with its nodes in a random topological order. Attributes go with their
/// nodes.
GraphBatch reordered(const GraphBatch& graphs, Rng& rng);

}  // namespace evonas::predictor
