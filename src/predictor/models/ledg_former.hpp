#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/normalization.h>
#include <torch/types.h>

#include "predictor/models/dropout.hpp"
#include "predictor/models/graph_model.hpp"

namespace evonas::predictor {

struct LedgFormerOptions {
  std::int64_t layers = 4;
  std::int64_t width = 96;     ///< a multiple of 4
  std::int64_t expansion = 2;  ///< of the feed-forward parts
  double dropout = 0.1;
};

/// What the four heads attend to, from the adjacency of a batch [from][to] and the mask of its
/// nodes: graphs x 4 x nodes x nodes, true where the row attends to the column. Sons (what reads a
/// node), fathers (what it reads), grandfathers (what these read), and every node; padding is
/// attended to by itself alone.
torch::Tensor kinship_masks(const torch::Tensor& adjacency, const torch::Tensor& mask);

/// One layer: attention with a head for each kinship, the heads of a node weighted by a softmax of
/// what the node itself asks for ("dynamic graph": which relation counts is decided node by node),
/// then a feed-forward part.
class LedgFormerBlock : public torch::nn::Module {
 public:
  LedgFormerBlock(const LedgFormerOptions& options, const Dropout& dropout);

  /// x: graphs x nodes x width; masks as kinship_masks() gives.
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& masks);

 private:
  Dropout dropout_;
  torch::nn::LayerNorm attention_norm_;
  torch::nn::Linear qkv_;
  torch::nn::Linear gate_;
  torch::nn::Linear projection_;
  torch::nn::LayerNorm feed_norm_;
  torch::nn::Linear up_;
  torch::nn::Linear down_;
};

/// LeDG-Former ("language-embedded dynamic-graph transformer", withdrawn from ICLR 2026, known from
/// its abstract: sizes and the gate are ours). A node begins as a map of what a language model
/// makes of a sentence about its operation, so operations and devices that are described alike
/// begin alike, whether or not any label had them. A device is a node without edges, which the
/// heads that attend to everything see. The score is a perceptron's on the mean of the nodes.
class LedgFormer final : public GraphModel {
 public:
  /// `texts`: columns of the vocabulary x numbers of a sentence, fixed. Weights and dropout are
  /// drawn from `seed`.
  LedgFormer(const LedgFormerOptions& options, const torch::Tensor& texts, std::uint64_t seed);

  torch::Tensor forward(const GraphBatch& graphs) override;
  double multiply_accumulates(std::size_t nodes) const override;

 private:
  LedgFormerOptions options_;
  torch::Tensor texts_;  // a buffer, no parameter: it is the same in every fit
  torch::nn::Linear text_;
  torch::Tensor node_width_;
  std::vector<std::shared_ptr<LedgFormerBlock>> blocks_;
  torch::nn::LayerNorm norm_;
  torch::nn::Linear hidden_;
  torch::nn::Linear score_;
};

}  // namespace evonas::predictor
