#pragma once

#include <cstdint>
#include <memory>

#include <torch/nn/modules/linear.h>

#include "predictor/models/graph_model.hpp"

namespace evonas::predictor {

/// A network's cost as the sum of what its operators cost.
struct NodeCostsOptions {
  std::int64_t operators = 32;   ///< columns of one-hot operators
  std::int64_t attributes = 16;  ///< values of each node beside its operator: logarithms
  std::int64_t statics = 4;      ///< values of each graph
  std::int64_t nodes = 64;       ///< of a typical network, whose score is 1 before any training
  std::int64_t width = 64;
  double largest_residual = 0.25;
};

/// The model: a perceptron with two hidden layers and a linear path beside it tells the logarithm
/// of what each node costs from its operator, its numbers, and the mean numbers of the nodes that
/// it reads, whose output may be in a cache still. Since the numbers are logarithms, costs are
/// powers of them where nothing else is learnt, which holds beyond the sizes in the labels. The sum
/// over the nodes is multiplied by 1 plus a residual of the static numbers of the network, at most
/// `largest_residual` up or down. Scores are positive.
class NodeCosts final : public GraphModel {
 public:
  /// Weights are drawn from `seed`.
  NodeCosts(const NodeCostsOptions& options, std::uint64_t seed);

  /// What each node costs: graphs x nodes, 0 at padding.
  torch::Tensor costs(const GraphBatch& graphs);
  torch::Tensor forward(const GraphBatch& graphs) override;
  double multiply_accumulates(std::size_t nodes) const override;

 private:
  NodeCostsOptions options_;
  torch::nn::Linear first_{nullptr};
  torch::nn::Linear second_{nullptr};
  torch::nn::Linear last_{nullptr};
  torch::nn::Linear straight_{nullptr};
  torch::nn::Linear residual_hidden_{nullptr};
  torch::nn::Linear residual_{nullptr};
};

}  // namespace evonas::predictor
