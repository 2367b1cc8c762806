#include "predictor/models/flow_network.hpp"

#include <cmath>
#include <string>

#include <ATen/CPUGeneratorImpl.h>
#include <fmt/format.h>

#include "base/json.hpp"
#include "predictor/models/layers.hpp"
#include "predictor/models/tensor_state.hpp"
#include "predictor/predictor_error.hpp"

namespace evonas::predictor {
namespace {

constexpr std::int64_t kHeads = 4;             // one for each mask
constexpr double kNever = -1e4;                // score of what is not attended to
constexpr std::int64_t kLargestOption = 4096;  // of a network that is read from a file

/// What each head adds to its scores: 0 where a node is attended to. graphs x heads x tokens x
/// tokens, the class token first; it sees all nodes, and all nodes see it.
torch::Tensor attention_bias(const torch::Tensor& adjacency, const torch::Tensor& mask) {
  const torch::Tensor edges = adjacency > 0;
  const torch::Tensor floats = edges.to(torch::kFloat);
  const torch::Tensor reversed = edges.transpose(1, 2);
  const torch::Tensor self = torch::eye(adjacency.size(1), edges.options()).unsqueeze(0);
  const torch::Tensor siblings =
      (floats.transpose(1, 2).matmul(floats) + floats.matmul(floats.transpose(1, 2))) > 0;
  torch::Tensor seen = torch::stack({edges.logical_or(self), reversed.logical_or(self),
                                     siblings.logical_or(self), torch::ones_like(edges)},
                                    1);
  seen = torch::constant_pad_nd(seen.to(torch::kFloat), {1, 0, 1, 0}, 1.0);
  const torch::Tensor real = torch::constant_pad_nd(mask, {1, 0}, 1.0);
  return (1.0 - seen * real.unsqueeze(1).unsqueeze(1)) * kNever;
}

}  // namespace

/// One layer: masked attention, then a feed-forward part along edges.
struct FlowNetwork::Layer : torch::nn::Module {
  explicit Layer(const FlowNetworkOptions& options)
      : attention_norm(register_module("attention_norm", norm(options.width))),
        qkv(register_module("qkv", linear(options.width, 3 * options.width, false))),
        projection(register_module("projection", linear(options.width, options.width, false))),
        feed_norm(register_module("feed_norm", norm(options.width))),
        // The part of each node itself, and that which goes along edges.
        up(register_module("up",
                           linear(options.width, 2 * options.expansion * options.width, false))),
        down(register_module("down",
                             linear(options.expansion * options.width, options.width, false))) {}

  torch::Tensor forward(torch::Tensor x, const torch::Tensor& bias, const torch::Tensor& forwards,
                        const torch::Tensor& backwards) {
    const std::int64_t graphs = x.size(0);
    const std::int64_t tokens = x.size(1);
    const std::int64_t width = x.size(2);
    const torch::Tensor parts = qkv(attention_norm(x))
                                    .view({graphs, tokens, 3, kHeads, width / kHeads})
                                    .permute({2, 0, 3, 1, 4});
    const torch::Tensor scores = parts[0].matmul(parts[1].transpose(-1, -2)) /
                                     std::sqrt(static_cast<double>(width) / kHeads) +
                                 bias;
    const torch::Tensor mixed =
        scores.softmax(-1).matmul(parts[2]).transpose(1, 2).reshape({graphs, tokens, width});
    x = x + projection(mixed);
    const std::vector<torch::Tensor> hidden = up(feed_norm(x)).chunk(2, -1);
    const std::vector<torch::Tensor> along = hidden[1].chunk(2, -1);
    const torch::Tensor summed =
        torch::cat({forwards.matmul(along[0]), backwards.matmul(along[1])}, -1);
    return x + down((hidden[0] + summed).relu());
  }

