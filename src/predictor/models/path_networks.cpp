#include "predictor/models/path_networks.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <torch/utils.h>

#include "base/json.hpp"
#include "base/parallel.hpp"
#include "base/random.hpp"
#include "predictor/fit_together.hpp"
#include "predictor/graph_features.hpp"
#include "predictor/models/layers.hpp"
#include "predictor/models/network_training.hpp"
#include "predictor/models/tensor_state.hpp"
#include "predictor/rank_normal.hpp"

namespace evonas::predictor {
namespace {

constexpr std::size_t kPathNetworks = 5;
constexpr std::int64_t kHiddenLayers = 10;
constexpr std::int64_t kHiddenUnits = 20;
constexpr std::size_t kPathEpochs = 150;
constexpr std::size_t kPathBatch = 32;
constexpr OptimiserOptions kPathOptimiser = {
    .learning_rate = 0.01, .weight_decay = 0.0, .second_moment = 0.99};
constexpr std::size_t kCodeChunk = 512;  // architectures that a network scores at once

/// Codes of architectures, architectures x paths, to scores.
class PathNetwork final : public torch::nn::Module {
 public:
  PathNetwork(std::int64_t paths, std::uint64_t seed) {
    const torch::NoGradGuard no_gradients;
    const at::Generator generator = at::detail::createCPUGenerator(seed);
    for (std::int64_t i = 0; i <= kHiddenLayers; ++i) {
      const std::int64_t in = i == 0 ? paths : kHiddenUnits;
      const std::int64_t out = i == kHiddenLayers ? 1 : kHiddenUnits;
      layers_.push_back(register_module("layer_" + std::to_string(i), linear(in, out, true)));
      // As Glorot and Bengio (2010) do: LibTorch's own smaller weights let nothing through so many
      // layers.
      const double edge = std::sqrt(6.0 / static_cast<double>(in + out));
      layers_.back()->weight.uniform_(-edge, edge, generator);
      layers_.back()->bias.zero_();
    }
  }

  torch::Tensor forward(torch::Tensor codes) {
    for (std::int64_t i = 0; i < kHiddenLayers; ++i) {
      codes = layers_[static_cast<std::size_t>(i)]->forward(codes).relu();
    }
    return layers_.back()->forward(codes).squeeze(1);
  }

 private:
  std::vector<torch::nn::Linear> layers_;
};

torch::Tensor codes_of(const PathCode& paths, std::span<const spaces::Genotype> block) {
  const std::vector<float> codes = paths.compute(block);
  torch::Tensor tensor = torch::empty(
      {static_cast<std::int64_t>(block.size()), static_cast<std::int64_t>(paths.size())});
  std::ranges::copy(codes, tensor.data_ptr<float>());
  return tensor;
}

/// `weights` says how much each score counts; undefined: all alike.
void fit_network(PathNetwork& network, const torch::Tensor& codes, const torch::Tensor& scores,
                 const torch::Tensor& weights, const FitControl& control) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(codes.size(0)));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  Rng rng(control.seed, "order of labels");
  std::size_t at = order.size();
  const std::size_t an_epoch = (order.size() + kPathBatch - 1) / kPathBatch;
  train_network(
      network, static_cast<std::int64_t>(kPathEpochs * an_epoch), kPathOptimiser, control, [&] {
        if (at == order.size()) {
          rng.shuffle(std::span(order));
          at = 0;
        }
        const auto batch = std::span(order).subspan(at, std::min(kPathBatch, order.size() - at));
        at += batch.size();
        const torch::Tensor index =
            torch::tensor(std::vector(batch.begin(), batch.end()), torch::kInt64);
        const torch::Tensor errors =
            (network.forward(codes.index_select(0, index)) - scores.index_select(0, index)).abs();
        if (!weights.defined()) return errors.mean();
        const torch::Tensor some = weights.index_select(0, index);
        return (errors * some).sum() / some.sum();
      });
}

}  // namespace

/// What a fit leaves behind.
struct PathNetworks::Fitted {
  RankNormal labels;
  std::vector<std::shared_ptr<PathNetwork>> networks;
};

PathNetworks::PathNetworks(std::shared_ptr<const PathCode> paths) : paths_(std::move(paths)) {}

PathNetworks::~PathNetworks() = default;

