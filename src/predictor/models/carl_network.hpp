#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <torch/nn/modules/linear.h>

#include "predictor/models/dropout.hpp"
#include "predictor/models/graph_model.hpp"

namespace evonas::predictor {

struct CarlOptions {
  std::int64_t operations = 1;  ///< columns of the vocabulary
  std::int64_t nodes = 1;       ///< of a large graph: the unit of sums over nodes
  std::int64_t layers = 3;
  std::int64_t width = 64;
};

/// A batch of graphs, each split into what its score is to rest on and the rest.
struct CarlParts {
  torch::Tensor weights;    ///< graphs x nodes: how critical each node is, 0 to 1; 0 at padding
  torch::Tensor shares;     ///< graphs: mean weight of the nodes of each
  torch::Tensor critical;   ///< graphs x width: read-out of the critical part
  torch::Tensor redundant;  ///< graphs x width: of the rest
};

/// The network of CARL ("causality-guided architecture representation learning", ICCV 2025; its
/// code is not available, so sizes are ours). A graph convolution over operations makes embeddings
/// of nodes; a perceptron, the substructure extractor, says how critical each node is; the sums of
/// embeddings, weighted by that and by what is left to one, are the read-outs of the two parts,
/// which another perceptron scores together. In training the weights are drawn (binary concrete
/// distribution: Maddison et al., ICLR 2017), so that a node about which the extractor is undecided
/// cannot be relied on.
class CarlNetwork final : public GraphModel {
 public:
  /// Weights are drawn from `seed`, the same on every machine, and so is what training draws.
  CarlNetwork(const CarlOptions& options, std::uint64_t seed);

  CarlParts split(const GraphBatch& graphs);
  /// One score for each pair of read-outs, which may be of different graphs: then it is the score
  /// of an intervention on the redundant part.
  torch::Tensor score(const torch::Tensor& critical, const torch::Tensor& redundant);

  torch::Tensor forward(const GraphBatch& graphs) override;
  double multiply_accumulates(std::size_t nodes) const override;

 private:
  struct Layer;

  CarlOptions options_;
  Dropout chance_;  // of training; its generator draws
  torch::Tensor operation_;
  torch::Tensor node_width_;
  std::vector<std::shared_ptr<Layer>> layers_;
  torch::nn::Linear extract_hidden_;
  torch::nn::Linear extract_;
  torch::nn::Linear hidden_;
  torch::nn::Linear score_;
};

}  // namespace evonas::predictor
