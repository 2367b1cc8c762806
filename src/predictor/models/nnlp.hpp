#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "predictor/models/dropout.hpp"
#include "predictor/models/graph_model.hpp"
#include "predictor/models/network_head.hpp"

namespace evonas::predictor {

/// NNLP (Liu et al., "NNLQP: a multi-platform neural network latency query and prediction system",
/// ICPP 2022), in its published sizes.
struct NnlpOptions {
  std::int64_t operators = 32;   ///< columns of one-hot operators
  std::int64_t attributes = 16;  ///< values of each node beside its operator
  std::int64_t statics = 4;      ///< values of each graph
  std::int64_t layers = 2;
  std::int64_t width = 512;
  double dropout = 0.05;
};

/// The model: GraphSAGE (see gnn.hpp) on undirected edges, each node's vector being normalised to
/// length one, the sum of the nodes, and a head that reads the static numbers of the network too.
/// Scores are positive. As published but for what nodes are told by: logarithms, costs among them,
/// instead of centred attributes.
class Nnlp final : public GraphModel {
 public:
  /// Weights and dropout are drawn from `seed`.
  Nnlp(const NnlpOptions& options, std::uint64_t seed);

  torch::Tensor forward(const GraphBatch& graphs) override;
  double multiply_accumulates(std::size_t nodes) const override;

 private:
  struct Layer;

  NnlpOptions options_;
  Dropout dropout_;
  std::vector<std::shared_ptr<Layer>> layers_;
  std::shared_ptr<NetworkHead> head_;
};

}  // namespace evonas::predictor