void PathNetworks::fit(std::span<const Label> labels, const FitControl& control) {
  at::set_num_threads(1);  // sums in another order would give another fit
  const auto [architectures, transform, ranked, noises] = rank(labels);
  auto fitted = std::make_unique<Fitted>(Fitted{.labels = transform, .networks = {}});
  const torch::Tensor codes = codes_of(*paths_, architectures);
  const torch::Tensor scores = torch::tensor(std::vector<float>(ranked.begin(), ranked.end()));
  const torch::Tensor weights = weights_of(noises);
  fitted->networks.resize(kPathNetworks);
  fit_together(kPathNetworks, "network on paths", control,
               [&](std::size_t i, const FitControl& own) {
                 fitted->networks[i] = std::make_shared<PathNetwork>(codes.size(1), own.seed);
                 fit_network(*fitted->networks[i], codes, scores, weights, own);
               });
  fitted_ = std::move(fitted);
}

std::vector<Prediction> PathNetworks::predict(std::span<const spaces::Genotype> block) const {
  fitted();
  const auto networks = static_cast<double>(fitted_->networks.size());
  std::vector<Prediction> predictions(block.size());
  parallel_chunks(block.size(), kCodeChunk, [&](std::size_t first, std::size_t count) {
    const torch::NoGradGuard no_gradients;
    const torch::Tensor codes = codes_of(*paths_, block.subspan(first, count));
    std::vector<double> means(count, 0.0);
    std::vector<double> squares(count, 0.0);
    for (const auto& network : fitted_->networks) {
      const torch::Tensor scores = network->forward(codes).contiguous();
      for (std::size_t i = 0; i < count; ++i) {
        const double score = scores.const_data_ptr<float>()[i];
        means[i] += score / networks;
        squares[i] += score * score / networks;
      }
    }
    for (std::size_t i = 0; i < count; ++i) {
      const double spread = std::max(0.0, squares[i] - means[i] * means[i]);
      predictions[first + i] = fitted_->labels.prediction(means[i], std::sqrt(spread));
    }
  });
  return predictions;
}

std::vector<double> PathNetworks::shares() const {
  const std::size_t networks = fitted().networks.size();
  return std::vector<double>(networks, 1.0 / static_cast<double>(networks));
}

std::vector<MemberMeans> PathNetworks::predict_members(
    std::span<const spaces::Genotype> block) const {
  MemberMeans means(fitted().networks.size(), std::vector<double>(block.size()));
  parallel_chunks(block.size(), kCodeChunk, [&](std::size_t first, std::size_t count) {
    const torch::NoGradGuard no_gradients;
    const torch::Tensor codes = codes_of(*paths_, block.subspan(first, count));
    for (std::size_t member = 0; member < means.size(); ++member) {
      const torch::Tensor scores = fitted_->networks[member]->forward(codes).contiguous();
      for (std::size_t i = 0; i < count; ++i) {
        means[member][first + i] = fitted_->labels.value(scores.const_data_ptr<float>()[i]);
      }
    }
  });
  return {std::move(means)};
}

std::size_t PathNetworks::parameters() const {
  std::size_t count = 0;
  if (!fitted_) return count;
  for (const auto& network : fitted_->networks) count += count_weights(*network);
  return count;
}

double PathNetworks::multiply_accumulates(std::size_t /*nodes*/) const {
  constexpr auto kUnits = static_cast<double>(kHiddenUnits);
  const double first = static_cast<double>(paths_->size()) * kUnits;
  const double others = static_cast<double>(kHiddenLayers - 1) * kUnits * kUnits + kUnits;
  return static_cast<double>(kPathNetworks) * (first + others);
}

nlohmann::json PathNetworks::state() const {
  nlohmann::json networks = nlohmann::json::array();
  for (const auto& network : fitted().networks) {
    nlohmann::json weights = nlohmann::json::array();
    for (const torch::Tensor& weight : network->parameters()) weights.push_back(state_of(weight));
    networks.push_back(std::move(weights));
  }
  return {{"space", paths_->key().hex()},
          {"labels", fitted_->labels.state()},
          {"networks", std::move(networks)}};
}

void PathNetworks::restore(const nlohmann::json& state) {
  check_same_space(state.at("space"), paths_->key());
  at::set_num_threads(1);
  auto fitted = std::make_unique<Fitted>(
      Fitted{.labels = RankNormal::from_state(state.at("labels")), .networks = {}});
  for (std::size_t i = 0; i < kPathNetworks; ++i) {
    auto network = std::make_shared<PathNetwork>(static_cast<std::int64_t>(paths_->size()), 1);
    restore_weights(*network, state.at("networks").at(i));
    fitted->networks.push_back(std::move(network));
  }
  fitted_ = std::move(fitted);
}

const PathNetworks::Fitted& PathNetworks::fitted() const {
  if (!fitted_) throw PredictorError("the networks on paths have not been fitted yet");
  return *fitted_;
}

}  // namespace evonas::predictor