  torch::nn::LayerNorm attention_norm;
  torch::nn::Linear qkv;
  torch::nn::Linear projection;
  torch::nn::LayerNorm feed_norm;
  torch::nn::Linear up;
  torch::nn::Linear down;
};

FlowNetwork::FlowNetwork(const FlowNetworkOptions& options, std::uint64_t seed)
    : options_(options),
      operation_(
          register_parameter("operation", torch::empty({options.operations, options.width}))),
      class_token_(register_parameter("class_token", torch::empty({1, 1, options.width}))),
      degree_(register_module("degree", linear(3, options.width, true))),
      norm_(norm(2 * options.width)),
      score_(linear(2 * options.width, options.scores, true)) {
  for (std::int64_t layer = 0; layer < options.layers; ++layer) {
    layers_.push_back(
        register_module("layer" + std::to_string(layer), std::make_shared<Layer>(options)));
  }
  register_module("norm", norm_);
  register_module("score", score_);
  if (options.targets > 0) {
    targets_ = register_module("targets", linear(2 * options.width, options.targets, true));
  }
  const torch::NoGradGuard no_gradients;
  const at::Generator generator = at::detail::createCPUGenerator(seed);
  for (const auto& parameter : named_parameters()) {
    torch::Tensor value = parameter.value();
    const bool is_bias = parameter.key().ends_with("bias");
    if (value.dim() == 2) value.normal_(0.0, 1.0 / std::sqrt(value.size(1)), generator);
    if (value.dim() == 1 && is_bias) value.zero_();
  }
  operation_.normal_(0.0, 0.5, generator);
  class_token_.normal_(0.0, 0.02, generator);
  score_->weight.zero_();
}

torch::Tensor FlowNetwork::embed(const GraphBatch& graphs) {
  const torch::Tensor& adjacency = graphs.adjacency;
  const torch::Tensor node = torch::stack(
      {adjacency.sum(1).log1p(), adjacency.sum(2).log1p(), graphs.attributes.squeeze(-1)}, -1);
  torch::Tensor x = torch::embedding(operation_, graphs.operations) + degree_(node);
  x = torch::cat({class_token_.expand({x.size(0), 1, x.size(2)}), x}, 1);
  const torch::Tensor bias = attention_bias(adjacency, graphs.mask);
  const torch::Tensor forwards = torch::constant_pad_nd(adjacency, {1, 0, 1, 0}, 0.0);
  const torch::Tensor backwards = forwards.transpose(1, 2).contiguous();
  for (const auto& layer : layers_) x = layer->forward(x, bias, forwards, backwards);
  const torch::Tensor mask = graphs.mask.unsqueeze(-1);
  const torch::Tensor mean = (x.narrow(1, 1, x.size(1) - 1) * mask).sum(1) / mask.sum(1);
  return norm_(torch::cat({x.select(1, 0), mean}, -1));
}

torch::Tensor FlowNetwork::forward(const GraphBatch& graphs) { return score(embed(graphs)); }

nlohmann::json state_of(const FlowNetwork& network, torch::Dtype precision) {
  const FlowNetworkOptions& options = network.options();
  nlohmann::json weights = nlohmann::json::array();
  for (const auto& parameter : network.named_parameters()) {
    if (parameter.key().starts_with("targets")) continue;
    weights.push_back(state_of(parameter.value().to(precision)));
  }
  nlohmann::json state = {{"operations", options.operations},
                          {"layers", options.layers},
                          {"width", options.width},
                          {"expansion", options.expansion},
                          {"weights", std::move(weights)}};
  if (options.scores != 1) state["scores"] = options.scores;
  return state;
}

std::shared_ptr<FlowNetwork> network_from(const nlohmann::json& state, std::size_t operations,
                                          std::size_t scores) {
  const auto option = [&](const char* name) {
    const auto value = state.at(name).get<std::int64_t>();
    if (value < 0 || value > kLargestOption) {
      throw PredictorError(fmt::format("a network whose {} is {}, expected at most {}", name, value,
                                       kLargestOption));
    }
    return value;
  };
  const FlowNetworkOptions options = {.operations = option("operations"),
                                      .layers = option("layers"),
                                      .width = option("width"),
                                      .expansion = option("expansion"),
                                      .scores = state.contains("scores") ? option("scores") : 1};
  if (options.operations != static_cast<std::int64_t>(operations)) {
    throw PredictorError(
        fmt::format("a network for {} operations, expected {}", options.operations, operations));
  }
  if (options.scores != static_cast<std::int64_t>(scores)) {
    throw PredictorError(fmt::format("a network with {} scores of an architecture, expected {}",
                                     options.scores, scores));
  }
  if (options.width == 0 || options.width % kHeads != 0) {
    throw PredictorError(
        fmt::format("a network {} wide, expected a multiple of {}", options.width, kHeads));
  }
  auto network = std::make_shared<FlowNetwork>(options, 0);
  restore_weights(*network, state.at("weights"));
  return network;
}

double FlowNetwork::multiply_accumulates(std::size_t nodes) const {
  const auto tokens = static_cast<double>(nodes + 1);
  const auto width = static_cast<double>(options_.width);
  const double inner = width * static_cast<double>(options_.expansion);
  const double maps = tokens * (4.0 * width * width + 3.0 * width * inner);
  const double pairs = tokens * tokens * (2.0 * width + inner);
  return static_cast<double>(options_.layers) * (maps + pairs);
}

}  // namespace evonas::predictor
