#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/normalization.h>

#include "predictor/models/dropout.hpp"
#include "predictor/models/graph_model.hpp"

namespace evonas::predictor {

/// NAR-Former (Yi et al., "NAR-Former: neural architecture representation learning towards holistic
/// attributes prediction", CVPR 2023) for cells, in its published sizes.
struct NarFormerOptions {
  std::int64_t code_width = 64;  ///< of each of a token's three parts: operation, position, sources
  std::int64_t layers = 6;
  std::int64_t heads = 6;
  std::int64_t expansion = 4;
  double dropout = 0.1;
};

/// A linear map up, ReLU, dropout, and one down.
class FeedForward : public torch::nn::Module {
 public:
  FeedForward(std::int64_t width, const NarFormerOptions& options, const Dropout& dropout);
  torch::Tensor forward(const torch::Tensor& x);

 private:
  Dropout dropout_;
  torch::nn::Linear up_;
  torch::nn::Linear down_;
};

/// Ordinary multi-head attention; without `project_queries` queries are taken as they are.
class MultiHeadAttention : public torch::nn::Module {
 public:
  MultiHeadAttention(std::int64_t width, const NarFormerOptions& options, const Dropout& dropout,
                     bool project_queries);

  /// queries: graphs x m x width; memory: graphs x n x width; real: graphs x n, true at what may be
  /// attended to.
  torch::Tensor forward(const torch::Tensor& queries, const torch::Tensor& memory,
                        const torch::Tensor& real);

 private:
  std::int64_t heads_;
  Dropout dropout_;
  torch::nn::Linear query_{nullptr};
  torch::nn::Linear key_;
  torch::nn::Linear value_;
  torch::nn::Linear output_;
};

/// The model: tokens of position codes through an encoder, then three stages of learned queries (4,
/// 2 and 1) that look at what the encoder made. Scores are in (0, 1). Nodes in another topological
/// order give another score; consistency augmentation teaches it not to.
class NarFormer final : public GraphModel {
 public:
  /// Weights and dropout are drawn from `seed`.
  NarFormer(const NarFormerOptions& options, std::uint64_t seed);

  torch::Tensor forward(const GraphBatch& graphs) override;
  double multiply_accumulates(std::size_t nodes) const override;

 private:
  struct Layer;
  struct Stage;

  torch::Tensor tokens(const GraphBatch& graphs);

  NarFormerOptions options_;
  std::int64_t width_;
  torch::Tensor codes_;        // of the numbers that operations, positions and sources are
  torch::Tensor depth_codes_;  // of numbers of nodes
  torch::nn::Linear depth_;
  std::vector<std::shared_ptr<Layer>> layers_;
  std::vector<std::shared_ptr<Stage>> stages_;
  torch::nn::LayerNorm norm_;
  torch::nn::Linear head_;
};

}  // namespace evonas::predictor
