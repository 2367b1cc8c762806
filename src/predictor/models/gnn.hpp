#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <torch/nn/modules/linear.h>

#include "predictor/models/graph_model.hpp"

namespace evonas::predictor {

/// A plain message-passing network on directed graphs.
struct GnnOptions {
  enum class Kind {
    /// GraphSAGE (Hamilton, Ying, Leskovec, "Inductive representation learning on large graphs",
    /// NeurIPS 2017) with means: a node joins its features, the mean of what it reads and the mean
    /// of what reads it. A graph is read out as the mean of its nodes.
    Sage,
    /// GIN (Xu, Hu, Leskovec, Jegelka, "How powerful are graph neural networks?", ICLR 2019): a
    /// perceptron with a hidden layer reads (1 + epsilon) times the node plus the sum of its
    /// neighbours, epsilon being learnt. A graph is read out as the sum of its nodes.
    Gin,
  };
  Kind kind = Kind::Sage;
  std::int64_t operations = 1;  ///< columns of the vocabulary
  std::int64_t nodes = 1;       ///< of a large graph: the unit of sums over nodes
  std::int64_t layers = 3;
  std::int64_t width = 128;
};

/// The model, for both kinds. Edges count, so that a mean weighs what is read twice double. Three
/// things are not as published, where nodes are those of one undirected graph: what a node reads
/// and what reads it are kept apart (GIN has an epsilon each), layers are normalised node by node,
/// so that no score depends on the other graphs of a batch, and a perceptron with a hidden layer
/// makes the score. It has no position code: isomorphic graphs have the same score, up to rounding.
class Gnn final : public GraphModel {
 public:
  /// Weights are drawn from `seed`, the same on every machine and for any number of threads.
  Gnn(const GnnOptions& options, std::uint64_t seed);

  /// Attributes, where the graphs have any, are one number a node: its width.
  torch::Tensor forward(const GraphBatch& graphs) override;
  double multiply_accumulates(std::size_t nodes) const override;

 private:
  struct Layer;
  struct SageLayer;
  struct GinLayer;

  GnnOptions options_;
  torch::Tensor operation_;
  torch::Tensor node_width_;
  std::vector<std::shared_ptr<Layer>> layers_;
  torch::nn::Linear hidden_;
  torch::nn::Linear score_;
};

}  // namespace evonas::predictor
