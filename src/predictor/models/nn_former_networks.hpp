#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "predictor/models/network_head.hpp"
#include "predictor/models/nn_former.hpp"

namespace evonas::predictor {

/// NN-Former (see nn_former.hpp) for whole networks, of which its authors have released no code.
struct NnFormerNetworksOptions {
  std::int64_t operators = 32;   ///< columns of one-hot operators
  std::int64_t attributes = 16;  ///< values of each node beside its operator
  std::int64_t statics = 4;      ///< values of each graph
  std::int64_t layers = 2;
  std::int64_t width = 160;
  std::int64_t expansion = 4;
  double dropout = 0.05;
};

/// The model: the blocks of NN-Former on the nodes alone, whose siblings are those that share a
/// parent or a child. There are neither class nor depth tokens: a token that every node sees would
/// make all nodes siblings, and one-hot depths have no room for deep networks. As in NNLP and
/// NAR-Former V2 a network is read out as the sum of its nodes, beside its static numbers. Scores
/// are positive; the order of the nodes does not matter.
class NnFormerNetworks final : public GraphModel {
 public:
  /// Weights and dropout are drawn from `seed`.
  NnFormerNetworks(const NnFormerNetworksOptions& options, std::uint64_t seed);

  torch::Tensor forward(const GraphBatch& graphs) override;
  double multiply_accumulates(std::size_t nodes) const override;

 private:
  NnFormerNetworksOptions options_;
  torch::nn::Linear embed_;
  torch::nn::LayerNorm token_norm_;
  std::vector<std::shared_ptr<NnFormerBlock>> blocks_;
  torch::nn::LayerNorm norm_;
  torch::nn::Linear statics_;
  std::shared_ptr<NetworkHead> head_;
};

}  // namespace evonas::predictor
