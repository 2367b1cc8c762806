#include "predictor/models/arch2vec_network.hpp"

#include <string>

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/Reduction.h>
#include <fmt/format.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/utils.h>

#include "base/json.hpp"
#include "base/random.hpp"
#include "predictor/models/layers.hpp"
#include "predictor/models/tensor_state.hpp"
#include "predictor/predictor_error.hpp"

namespace evonas::predictor {
namespace {

constexpr std::int64_t kMostOfOption = 4096;  // of a network that is read from a file

/// Weights, and what normalisation has seen.
std::vector<torch::Tensor> learnt_numbers(const torch::nn::Module& network) {
  std::vector<torch::Tensor> numbers = network.parameters();
  for (const torch::Tensor& buffer : network.buffers()) {
    if (buffer.is_floating_point()) numbers.push_back(buffer);
  }
  return numbers;
}

/// The sum of cross-entropies, each counting as much as `weights` says.
torch::Tensor cross_entropies(const torch::Tensor& logits, const torch::Tensor& truth,
                              const torch::Tensor& weights) {
  return torch::binary_cross_entropy_with_logits(logits, truth, weights, /*pos_weight=*/{},
                                                 at::Reduction::Sum);
}

torch::Tensor one_hot_of(const GraphBatch& graphs, std::int64_t columns) {
  return torch::one_hot(graphs.operations, columns).to(torch::kFloat);
}

}  // namespace

torch::Tensor pairs_of(const GraphBatch& graphs) {
  return (graphs.mask.unsqueeze(2) * graphs.mask.unsqueeze(1)).triu(1);
}

Arch2VecLoss arch2vec_loss(const GraphBatch& graphs, const Latents& latents,
                           const DecodedGraphs& decoded) {
  const torch::Tensor mask = graphs.mask.unsqueeze(-1);
  const torch::Tensor nodes = graphs.mask.sum();
  const std::int64_t columns = decoded.operations.size(2);
  const auto& [means, log_deviations] = latents;
  const torch::Tensor divergences =
      0.5 * (means.square() + (2.0 * log_deviations).exp() - 1.0 - 2.0 * log_deviations);
  return {.operations = cross_entropies(decoded.operations, one_hot_of(graphs, columns),
                                        mask.expand_as(decoded.operations)) /
                        (nodes * columns),
          .adjacency = cross_entropies(decoded.adjacency, graphs.adjacency.clamp_max(1.0),
                                       pairs_of(graphs)) /
                       graphs.mask.sum(1).square().sum(),
          .divergence = (divergences * mask).sum() / nodes.square()};
}

/// A perceptron for the nodes of all graphs together.
struct Arch2VecNetwork::Layer : torch::nn::Module {
  Layer(std::int64_t in, std::int64_t width)
      : first(register_module("first", linear(in, width, true))),
        first_norm(register_module("first_norm", torch::nn::BatchNorm1d(width))),
        second(register_module("second", linear(width, width, true))),
        second_norm(register_module("second_norm", torch::nn::BatchNorm1d(width))) {}

  /// nodes x in to nodes x width.
  torch::Tensor forward(const torch::Tensor& nodes) {
    return second_norm(second(first_norm(first(nodes)).relu())).relu();
  }

