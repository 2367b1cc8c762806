#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <nlohmann/json_fwd.hpp>
#include <torch/nn/modules/linear.h>

#include "predictor/models/dropout.hpp"
#include "predictor/models/graph_model.hpp"

namespace evonas::predictor {

struct Arch2VecNetworkOptions {
  std::int64_t operations = 1;  ///< columns of the vocabulary
  std::int64_t layers = 4;
  std::int64_t width = 128;
  std::int64_t latent = 16;
  double dropout = 0.3;  ///< share of the latents that is not decoded while it trains
};

/// What graphs are encoded as: a normal distribution for each node and latent dimension. Both are
/// graphs x nodes x latent, and 0 at padding.
struct Latents {
  torch::Tensor means;
  torch::Tensor log_deviations;
};

/// What latents are decoded to. All are logits.
struct DecodedGraphs {
  torch::Tensor operations;  ///< graphs x nodes x columns: whether a node has an operation
  torch::Tensor adjacency;   ///< graphs x nodes x nodes: whether the earlier of two nodes is read
                             ///< by the later one; symmetric
};

/// The terms of the loss of a batch.
struct Arch2VecLoss {
  torch::Tensor operations;
  torch::Tensor adjacency;
  torch::Tensor divergence;

  torch::Tensor sum() const { return operations + adjacency + divergence; }
};

/// 1 for each pair of a node and a later one, 0 elsewhere, padding included: graphs x nodes x
/// nodes.
torch::Tensor pairs_of(const GraphBatch& graphs);

/// The authors' loss, in which only nodes of graphs count, not those of the padding: the mean
/// cross-entropy of the operations over nodes and columns, each column being a question of its own;
/// the cross-entropies of the edges over all pairs of nodes, divided by the sum of the squares of
/// the graphs' sizes (a mean over whole matrices, half of which is empty); and the mean divergence
/// (Kullback and Leibler) of the nodes' latents from the standard normal distribution, divided by
/// the number of nodes in the batch.
Arch2VecLoss arch2vec_loss(const GraphBatch& graphs, const Latents& latents,
                           const DecodedGraphs& decoded);

/// The variational graph isomorphism autoencoder of arch2vec (Yan, Zheng, Ao, Zeng, Zhang, "Does
/// unsupervised architecture representation learning help neural architecture search?", NeurIPS
/// 2020). It encodes graphs without the direction of their edges, by layers of GIN: a perceptron
/// with a hidden layer, batch normalisation behind both of its maps, reads (1 + epsilon) times the
/// node plus the sum of its neighbours. An operation is decoded from the latent of its node by a
/// linear map, an edge as the product of the latents of its nodes; which of them reads the other is
/// what their order says. As in the authors' code, and not in their paper, the second head yields
/// the logarithm of a deviation and operations are decoded by sigmoids.
///
/// Not safe from many threads while it trains; in evaluation mode encode(), embed() and decode()
/// are.
class Arch2VecNetwork final : public torch::nn::Module {
 public:
  /// Weights are drawn from `seed`, the same on every machine and for any number of threads.
  Arch2VecNetwork(const Arch2VecNetworkOptions& options, std::uint64_t seed);

  const Arch2VecNetworkOptions& options() const { return options_; }

  /// Edges that count several times count once.
  Latents encode(const GraphBatch& graphs);
  DecodedGraphs decode(const torch::Tensor& latents);
  /// The loss of decoding latents that are drawn from what the graphs are encoded as.
  Arch2VecLoss loss(const GraphBatch& graphs);
  /// What the graphs are like: means over their nodes of the latents' means, graphs x latent.
  torch::Tensor embed(const GraphBatch& graphs);

  /// Multiply-accumulates in the matrix products of embed(), for one graph of so many nodes.
  double multiply_accumulates(std::size_t nodes) const;

 private:
  struct Layer;

  Arch2VecNetworkOptions options_;
  Dropout dropout_;
  torch::Tensor epsilon_;
  std::vector<std::shared_ptr<Layer>> layers_;
  torch::nn::Linear means_;
  torch::nn::Linear log_deviations_;
  torch::nn::Linear operations_;
};

/// A network as JSON: its options, its weights, and what its normalisation has seen.
nlohmann::json state_of(const Arch2VecNetwork& network);

/// Reverse of state_of(), for a vocabulary of `operations` columns, in evaluation mode. Throws
/// PredictorError or nlohmann::json::exception for anything else.
std::shared_ptr<Arch2VecNetwork> arch2vec_network_from(const nlohmann::json& state,
                                                       std::size_t operations);

}  // namespace evonas::predictor
