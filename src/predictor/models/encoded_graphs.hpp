#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include <torch/types.h>

#include "predictor/models/graph_model.hpp"

namespace evonas::predictor {

/// How large the tensors of a batch are.
struct BatchShape {
  std::size_t graphs = 0;
  std::size_t nodes = 1;       ///< of the longest graph
  std::size_t attributes = 1;  ///< numbers of each node
  std::size_t statics = 0;     ///< numbers of each graph; 0: the batch has none
};

/// Memory that batches of graphs are written to, one after the other: as large as the largest of
/// them, and taken once.
class BatchMemory {
 public:
  /// `pinned`: in pages that GPUs can copy from while the host goes on.
  explicit BatchMemory(bool pinned = false) : pinned_(pinned) {}

  /// A batch of numbers to be written, in the place of the last one, which is gone.
  GraphBatch batch(const BatchShape& shape);

 private:
  torch::Tensor part(torch::Tensor& memory, std::initializer_list<std::size_t> shape,
                     torch::Dtype type) const;

  bool pinned_;
  torch::Tensor operations_;
  torch::Tensor adjacency_;
  torch::Tensor mask_;
  torch::Tensor attributes_;
  torch::Tensor statics_;
};

/// Graphs of some architectures that are read, but no tensors yet.
struct EncodedGraphs {
  std::vector<std::size_t> nodes;  ///< of each graph
  /// Those of these numbers in this memory, padded to the longest of them; written on the threads
  /// of the arena that the caller is in. Safe from many threads, with a memory each.
  std::function<GraphBatch(std::span<const std::size_t> which, BatchMemory& memory)> batch;
};

/// Reads the graphs of `count` architectures of a block, from number `first` on, on the threads of
/// the arena that the caller is in. Safe from many threads.
using GraphEncoder = std::function<EncodedGraphs(std::size_t first, std::size_t count)>;

}  // namespace evonas::predictor
