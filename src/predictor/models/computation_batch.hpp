#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <torch/types.h>

#include "predictor/computation_graph.hpp"

namespace evonas::predictor {

/// Computation graphs as tensors: the nodes of all of them one after the other, without padding,
/// because whole networks differ much in size.
struct ComputationBatch {
  torch::Tensor operators;  ///< nodes, int64
  torch::Tensor numbers;    ///< nodes x kNodeNumbers, float
  torch::Tensor from;       ///< edges, int64: node that is read
  torch::Tensor to;         ///< edges, int64: node that reads it
  torch::Tensor graph;      ///< nodes, int64: number of the graph, ascending
  torch::Tensor wholes;     ///< graphs x kWholeNumbers, float

  std::int64_t graphs() const { return wholes.size(0); }
  std::int64_t nodes() const { return operators.size(0); }
};

/// The graphs of those numbers, in that order. At least one, each with at least one node.
ComputationBatch joined(std::span<const ComputationGraph> graphs,
                        std::span<const std::int64_t> numbers);
/// All of them.
ComputationBatch joined(std::span<const ComputationGraph> graphs);

/// Quantiles of the eigenvalues of each graph's normalised Laplacian (see spectrum_quantiles()),
/// graphs x `count`; on the threads of the arena that the caller is in.
torch::Tensor spectra_of(std::span<const ComputationGraph> graphs, std::int64_t count);

}  // namespace evonas::predictor
