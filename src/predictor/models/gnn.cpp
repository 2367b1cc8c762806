#include "predictor/models/gnn.hpp"

#include <string>

#include <ATen/CPUGeneratorImpl.h>

#include "predictor/models/layers.hpp"

namespace evonas::predictor {

/// One round of messages.
struct Gnn::Layer : torch::nn::Module {
  /// x: graphs x nodes x width; reads and readers: graphs x nodes x nodes, how much each node (row)
  /// takes from those that it reads and from those that read it.
  virtual torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& reads,
                                const torch::Tensor& readers) = 0;
};

struct Gnn::SageLayer final : Layer {
  explicit SageLayer(std::int64_t width)
      : map(register_module("map", linear(3 * width, width, true))),
        map_norm(register_module("map_norm", norm(width))) {}

  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& reads,
                        const torch::Tensor& readers) override {
    return map_norm(map(torch::cat({x, reads.matmul(x), readers.matmul(x)}, -1))).relu();
  }

  torch::nn::Linear map;
  torch::nn::LayerNorm map_norm;
};

struct Gnn::GinLayer final : Layer {
  explicit GinLayer(std::int64_t width)
      : epsilon(register_parameter("epsilon", torch::zeros({2}))),
        first(register_module("first", linear(2 * width, width, true))),
        first_norm(register_module("first_norm", norm(width))),
        second(register_module("second", linear(width, width, true))) {}

  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& reads,
                        const torch::Tensor& readers) override {
    const torch::Tensor own = 1.0 + epsilon;
    const torch::Tensor sums =
        torch::cat({own[0] * x + reads.matmul(x), own[1] * x + readers.matmul(x)}, -1);
    return second(first_norm(first(sums)).relu()).relu();
  }

  torch::Tensor epsilon;
  torch::nn::Linear first;
  torch::nn::LayerNorm first_norm;
  torch::nn::Linear second;
};

Gnn::Gnn(const GnnOptions& options, std::uint64_t seed)
    : options_(options),
      operation_(
          register_parameter("operation", torch::empty({options.operations, options.width}))),
      node_width_(register_parameter("node_width", torch::empty({options.width}))),
      hidden_(linear(options.width, options.width, true)),
      score_(linear(options.width, 1, true)) {
  for (std::int64_t i = 0; i < options.layers; ++i) {
    std::shared_ptr<Layer> layer;
    if (options.kind == GnnOptions::Kind::Sage) {
      layer = std::make_shared<SageLayer>(options.width);
    } else {
      layer = std::make_shared<GinLayer>(options.width);
    }
    layers_.push_back(register_module("layer" + std::to_string(i), layer));
  }
  register_module("hidden", hidden_);
  register_module("score", score_);
  const at::Generator generator = at::detail::createCPUGenerator(seed);
  draw_linear_weights(*this, generator);
  const torch::NoGradGuard no_gradients;
  operation_.normal_(0.0, 0.5, generator);
  node_width_.normal_(0.0, 0.5, generator);
}

torch::Tensor Gnn::forward(const GraphBatch& graphs) {
  torch::Tensor readers = graphs.adjacency;
  torch::Tensor reads = readers.transpose(1, 2);
  if (options_.kind == GnnOptions::Kind::Sage) {
    readers = readers / readers.sum(-1, true).clamp_min(1.0);
    reads = reads / reads.sum(-1, true).clamp_min(1.0);
  }
  torch::Tensor x = torch::embedding(operation_, graphs.operations);
  if (graphs.attributes.defined()) x = x + graphs.attributes * node_width_;
  for (const auto& layer : layers_) x = layer->forward(x, reads, readers);
  const torch::Tensor sum = (x * graphs.mask.unsqueeze(-1)).sum(1);
  const torch::Tensor read_out = options_.kind == GnnOptions::Kind::Sage
                                     ? sum / graphs.mask.sum(1, true)
                                     : sum / static_cast<double>(options_.nodes);
  return score_(hidden_(read_out).relu()).squeeze(-1);
}

double Gnn::multiply_accumulates(std::size_t nodes) const {
  const auto count = static_cast<double>(nodes);
  const auto width = static_cast<double>(options_.width);
  // Both kinds: maps from three times the width, and two products with matrices of nodes.
  const double layer = count * 3.0 * width * width + 2.0 * count * count * width;
  return static_cast<double>(options_.layers) * layer + width * width + width;
}

}  // namespace evonas::predictor
