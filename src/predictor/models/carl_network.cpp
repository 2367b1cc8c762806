#include "predictor/models/carl_network.hpp"

#include <string>

#include "predictor/models/layers.hpp"

namespace evonas::predictor {
namespace {

constexpr double kConcreteTemperature = 0.5;
constexpr double kSmallestChance = 1e-6;

}  // namespace

/// A graph convolution that hears what a node reads and what reads it.
struct CarlNetwork::Layer final : torch::nn::Module {
  explicit Layer(std::int64_t width)
      : map(register_module("map", linear(3 * width, width, true))),
        map_norm(register_module("map_norm", norm(width))) {}

  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& reads,
                        const torch::Tensor& readers) {
    return map_norm(map(torch::cat({x, reads.matmul(x), readers.matmul(x)}, -1))).relu();
  }

  torch::nn::Linear map;
  torch::nn::LayerNorm map_norm;
};

CarlNetwork::CarlNetwork(const CarlOptions& options, std::uint64_t seed)
    : options_(options),
      chance_(0.0, seed),
      operation_(
          register_parameter("operation", torch::empty({options.operations, options.width}))),
      node_width_(register_parameter("node_width", torch::empty({options.width}))),
      extract_hidden_(linear(options.width, options.width, true)),
      extract_(linear(options.width, 1, true)),
      hidden_(linear(2 * options.width, options.width, true)),
      score_(linear(options.width, 1, true)) {
  for (std::int64_t i = 0; i < options.layers; ++i) {
    layers_.push_back(
        register_module("layer" + std::to_string(i), std::make_shared<Layer>(options.width)));
  }
  register_module("extract_hidden", extract_hidden_);
  register_module("extract", extract_);
  register_module("hidden", hidden_);
  register_module("score", score_);
  draw_linear_weights(*this, chance_.generator());
  draws_from(chance_.generator());
  const torch::NoGradGuard no_gradients;
  operation_.normal_(0.0, 0.5, chance_.generator());
  node_width_.normal_(0.0, 0.5, chance_.generator());
}

CarlParts CarlNetwork::split(const GraphBatch& graphs) {
  const torch::Tensor readers = graphs.adjacency / graphs.adjacency.sum(-1, true).clamp_min(1.0);
  const torch::Tensor back = graphs.adjacency.transpose(1, 2);
  const torch::Tensor reads = back / back.sum(-1, true).clamp_min(1.0);
  torch::Tensor x = torch::embedding(operation_, graphs.operations);
  if (graphs.attributes.defined()) x = x + graphs.attributes * node_width_;
  for (const auto& layer : layers_) x = layer->forward(x, reads, readers);
  torch::Tensor logits = extract_(extract_hidden_(x).relu()).squeeze(-1);
  if (is_training()) {
    const torch::Tensor chance = torch::empty(logits.sizes())
                                     .uniform_(0.0, 1.0, chance_.generator())
                                     .clamp(kSmallestChance, 1.0 - kSmallestChance)
                                     .to(logits.device());
    logits = (logits + (chance / (1.0 - chance)).log()) / kConcreteTemperature;
  }
  const torch::Tensor weights = logits.sigmoid() * graphs.mask;
  const torch::Tensor rest = graphs.mask - weights;
  const double unit = 1.0 / static_cast<double>(options_.nodes);
  return {.weights = weights,
          .shares = weights.sum(1) / graphs.mask.sum(1).clamp_min(1.0),
          .critical = weights.unsqueeze(1).matmul(x).squeeze(1) * unit,
          .redundant = rest.unsqueeze(1).matmul(x).squeeze(1) * unit};
}

torch::Tensor CarlNetwork::score(const torch::Tensor& critical, const torch::Tensor& redundant) {
  return score_(hidden_(torch::cat({critical, redundant}, -1)).relu()).squeeze(-1);
}

torch::Tensor CarlNetwork::forward(const GraphBatch& graphs) {
  const CarlParts parts = split(graphs);
  return score(parts.critical, parts.redundant);
}

double CarlNetwork::multiply_accumulates(std::size_t nodes) const {
  const auto count = static_cast<double>(nodes);
  const auto width = static_cast<double>(options_.width);
  const double layer = count * 3.0 * width * width + 2.0 * count * count * width;
  return static_cast<double>(options_.layers) * layer + count * (width * width + 3.0 * width) +
         2.0 * width * width + width;
}

}  // namespace evonas::predictor
