#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <nlohmann/json_fwd.hpp>
#include <torch/nn/modules/linear.h>

#include "predictor/models/computation_batch.hpp"

namespace evonas::predictor {

struct ComputationNetworkOptions {
  std::int64_t layers = 4;
  std::int64_t width = 64;

  bool operator==(const ComputationNetworkOptions&) const = default;
};

/// The network of `cg`, for computation graphs of any space. A node begins as the sum of an
/// embedding of its operator and a map of its numbers; each layer adds to it what a linear map,
/// normalisation and ReLU make of the node, the mean of what it reads and the mean of what reads
/// it. The embedding of a graph is a map of the mean of its nodes and of the numbers of the whole;
/// a perceptron scores it. Where GENNAPE (AAAI 2023) has six k-GNN layers 32 wide on directed
/// edges, it has these, which hear both sides.
///
/// Not safe from many threads while it trains; otherwise it is.
class ComputationNetwork final : public torch::nn::Module {
 public:
  /// Weights are drawn from `seed`, the same on every machine.
  ComputationNetwork(const ComputationNetworkOptions& options, std::uint64_t seed);

  const ComputationNetworkOptions& options() const { return options_; }
  /// What it makes of the graphs, before a score: graphs x width. Isomorphic graphs are embedded
  /// alike, up to rounding.
  torch::Tensor embed(const ComputationBatch& batch);
  /// One score for each embedded graph.
  torch::Tensor score(const torch::Tensor& embeddings);
  /// Multiply-accumulates in the matrix products for one graph of so many nodes.
  double multiply_accumulates(std::size_t nodes) const;

 private:
  struct Layer;

  ComputationNetworkOptions options_;
  torch::Tensor operator_;
  torch::nn::Linear numbers_;
  std::vector<std::shared_ptr<Layer>> layers_;
  torch::nn::Linear read_out_;
  torch::nn::Linear hidden_;
  torch::nn::Linear score_;
};

/// A network with the same weights, to be trained on its own.
std::shared_ptr<ComputationNetwork> copy_of(const ComputationNetwork& network);

nlohmann::json state_of(const ComputationNetwork& network);
/// Reverse of state_of(), in evaluation mode. Throws PredictorError or nlohmann::json::exception
/// for anything else, and for weights that were learnt with other operators.
std::shared_ptr<ComputationNetwork> computation_network_from(const nlohmann::json& state);

}  // namespace evonas::predictor
