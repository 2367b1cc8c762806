#pragma once

#include <torch/nn/module.h>

namespace evonas::predictor {

/// Graphs as tensors, padded to the longest of them. Padded nodes come after the real ones and have
/// no edges.
struct GraphBatch {
  torch::Tensor operations;  ///< graphs x nodes, int64: columns of the vocabulary; 0 at padding
  torch::Tensor adjacency;   ///< graphs x nodes x nodes, float: [from][to] counts the edges
  torch::Tensor mask;        ///< graphs x nodes, float: 1 at nodes, 0 at padding
  torch::Tensor attributes;  ///< graphs x nodes x width, float; undefined without attributes
  torch::Tensor statics;     ///< graphs x width, float: of whole graphs; undefined without
};

/// A network that scores graphs. Not safe from many threads while it trains; in evaluation mode
/// forward() is.
class GraphModel : public torch::nn::Module {
 public:
  /// The scores of the graphs, one each, or graphs x metrics of a model of several. What padding
  /// holds never changes them.
  virtual torch::Tensor forward(const GraphBatch& graphs) = 0;

  /// Multiply-accumulates in the matrix products for one graph of so many nodes.
  virtual double multiply_accumulates(std::size_t nodes) const = 0;
};

}  // namespace evonas::predictor
