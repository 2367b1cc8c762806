#include "predictor/models/nnlp.hpp"

#include <string>

#include "predictor/models/layers.hpp"

namespace evonas::predictor {
namespace {

constexpr double kShortestNode = 1e-12;  // of a node's vector

}  // namespace

/// One round of messages.
struct Nnlp::Layer : torch::nn::Module {
  Layer(std::int64_t in, std::int64_t out)
      : neighbours(register_module("neighbours", linear(in, out, true))),
        root(register_module("root", linear(in, out, false))) {}

  /// x: graphs x nodes x in; means: graphs x nodes x nodes, rows of neighbours' shares.
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& means) {
    const torch::Tensor mixed = neighbours(means.matmul(x)) + root(x);
    return (mixed / mixed.norm(2, -1, /*keepdim=*/true).clamp_min(kShortestNode)).relu();
  }

  torch::nn::Linear neighbours;
  torch::nn::Linear root;
};

Nnlp::Nnlp(const NnlpOptions& options, std::uint64_t seed)
    : options_(options), dropout_(options.dropout, seed) {
  std::int64_t in = options.operators + options.attributes;
  for (std::int64_t layer = 0; layer < options.layers; ++layer) {
    layers_.push_back(register_module("layer" + std::to_string(layer),
                                      std::make_shared<Layer>(in, options.width)));
    in = options.width;
  }
  head_ = register_module(
      "head", std::make_shared<NetworkHead>(in + options.statics, options.width, dropout_));
  draw_linear_weights(*this, dropout_.generator());
  draws_from(dropout_.generator());
}

torch::Tensor Nnlp::forward(const GraphBatch& graphs) {
  const torch::Tensor edges = (graphs.adjacency + graphs.adjacency.transpose(1, 2)).clamp_max(1.0);
  const torch::Tensor means = edges / edges.sum(-1, /*keepdim=*/true).clamp_min(1.0);
  torch::Tensor x = network_nodes(graphs, options_.operators);
  for (const auto& layer : layers_) x = dropout_(layer->forward(x, means), is_training());
  const torch::Tensor sum = (x * graphs.mask.unsqueeze(-1)).sum(1);
  return head_->forward(torch::cat({sum, graphs.statics}, -1));
}

double Nnlp::multiply_accumulates(std::size_t nodes) const {
  const auto count = static_cast<double>(nodes);
  const auto width = static_cast<double>(options_.width);
  auto in = static_cast<double>(options_.operators + options_.attributes);
  double sum = (width + static_cast<double>(options_.statics)) * width + width * width + width;
  for (std::int64_t layer = 0; layer < options_.layers; ++layer) {
    sum += count * count * in + 2.0 * count * in * width;
    in = width;
  }
  return sum;
}

}  // namespace evonas::predictor