  torch::nn::Linear first;
  torch::nn::BatchNorm1d first_norm;
  torch::nn::Linear second;
  torch::nn::BatchNorm1d second_norm;
};

Arch2VecNetwork::Arch2VecNetwork(const Arch2VecNetworkOptions& options, std::uint64_t seed)
    : options_(options),
      dropout_(options.dropout, derive_seed(seed, "dropout and latents", 0)),
      epsilon_(register_parameter("epsilon", torch::zeros({options.layers}))),
      means_(linear(options.width, options.latent, true)),
      log_deviations_(linear(options.width, options.latent, true)),
      operations_(linear(options.latent, options.operations, true)) {
  for (std::int64_t i = 0; i < options.layers; ++i) {
    const std::int64_t in = i == 0 ? options.operations : options.width;
    layers_.push_back(
        register_module("layer" + std::to_string(i), std::make_shared<Layer>(in, options.width)));
  }
  register_module("means", means_);
  register_module("log_deviations", log_deviations_);
  register_module("operations", operations_);
  draw_linear_weights(*this, at::detail::createCPUGenerator(seed));
}

Latents Arch2VecNetwork::encode(const GraphBatch& graphs) {
  const std::int64_t count = graphs.operations.size(0);
  const std::int64_t nodes = graphs.operations.size(1);
  const torch::Tensor mask = graphs.mask.unsqueeze(-1);
  const torch::Tensor edges = graphs.adjacency.clamp_max(1.0);
  const torch::Tensor neighbours = edges + edges.transpose(1, 2);
  // Normalisation must not see the padding.
  const torch::Tensor real = graphs.mask.flatten().nonzero().squeeze(1);
  torch::Tensor x = one_hot_of(graphs, options_.operations) * mask;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const torch::Tensor sums =
        (1.0 + epsilon_[static_cast<std::int64_t>(i)]) * x + neighbours.matmul(x);
    const torch::Tensor rows = layers_[i]->forward(sums.flatten(0, 1).index_select(0, real));
    x = torch::zeros({count * nodes, options_.width})
            .index_copy(0, real, rows)
            .view({count, nodes, options_.width});
  }
  return {.means = means_(x) * mask, .log_deviations = log_deviations_(x) * mask};
}

DecodedGraphs Arch2VecNetwork::decode(const torch::Tensor& latents) {
  const torch::Tensor seen = dropout_(latents, is_training());
  return {.operations = operations_(seen), .adjacency = seen.matmul(seen.transpose(1, 2))};
}

Arch2VecLoss Arch2VecNetwork::loss(const GraphBatch& graphs) {
  const Latents latents = encode(graphs);
  const torch::Tensor noise =
      torch::empty(latents.means.sizes()).normal_(0.0, 1.0, dropout_.generator());
  return arch2vec_loss(graphs, latents,
                       decode(latents.means + latents.log_deviations.exp() * noise));
}

torch::Tensor Arch2VecNetwork::embed(const GraphBatch& graphs) {
  return encode(graphs).means.sum(1) / graphs.mask.sum(1, true);
}

double Arch2VecNetwork::multiply_accumulates(std::size_t nodes) const {
  const auto count = static_cast<double>(nodes);
  const auto width = static_cast<double>(options_.width);
  double sum = count * width * 2.0 * static_cast<double>(options_.latent);
  for (std::int64_t i = 0; i < options_.layers; ++i) {
    const double in = i == 0 ? static_cast<double>(options_.operations) : width;
    sum += count * (count * in + in * width + width * width);
  }
  return sum;
}

nlohmann::json state_of(const Arch2VecNetwork& network) {
  const Arch2VecNetworkOptions& options = network.options();
  nlohmann::json numbers = nlohmann::json::array();
  for (const torch::Tensor& tensor : learnt_numbers(network)) numbers.push_back(state_of(tensor));
  return {{"operations", options.operations}, {"layers", options.layers},
          {"width", options.width},           {"latent", options.latent},
          {"dropout", options.dropout},       {"numbers", std::move(numbers)}};
}

std::shared_ptr<Arch2VecNetwork> arch2vec_network_from(const nlohmann::json& state,
                                                       std::size_t operations) {
  const auto option = [&](const char* name) {
    const auto value = state.at(name).get<std::int64_t>();
    if (value < 1 || value > kMostOfOption) {
      throw PredictorError(fmt::format("a network whose {} is {}, expected from 1 to {}", name,
                                       value, kMostOfOption));
    }
    return value;
  };
  const Arch2VecNetworkOptions options = {.operations = option("operations"),
                                          .layers = option("layers"),
                                          .width = option("width"),
                                          .latent = option("latent"),
                                          .dropout = state.at("dropout").get<double>()};
  if (options.operations != static_cast<std::int64_t>(operations)) {
    throw PredictorError(
        fmt::format("a network for {} operations, expected {}", options.operations, operations));
  }
  auto network = std::make_shared<Arch2VecNetwork>(options, 0);
  const torch::NoGradGuard no_gradients;
  std::size_t i = 0;
  for (torch::Tensor& tensor : learnt_numbers(*network)) {
    tensor.copy_(tensor_from(state.at("numbers").at(i++), tensor.sizes()));
  }
  network->eval();
  return network;
}

}  // namespace evonas::predictor
