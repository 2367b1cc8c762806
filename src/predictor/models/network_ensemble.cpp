#include "predictor/models/network_ensemble.hpp"

#include <algorithm>
#include <cmath>

#include <ATen/Parallel.h>
#include <torch/utils.h>

#include "base/json.hpp"
#include "base/parallel.hpp"
#include "predictor/fit_together.hpp"
#include "predictor/models/flow_network.hpp"
#include "predictor/models/graph_batch.hpp"
#include "predictor/models/network_training.hpp"
#include "predictor/models/placement.hpp"
#include "predictor/models/scoring.hpp"
#include "predictor/models/tensor_state.hpp"
#include "predictor/rank_normal.hpp"

namespace evonas::predictor {
namespace {

constexpr std::size_t kEnsembleChunk = 512;  // graphs that a network scores at once

/// Some more steps for networks that know most labels already.
NetworkTrainingOptions refresh_options() {
  return {.epochs = 0, .least_steps = 60, .optimiser = {.learning_rate = 3e-4}};
}

/// A network without what it may be pre-trained to tell.
std::shared_ptr<FlowNetwork> network_like(FlowNetworkOptions options) {
  options.targets = 0;
  return std::make_shared<FlowNetwork>(options, 0);
}

/// A network to fit.
std::shared_ptr<FlowNetwork> copy_of(FlowNetwork& network) {
  auto copy = network_like(network.options());
  const torch::NoGradGuard no_gradients;
  const auto from = network.named_parameters();
  for (auto& parameter : copy->named_parameters()) parameter.value().copy_(from[parameter.key()]);
  return copy;
}

}  // namespace

/// What a fit leaves behind.
struct NetworkEnsemble::Fitted {
  using Networks = std::vector<std::shared_ptr<FlowNetwork>>;

  Fitted(const RankNormal& ranks, const Networks& fitted, const Placement& placement)
      : labels(ranks), networks(fitted) {
    copies.resize(placement.devices.size());
    for (const auto& network : networks) {
      const Networks alike =
          on_devices(network, placement, [&] { return network_like(network->options()); });
      for (std::size_t device = 0; device < alike.size(); ++device) {
        copies[device].push_back(alike[device]);
      }
    }
  }

  RankNormal labels;
  Networks networks;
  std::vector<Networks> copies;  // by device; those of the first are the networks themselves
};

NetworkEnsemble::NetworkEnsemble(std::shared_ptr<const GraphFeatures> features,
                                 Pretraining pretraining, const ComputingOptions& computing)
    : features_(std::move(features)),
      pretraining_(std::move(pretraining)),
      placement_(std::make_unique<const Placement>(computing)) {}

NetworkEnsemble::~NetworkEnsemble() = default;

void NetworkEnsemble::fit(std::span<const Label> labels, const FitControl& control) {
  check_labels(labels);
  const std::shared_ptr<const PretrainedNetworks> pretrained = pretraining_(control);
  learn(labels, pretrained->networks(), {}, control);
}

void NetworkEnsemble::refresh(std::span<const Label> labels, std::size_t known,
                              const FitControl& control) {
  if (!fitted_ || known == 0) {
    fit(labels, control);
    return;
  }
  learn(labels, fitted_->networks, refresh_options(), control);
}

void NetworkEnsemble::learn(std::span<const Label> labels,
                            std::span<const std::shared_ptr<FlowNetwork>> start,
                            const NetworkTrainingOptions& options, const FitControl& control) {
  at::set_num_threads(1);
  const auto [architectures, transform, scores, noises] = rank(labels);
  const GraphBatch graphs = graphs_of(features_->view(), features_->vocabulary(), architectures);
  const torch::Tensor expected = torch::tensor(std::vector<float>(scores.begin(), scores.end()));
  const torch::Tensor weights = weights_of(noises);
  Fitted::Networks networks(start.size());
  fit_together(start.size(), "network of an ensemble", control,
               [&](std::size_t i, const FitControl& own) {
                 networks[i] = copy_of(*start[i]);
                 networks[i]->to(placement_->device);
                 fit_scores(*networks[i], graphs, expected, weights, options, own);
               });
  fitted_ = std::make_unique<const Fitted>(transform, networks, *placement_);
}

std::vector<Prediction> NetworkEnsemble::predict(std::span<const spaces::Genotype> block) const {
  const Fitted& known = fitted();
  const std::size_t columns = known.networks.size();
  const std::vector<float> scores = score_graphs(
      *placement_, block.size(), flow_encoder(features_->view(), features_->vocabulary(), block),
      [&](std::size_t device, const GraphBatch& graphs) {
        std::vector<torch::Tensor> each;
        for (const auto& network : known.copies[device]) each.push_back(network->forward(graphs));
        return torch::stack(each, 1);
      },
      kEnsembleChunk, columns);
  const auto networks = static_cast<float>(columns);
  std::vector<Prediction> predictions(block.size());
  parallel_chunks(block.size(), kEnsembleChunk, [&](std::size_t first, std::size_t count) {
    for (std::size_t i = first; i < first + count; ++i) {
      float mean = 0.0F;
      float square = 0.0F;
      for (const float score : std::span(scores).subspan(i * columns, columns)) {
        mean += score / networks;
        square += score * score / networks;
      }
      const double spread = std::max(0.0F, square - mean * mean);
      predictions[i] = known.labels.prediction(mean, std::sqrt(spread));
    }
  });
  return predictions;
}

std::size_t NetworkEnsemble::parameters() const {
  std::size_t count = 0;
  if (!fitted_) return count;
  for (const auto& network : fitted_->networks) count += count_weights(*network);
  return count;
}

double NetworkEnsemble::multiply_accumulates(std::size_t nodes) const {
  double sum = 0.0;
  for (const auto& network : fitted().networks) sum += network->multiply_accumulates(nodes);
  return sum;
}

nlohmann::json NetworkEnsemble::state() const {
  nlohmann::json networks = nlohmann::json::array();
  for (const auto& network : fitted().networks) {
    networks.push_back(state_of(*network, torch::kFloat));
  }
  return {{"space", features_->vocabulary().key().hex()},
          {"labels", fitted_->labels.state()},
          {"networks", std::move(networks)}};
}

void NetworkEnsemble::restore(const nlohmann::json& state) {
  fitted_ = std::make_unique<const Fitted>(RankNormal::from_state(state.at("labels")),
                                           networks_from(state, *features_), *placement_);
}

const NetworkEnsemble::Fitted& NetworkEnsemble::fitted() const {
  if (!fitted_) throw PredictorError("the networks have not been fitted yet");
  return *fitted_;
}

}  // namespace evonas::predictor
