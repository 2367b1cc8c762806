#include "predictor/models/network_ensemble.hpp"

#include <algorithm>
#include <cmath>

#include <ATen/Parallel.h>
#include <torch/utils.h>

#include "base/parallel.hpp"
#include "base/random.hpp"
#include "predictor/fit_together.hpp"
#include "predictor/models/flow_network.hpp"
#include "predictor/models/graph_batch.hpp"
#include "predictor/models/network_training.hpp"
#include "predictor/rank_normal.hpp"

namespace evonas::predictor {
namespace {

constexpr std::size_t kChunk = 512;  // architectures that a network scores at once

std::vector<spaces::Genotype> random_architectures(const spaces::AnySpace& space,
                                                   std::int64_t count, std::uint64_t seed) {
  std::vector<spaces::Genotype> architectures;
  for (std::int64_t i = 0; i < count; ++i) {
    Rng rng(seed, "graphs to pre-train on", static_cast<std::uint64_t>(i));
    architectures.push_back(space.sample(rng));
  }
  return architectures;
}

GraphBatch graphs_of(const spaces::AnySpace& space, const Vocabulary& vocabulary,
                     std::span<const spaces::Genotype> architectures) {
  GraphBlock block;
  fill_block(space, vocabulary, architectures, block);
  return batch_of(block);
}

std::shared_ptr<FlowNetwork> copy_of(FlowNetwork& network, const FlowNetworkOptions& options) {
  auto copy = std::make_shared<FlowNetwork>(options, 0);
  const torch::NoGradGuard no_gradients;
  const std::vector<torch::Tensor> from = network.parameters();
  const std::vector<torch::Tensor> to = copy->parameters();
  for (std::size_t i = 0; i < from.size(); ++i) to[i].copy_(from[i]);
  return copy;
}

}  // namespace

struct PretrainedNetworks::State {
  spaces::AnySpace space;
  Vocabulary vocabulary;
  FlowNetworkOptions options;
  std::vector<std::shared_ptr<FlowNetwork>> networks;
  double loss = 0.0;
};

PretrainedNetworks::PretrainedNetworks(const spaces::AnySpace& space, const GraphFeatures& features,
                                       const PretrainingOptions& options,
                                       const FitControl& control) {
  at::set_num_threads(1);
  const std::vector<spaces::Genotype> architectures =
      random_architectures(space, options.graphs, control.seed);
  auto state = std::make_unique<State>(
      State{.space = space, .vocabulary = features.vocabulary(), .options = {}, .networks = {}});
  const GraphBatch graphs = graphs_of(space, state->vocabulary, architectures);
  const std::vector<double> rows = features.compute(architectures);
  torch::Tensor expected =
      torch::empty({options.graphs, static_cast<std::int64_t>(features.size())});
  std::ranges::transform(rows, expected.data_ptr<float>(),
                         [](double value) { return static_cast<float>(value); });

  state->options.operations = static_cast<std::int64_t>(state->vocabulary.width());
  state->options.layers = options.layers;
  state->options.width = options.width;
  state->options.targets = expected.size(1);
  const auto count = static_cast<std::size_t>(options.networks);
  state->networks.resize(count);
  std::vector<double> losses(count, 0.0);
  const std::int64_t counted = std::max<std::int64_t>(1, options.steps / 10);
  const auto pretrain = [&](std::size_t i, const FitControl& own) {
    auto network = std::make_shared<FlowNetwork>(state->options, own.seed);
    Rng rng(own.seed, "batches");
    std::int64_t step = 0;
    train_network(
        *network, options.steps, {.learning_rate = options.learning_rate, .weight_decay = 0.01},
        own, [&] {
          std::vector<std::int64_t> chosen;
          for (std::int64_t k = 0; k < options.batch; ++k) {
            chosen.push_back(
                static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(options.graphs))));
          }
          const torch::Tensor index = torch::tensor(chosen, torch::kInt64);
          const torch::Tensor made = network->targets(network->embed(select(graphs, index)));
          torch::Tensor loss = (made - expected.index_select(0, index)).square().mean();
          if (++step > options.steps - counted) {
            losses[i] += loss.item<double>() / static_cast<double>(counted);
          }
          return loss;
        });
    state->networks[i] = std::move(network);
  };
  fit_together(count, "pre-trained network", control, pretrain);
  for (const double loss : losses) state->loss += loss / static_cast<double>(count);
  state_ = std::move(state);
}

PretrainedNetworks::~PretrainedNetworks() = default;

double PretrainedNetworks::loss() const { return state_->loss; }

/// What a fit leaves behind.
struct NetworkEnsemble::Fitted {
  RankNormal labels;
  std::vector<std::shared_ptr<FlowNetwork>> networks;
};

NetworkEnsemble::NetworkEnsemble(std::shared_ptr<const PretrainedNetworks> pretrained)
    : pretrained_(std::move(pretrained)) {}

NetworkEnsemble::~NetworkEnsemble() = default;

void NetworkEnsemble::fit(std::span<const Label> labels, const FitControl& control) {
  at::set_num_threads(1);
  const PretrainedNetworks::State& start = *pretrained_->state_;
  const auto [architectures, transform, scores] = rank(labels);
  auto fitted = std::make_unique<Fitted>(Fitted{.labels = transform, .networks = {}});
  const GraphBatch graphs = graphs_of(start.space, start.vocabulary, architectures);
  const torch::Tensor expected = torch::tensor(std::vector<float>(scores.begin(), scores.end()));
  fitted->networks.resize(start.networks.size());
  fit_together(start.networks.size(), "network of an ensemble", control,
               [&](std::size_t i, const FitControl& own) {
                 fitted->networks[i] = copy_of(*start.networks[i], start.options);
                 fit_scores(*fitted->networks[i], graphs, expected, {}, own);
               });
  fitted_ = std::move(fitted);
}

std::vector<Prediction> NetworkEnsemble::predict(std::span<const spaces::Genotype> block) const {
  if (!fitted_) throw PredictorError("the networks have not been fitted yet");
  const PretrainedNetworks::State& start = *pretrained_->state_;
  const auto networks = static_cast<float>(fitted_->networks.size());
  std::vector<Prediction> predictions(block.size());
  parallel_for((block.size() + kChunk - 1) / kChunk, [&](std::size_t chunk) {
    const torch::NoGradGuard no_gradients;
    const std::size_t first = chunk * kChunk;
    const std::size_t count = std::min(kChunk, block.size() - first);
    const GraphBatch graphs = graphs_of(start.space, start.vocabulary, block.subspan(first, count));
    std::vector<float> means(count, 0.0F);
    std::vector<float> squares(count, 0.0F);
    for (const auto& network : fitted_->networks) {
      const torch::Tensor scores = network->forward(graphs).contiguous();
      for (std::size_t i = 0; i < count; ++i) {
        const float score = scores.data_ptr<float>()[i];
        means[i] += score / networks;
        squares[i] += score * score / networks;
      }
    }
    for (std::size_t i = 0; i < count; ++i) {
      const double spread = std::max(0.0F, squares[i] - means[i] * means[i]);
      predictions[first + i] = fitted_->labels.prediction(means[i], std::sqrt(spread));
    }
  });
  return predictions;
}

std::size_t NetworkEnsemble::parameters() const {
  std::size_t count = 0;
  for (const auto& network : pretrained_->state_->networks) {
    for (const torch::Tensor& parameter : network->parameters()) {
      count += static_cast<std::size_t>(parameter.numel());
    }
  }
  return count;
}

}  // namespace evonas::predictor
