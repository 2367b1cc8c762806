#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <nlohmann/json_fwd.hpp>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/normalization.h>

#include "predictor/models/graph_model.hpp"

namespace evonas::predictor {

struct FlowNetworkOptions {
  std::int64_t operations = 1;  ///< columns of the vocabulary
  std::int64_t layers = 3;
  std::int64_t width = 64;
  std::int64_t expansion = 2;
  std::int64_t targets = 0;  ///< of pre-training: outputs beside the scores
  std::int64_t scores = 1;   ///< of a graph, one for each metric
};

/// A small graph transformer for flow graphs, after NN-Former: a head each for what a node reads,
/// for what reads it, for nodes with a common neighbour and for all nodes, and a feed-forward part
/// that adds sums over both directions. It has no position code: isomorphic graphs have the same
/// score. Two parts of it differ from NN-Former: edges count, so that sums of equal terms are seen,
/// and what is read out is the class token together with the mean of the nodes. Of several metrics
/// each has a score, a linear map of the same readout.
class FlowNetwork final : public GraphModel {
 public:
  /// Weights are drawn from `seed`, the same on every machine and for any number of threads.
  FlowNetwork(const FlowNetworkOptions& options, std::uint64_t seed);

  torch::Tensor forward(const GraphBatch& graphs) override;
  double multiply_accumulates(std::size_t nodes) const override;

  const FlowNetworkOptions& options() const { return options_; }

  /// What the network makes of each graph: graphs x 2 width.
  torch::Tensor embed(const GraphBatch& graphs);
  /// What pre-training teaches: graphs x targets.
  torch::Tensor targets(const torch::Tensor& embedding) { return targets_(embedding); }
  /// As forward() yields them.
  torch::Tensor score(const torch::Tensor& embedding) { return score_(embedding).squeeze(-1); }

 private:
  struct Layer;

  FlowNetworkOptions options_;
  torch::Tensor operation_;
  torch::Tensor class_token_;
  torch::nn::Linear degree_;
  std::vector<std::shared_ptr<Layer>> layers_;
  torch::nn::LayerNorm norm_;
  torch::nn::Linear score_;
  torch::nn::Linear targets_{nullptr};
};

/// A network as JSON: its options and its weights in that precision, without those of the targets.
nlohmann::json state_of(const FlowNetwork& network, torch::Dtype precision);

/// Reverse of state_of(), for a vocabulary of `operations` columns and so many scores of a graph.
/// Throws PredictorError or nlohmann::json::exception for anything else.
std::shared_ptr<FlowNetwork> network_from(const nlohmann::json& state, std::size_t operations,
                                          std::size_t scores);

}  // namespace evonas::predictor
