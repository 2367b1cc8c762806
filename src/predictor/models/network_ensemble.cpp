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
#include "predictor/models/tensor_state.hpp"
#include "predictor/rank_normal.hpp"

namespace evonas::predictor {
namespace {

constexpr std::size_t kEnsembleChunk = 512;  // architectures that a network scores at once

/// Some more steps for networks that know most labels already.
NetworkTrainingOptions refresh_options() {
  return {.epochs = 0, .least_steps = 60, .optimiser = {.learning_rate = 3e-4}};
}

/// A network to fit, without what it was pre-trained to tell.
std::shared_ptr<FlowNetwork> copy_of(FlowNetwork& network) {
  FlowNetworkOptions options = network.options();
  options.targets = 0;
  auto copy = std::make_shared<FlowNetwork>(options, 0);
  const torch::NoGradGuard no_gradients;
  const auto from = network.named_parameters();
  for (auto& parameter : copy->named_parameters()) parameter.value().copy_(from[parameter.key()]);
  return copy;
}

}  // namespace

/// What a fit leaves behind.
struct NetworkEnsemble::Fitted {
  RankNormal labels;
  std::vector<std::shared_ptr<FlowNetwork>> networks;
};

NetworkEnsemble::NetworkEnsemble(std::shared_ptr<const GraphFeatures> features,
                                 Pretraining pretraining, const NetworkOptions& options)
    : features_(std::move(features)),
      pretraining_(std::move(pretraining)),
      fitting_(options.fitting),
      placement_(std::make_unique<const Placement>(options.computing)) {
  fitting_.epochs = 0;
}

NetworkEnsemble::~NetworkEnsemble() = default;

void NetworkEnsemble::fit(std::span<const Label> labels, const FitControl& control) {
  check_labels(labels);
  const std::shared_ptr<const PretrainedNetworks> pretrained = pretraining_(control);
  learn(labels, pretrained->networks(), changed({}, fitting_), control);
}

void NetworkEnsemble::refresh(std::span<const Label> labels, std::size_t known,
                              const FitControl& control) {
  if (!fitted_ || known == 0) {
    fit(labels, control);
    return;
  }
  NetworkTrainingOptions options = changed(refresh_options(), fitting_);
  options.validation = 0.0;  // so few steps need no end in time
  learn(labels, fitted_->networks, options, control);
}

void NetworkEnsemble::learn(std::span<const Label> labels,
                            std::span<const std::shared_ptr<FlowNetwork>> start,
                            const NetworkTrainingOptions& options, const FitControl& control) {
  at::set_num_threads(1);
  const auto [architectures, transform, scores, noises] = rank(labels);
  auto fitted = std::make_unique<Fitted>(Fitted{.labels = transform, .networks = {}});
  const GraphBatch graphs = graphs_of(features_->view(), features_->vocabulary(), architectures);
  const torch::Tensor expected = torch::tensor(std::vector<float>(scores.begin(), scores.end()));
  const TrainingSet set = training_set(graphs, expected, weights_of(noises));
  fitted->networks.resize(start.size());
  const LearningCurve::Listener told =
      listener_of(control, [&](std::span<const spaces::Genotype> block) {
        return predictions({.labels = fitted->labels, .networks = {fitted->networks[0]}}, block);
      });
  fit_together(start.size(), "network of an ensemble", control,
               [&](std::size_t i, const FitControl& own) {
                 fitted->networks[i] = copy_of(*start[i]);
                 fitted->networks[i]->to(placement_->device);
                 fit_scores(*fitted->networks[i], set, options, own,
                            i == 0 ? told : LearningCurve::Listener());
               });
  fitted_ = std::move(fitted);
}

std::vector<Prediction> NetworkEnsemble::predict(std::span<const spaces::Genotype> block) const {
  return predictions(fitted(), block);
}

std::vector<Prediction> NetworkEnsemble::predictions(
    const Fitted& known, std::span<const spaces::Genotype> block) const {
  const auto networks = static_cast<float>(known.networks.size());
  std::vector<Prediction> expected(block.size());
  const std::size_t chunk = placement_->chunk(kEnsembleChunk);
  parallel_chunks(block.size(), chunk, [&](std::size_t first, std::size_t count) {
    const Scoring scoring(*placement_);
    const GraphBatch graphs =
        moved(graphs_of(features_->view(), features_->vocabulary(), block.subspan(first, count)),
              placement_->device);
    std::vector<float> means(count, 0.0F);
    std::vector<float> squares(count, 0.0F);
    for (const auto& network : known.networks) {
      const torch::Tensor scores = host_scores(network->forward(graphs));
      for (std::size_t i = 0; i < count; ++i) {
        const float score = scores.data_ptr<float>()[i];
        means[i] += score / networks;
        squares[i] += score * score / networks;
      }
    }
    for (std::size_t i = 0; i < count; ++i) {
      const double spread = std::max(0.0F, squares[i] - means[i] * means[i]);
      expected[first + i] = known.labels.prediction(means[i], std::sqrt(spread));
    }
  });
  return expected;
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
  fitted_ =
      std::make_unique<const Fitted>(Fitted{.labels = RankNormal::from_state(state.at("labels")),
                                            .networks = networks_from(state, *features_)});
  for (const auto& network : fitted_->networks) network->to(placement_->device);
}

const NetworkEnsemble::Fitted& NetworkEnsemble::fitted() const {
  if (!fitted_) throw PredictorError("the networks have not been fitted yet");
  return *fitted_;
}

}  // namespace evonas::predictor
