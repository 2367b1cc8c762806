#pragma once

#include <cstdint>

#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/normalization.h>

#include "predictor/models/dropout.hpp"
#include "predictor/models/graph_model.hpp"

namespace evonas::predictor {

/// NN-Former (Xu et al., "Rethinking graph structure in neural architecture representation", CVPR
/// 2025), in its published sizes.
struct NnFormerOptions {
  std::int64_t operations = 32;  ///< columns of the one-hot codes, and most nodes of a graph
  std::int64_t layers = 12;
  std::int64_t width = 160;
  std::int64_t expansion = 4;
  double dropout = 0.1;
  /// The released code lets the class and depth tokens count as parents and children of every node,
  /// so that every two nodes are siblings and two of the four heads attend to everything. Without
  /// this, siblings are what the paper says: nodes that share a parent or a child.
  bool tokens_make_siblings = false;
};

/// What the four heads of NN-Former attend to, from the adjacency of a batch (0 or 1 [from][to]):
/// graphs x 4 x nodes x nodes, true where the row attends to the column. Children, parents, nodes
/// with a common parent, nodes with a common child; every node to itself.
torch::Tensor sibling_masks(const torch::Tensor& adjacency);

/// One layer: attention under sibling masks (ASMA), then a feed-forward part that adds sums over
/// children and over parents (BGIFFN).
class NnFormerBlock : public torch::nn::Module {
 public:
  NnFormerBlock(const NnFormerOptions& options, const Dropout& dropout);

  /// x: graphs x nodes x width; masks as sibling_masks() gives; adjacency: graphs x nodes x nodes.
  torch::Tensor attend(const torch::Tensor& x, const torch::Tensor& masks);
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& masks,
                        const torch::Tensor& adjacency);

 private:
  Dropout dropout_;
  torch::nn::LayerNorm attention_norm_;
  torch::nn::Linear qkv_;
  torch::nn::Linear projection_;
  torch::nn::LayerNorm feed_norm_;
  torch::nn::Linear up_;
  torch::nn::Linear aggregate_;
  torch::nn::Linear down_;
};

/// The model: a class token, the nodes, and a token for the number of nodes. It has no position
/// code, so the order of the nodes does not matter. Throws PredictorError for graphs of more nodes
/// or operations than it has columns.
class NnFormer final : public GraphModel {
 public:
  /// Weights and dropout are drawn from `seed`.
  NnFormer(const NnFormerOptions& options, std::uint64_t seed);

  torch::Tensor forward(const GraphBatch& graphs) override;
  double multiply_accumulates(std::size_t nodes) const override;

 private:
  NnFormerOptions options_;
  torch::nn::Linear operation_;
  torch::nn::Linear depth_;
  torch::Tensor class_token_;
  torch::nn::LayerNorm token_norm_;
  std::vector<std::shared_ptr<NnFormerBlock>> blocks_;
  torch::nn::LayerNorm norm_;
  torch::nn::Linear head_;
};

}  // namespace evonas::predictor
