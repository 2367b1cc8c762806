#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/normalization.h>

#include "predictor/models/dropout.hpp"
#include "predictor/models/graph_model.hpp"

namespace evonas::predictor {

/// NAR-Former V2 (Yi et al., "NAR-Former V2: rethinking transformer for universal neural network
/// representation learning", NeurIPS 2023), in its published sizes.
struct NarFormerV2Options {
  std::int64_t operations = 0;  ///< columns of one-hot operations; 0: position codes of 64 values
  std::int64_t positions = 64;  ///< values of the position code of a node's number; 0: none
  std::int64_t attributes = 0;  ///< values of each node beside its operation
  std::int64_t statics = 0;     ///< values of each graph
  std::int64_t layers = 6;
  std::int64_t width = 512;
  std::int64_t groups = 8;
  std::int64_t expansion = 4;
  double dropout = 0.05;
  double layer_scale = 1e-4;
  /// Cells: the mean of each layer's nodes, fused by learned weights. Whole networks: the sum of
  /// the last layer's nodes.
  bool fuse_layers = true;

  /// The setting for cells.
  static NarFormerV2Options cells() { return {}; }
  /// The setting for whole networks: two layers, one-hot operations, attributes and shapes.
  static NarFormerV2Options networks() {
    return {.operations = 32,
            .positions = 0,
            .attributes = 120,
            .statics = 40,
            .layers = 2,
            .fuse_layers = false};
  }
};

/// Consecutive groups of features, each through a matrix of its own, then each normalised.
class GroupedLinear : public torch::nn::Module {
 public:
  GroupedLinear(std::int64_t in, std::int64_t out, std::int64_t groups,
                const at::Generator& generator);
  torch::Tensor forward(const torch::Tensor& x);

 private:
  std::int64_t groups_;
  torch::Tensor weight_;  // groups x in x out
  torch::Tensor bias_;    // groups x out
  torch::nn::LayerNorm norm_;
};

/// One layer: nodes weighted by their degree, attention along edges (in both directions), and a
/// grouped feed-forward part.
class NarFormerV2Layer : public torch::nn::Module {
 public:
  NarFormerV2Layer(std::int64_t in, const NarFormerV2Options& options, const Dropout& dropout);

  /// x: graphs x nodes x in; edges: graphs x nodes x nodes, symmetric, 0 or 1. The attention of
  /// every node to every other.
  torch::Tensor attention(const torch::Tensor& x, const torch::Tensor& edges);
  /// What attention makes of the nodes, normalised to length one, before the feed-forward part.
  torch::Tensor aggregate(const torch::Tensor& x, const torch::Tensor& edges);
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& edges);

 private:
  torch::Tensor weighted(const torch::Tensor& x, const torch::Tensor& edges) const;
  torch::Tensor attention_of_weighted(const torch::Tensor& x, const torch::Tensor& edges);

  Dropout dropout_;
  torch::Tensor degree_weight_;
  torch::Tensor degree_bias_;
  torch::nn::Linear query_key_;
  torch::nn::Linear neighbours_;
  torch::nn::Linear root_;
  torch::nn::LayerNorm norm_;
  torch::Tensor scale_;
  std::shared_ptr<GroupedLinear> up_;
  std::shared_ptr<GroupedLinear> down_;
};

/// The model. Scores are positive. It does not see the direction of edges; only the position code
/// tells it, so with one the order of the nodes matters.
class NarFormerV2 final : public GraphModel {
 public:
  /// Weights and dropout are drawn from `seed`.
  NarFormerV2(const NarFormerV2Options& options, std::uint64_t seed);

  torch::Tensor forward(const GraphBatch& graphs) override;
  double multiply_accumulates(std::size_t nodes) const override;

 private:
  torch::Tensor nodes(const GraphBatch& graphs) const;

  NarFormerV2Options options_;
  Dropout dropout_;
  torch::Tensor codes_;
  std::vector<std::shared_ptr<NarFormerV2Layer>> layers_;
  torch::nn::Linear fuse_{nullptr};
  torch::nn::Linear weigh_{nullptr};
  torch::nn::Linear statics_{nullptr};
  torch::nn::Linear first_{nullptr};
  torch::nn::Linear second_{nullptr};
  torch::nn::Linear last_{nullptr};
};

}  // namespace evonas::predictor
