#include "predictor/models/computation_network.hpp"

#include <string>

#include <ATen/CPUGeneratorImpl.h>
#include <fmt/format.h>

#include "base/json.hpp"
#include "predictor/models/layers.hpp"
#include "predictor/models/tensor_state.hpp"
#include "predictor/predictor_error.hpp"

namespace evonas::predictor {
namespace {

constexpr std::int64_t kMostLayers = 100;
constexpr std::int64_t kMostWidth = 4096;

/// Who takes messages from whom, and what the sum of them is divided by.
struct Messages {
  torch::Tensor takers;
  torch::Tensor givers;
  torch::Tensor scale;  // nodes x 1

  Messages(torch::Tensor takes, torch::Tensor gives, std::int64_t nodes)
      : takers(std::move(takes)), givers(std::move(gives)) {
    scale = torch::zeros({nodes, 1})
                .index_add(0, takers, torch::ones({takers.size(0), 1}))
                .clamp_min(1.0)
                .reciprocal();
  }

  torch::Tensor means(const torch::Tensor& x) const {
    return torch::zeros_like(x).index_add(0, takers, x.index_select(0, givers)) * scale;
  }
};

}  // namespace

struct ComputationNetwork::Layer final : torch::nn::Module {
  explicit Layer(std::int64_t width)
      : map(register_module("map", linear(3 * width, width, true))),
        map_norm(register_module("map_norm", norm(width))) {}

  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& read,
                        const torch::Tensor& readers) {
    return x + map_norm(map(torch::cat({x, read, readers}, -1))).relu();
  }

  torch::nn::Linear map;
  torch::nn::LayerNorm map_norm;
};

ComputationNetwork::ComputationNetwork(const ComputationNetworkOptions& options, std::uint64_t seed)
    : options_(options),
      operator_(register_parameter(
          "operator",
          torch::empty({static_cast<std::int64_t>(operator_columns()), options.width}))),
      numbers_(register_module("numbers", linear(kNodeNumbers, options.width, true))),
      read_out_(
          linear(options.width + static_cast<std::int64_t>(kWholeNumbers), options.width, true)),
      hidden_(linear(options.width, options.width, true)),
      score_(linear(options.width, 1, true)) {
  for (std::int64_t i = 0; i < options.layers; ++i) {
    layers_.push_back(
        register_module("layer" + std::to_string(i), std::make_shared<Layer>(options.width)));
  }
  register_module("read_out", read_out_);
  register_module("hidden", hidden_);
  register_module("score", score_);
  const at::Generator generator = at::detail::createCPUGenerator(seed);
  draw_linear_weights(*this, generator);
  const torch::NoGradGuard no_gradients;
  operator_.normal_(0.0, 0.5, generator);
}

torch::Tensor ComputationNetwork::embed(const ComputationBatch& batch) {
  const std::int64_t nodes = batch.nodes();
  const Messages reads(batch.to, batch.from, nodes);
  const Messages readers(batch.from, batch.to, nodes);
  torch::Tensor x = torch::embedding(operator_, batch.operators) + numbers_(batch.numbers);
  for (const auto& layer : layers_) x = layer->forward(x, reads.means(x), readers.means(x));
  const torch::Tensor sizes =
      torch::zeros({batch.graphs(), 1}).index_add(0, batch.graph, torch::ones({nodes, 1}));
  const torch::Tensor means =
      torch::zeros({batch.graphs(), options_.width}).index_add(0, batch.graph, x) / sizes;
  return read_out_(torch::cat({means, batch.wholes}, -1));
}

torch::Tensor ComputationNetwork::score(const torch::Tensor& embeddings) {
  return score_(hidden_(embeddings.relu()).relu()).squeeze(-1);
}

double ComputationNetwork::multiply_accumulates(std::size_t nodes) const {
  const auto count = static_cast<double>(nodes);
  const auto width = static_cast<double>(options_.width);
  const double layer = count * 3.0 * width * width;
  return count * static_cast<double>(kNodeNumbers) * width +
         static_cast<double>(options_.layers) * layer +
         (2.0 * width + static_cast<double>(kWholeNumbers) + 1.0) * width;
}

std::shared_ptr<ComputationNetwork> copy_of(const ComputationNetwork& network) {
  auto copy = std::make_shared<ComputationNetwork>(network.options(), 0);
  const torch::NoGradGuard no_gradients;
  const std::vector<torch::Tensor> weights = network.parameters();
  std::size_t i = 0;
  for (torch::Tensor& weight : copy->parameters()) weight.copy_(weights[i++]);
  return copy;
}

nlohmann::json state_of(const ComputationNetwork& network) {
  nlohmann::json weights = nlohmann::json::array();
  for (const torch::Tensor& weight : network.parameters()) weights.push_back(state_of(weight));
  return {{"operators", operators_key().hex()},
          {"layers", network.options().layers},
          {"width", network.options().width},
          {"weights", std::move(weights)}};
}

std::shared_ptr<ComputationNetwork> computation_network_from(const nlohmann::json& state) {
  if (state.at("operators") != operators_key().hex()) {
    throw PredictorError(
        "its network was learnt by another version of evonas, which has other operators; learn it "
        "again");
  }
  const ComputationNetworkOptions options = {.layers = state.at("layers").get<std::int64_t>(),
                                             .width = state.at("width").get<std::int64_t>()};
  if (options.layers < 1 || options.layers > kMostLayers || options.width < 1 ||
      options.width > kMostWidth) {
    throw PredictorError(
        fmt::format("a network of {} layers {} wide, expected from 1 to {} and from 1 to {}",
                    options.layers, options.width, kMostLayers, kMostWidth));
  }
  auto network = std::make_shared<ComputationNetwork>(options, 0);
  restore_weights(*network, state.at("weights"));
  network->eval();
  return network;
}

}  // namespace evonas::predictor
