#include "predictor/models/network_ensemble.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <ATen/Parallel.h>
#include <torch/utils.h>

#include "base/json.hpp"
#include "base/parallel.hpp"
#include "predictor/fit_together.hpp"
#include "predictor/models/flow_network.hpp"
#include "predictor/models/graph_batch.hpp"
#include "predictor/models/label_tables.hpp"
#include "predictor/models/network_training.hpp"
#include "predictor/models/placement.hpp"
#include "predictor/models/scoring.hpp"
#include "predictor/models/tensor_state.hpp"

namespace evonas::predictor {
namespace {

constexpr std::size_t kEnsembleChunk = 512;  // graphs that a network scores at once

/// Some more steps for networks that know most labels already.
NetworkTrainingOptions refresh_options() {
  return {.epochs = 0, .least_steps = 20, .optimiser = {.learning_rate = 3e-4}};
}

/// A network without what it may be pre-trained to tell.
std::shared_ptr<FlowNetwork> network_like(FlowNetworkOptions options) {
  options.targets = 0;
  return std::make_shared<FlowNetwork>(options, 0);
}

/// A network to fit to so many metrics. Where it has one score, each metric begins with that.
std::shared_ptr<FlowNetwork> copy_of(FlowNetwork& network, std::size_t metrics) {
  FlowNetworkOptions options = network.options();
  options.scores = static_cast<std::int64_t>(metrics);
  auto copy = network_like(options);
  const torch::NoGradGuard no_gradients;
  const auto from = network.named_parameters();
  for (auto& parameter : copy->named_parameters()) parameter.value().copy_(from[parameter.key()]);
  return copy;
}

}  // namespace

/// What a fit leaves behind.
struct NetworkEnsemble::Fitted {
  using Networks = std::vector<std::shared_ptr<FlowNetwork>>;

  Fitted(std::vector<RankNormal> ranks, const Networks& fitted, const Placement& placement)
      : labels(std::move(ranks)), networks(fitted) {
    copies.resize(placement.devices.size());
    for (const auto& network : networks) {
      const Networks alike =
          on_devices(network, placement, [&] { return network_like(network->options()); });
      for (std::size_t device = 0; device < alike.size(); ++device) {
        copies[device].push_back(alike[device]);
      }
    }
  }

  std::vector<RankNormal> labels;  // by metric
  Networks networks;
  std::vector<Networks> copies;  // by device; those of the first are the networks themselves
};

NetworkEnsemble::NetworkEnsemble(std::shared_ptr<const GraphFeatures> features,
                                 Pretraining pretraining, const NetworkOptions& options,
                                 std::size_t metrics)
    : features_(std::move(features)),
      pretraining_(std::move(pretraining)),
      fitting_(options.fitting),
      placement_(std::make_unique<const Placement>(options.computing)),
      metrics_(metrics) {
  fitting_.epochs = 0;
}

NetworkEnsemble::~NetworkEnsemble() = default;

void NetworkEnsemble::fit(LabelLists labels, const FitControl& control) {
  check_label_lists(labels, metrics_);
  const std::shared_ptr<const PretrainedNetworks> pretrained = pretraining_(control);
  learn(labels, pretrained->networks(), changed({}, fitting_), control);
}

void NetworkEnsemble::refresh(LabelLists labels, std::span<const std::size_t> known,
                              const FitControl& control) {
  if (!fitted_ || std::ranges::find(known, std::size_t{0}) != known.end()) {
    fit(labels, control);
    return;
  }
  NetworkTrainingOptions options = changed(refresh_options(), fitting_);
  options.validation = 0.0;  // so few steps need no end in time
  learn(labels, fitted_->networks, options, control);
}

void NetworkEnsemble::learn(LabelLists labels, std::span<const std::shared_ptr<FlowNetwork>> start,
                            const NetworkTrainingOptions& options, const FitControl& control) {
  at::set_num_threads(1);
  const std::vector<RankedLabels> ranked = rank_each(labels, metrics_);
  const JoinedLabels joined = join(labels);
  const GraphBatch graphs =
      graphs_of(features_->view(), features_->vocabulary(), joined.architectures);
  std::vector<std::vector<double>> scores;
  for (const RankedLabels& of_metric : ranked) scores.push_back(of_metric.scores);
  const TrainingSet set =
      training_set(graphs, by_architecture(joined, scores, std::numeric_limits<float>::quiet_NaN()),
                   weights_by_architecture(joined, ranked));
  const Placement first = placement_->first();
  Fitted::Networks networks(start.size());
  // The curve is that of the first network and the first metric.
  const LearningCurve::Listener told =
      listener_of(control, [&](std::span<const spaces::Genotype> block) {
        return predictions(Fitted(transforms_of(ranked), {networks[0]}, first), first, block)
            .front();
      });
  fit_together(
      start.size(), "network of an ensemble", control, [&](std::size_t i, const FitControl& own) {
        networks[i] = copy_of(*start[i], metrics_);
        networks[i]->to(placement_->device);
        fit_scores(*networks[i], set, options, own, i == 0 ? told : LearningCurve::Listener());
      });
  fitted_ = std::make_unique<const Fitted>(transforms_of(ranked), networks, *placement_);
}

std::vector<std::vector<Prediction>> NetworkEnsemble::predict(
    std::span<const spaces::Genotype> block) const {
  return predictions(fitted(), *placement_, block);
}

std::vector<float> NetworkEnsemble::scores_of(const Fitted& known, const Placement& placement,
                                              std::span<const spaces::Genotype> block) const {
  return score_graphs(
      placement, block.size(), flow_encoder(features_->view(), features_->vocabulary(), block),
      [&](std::size_t device, const GraphBatch& graphs) {
        std::vector<torch::Tensor> each;
        for (const auto& network : known.copies[device]) {
          each.push_back(network->forward(graphs).reshape(
              {graphs.mask.size(0), static_cast<std::int64_t>(metrics_)}));
        }
        return torch::cat(each, 1);
      },
      kEnsembleChunk, known.networks.size() * metrics_);
}

std::vector<double> NetworkEnsemble::shares() const {
  const std::size_t networks = fitted().networks.size();
  return std::vector<double>(networks, 1.0 / static_cast<double>(networks));
}

std::vector<MemberMeans> NetworkEnsemble::predict_members(
    std::span<const spaces::Genotype> block) const {
  const std::vector<float> scores = scores_of(fitted(), *placement_, block);
  const std::size_t networks = fitted_->networks.size();
  std::vector<MemberMeans> means(metrics_,
                                 MemberMeans(networks, std::vector<double>(block.size())));
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const std::size_t metric = i % metrics_;
    means[metric][i / metrics_ % networks][i / metrics_ / networks] =
        fitted_->labels[metric].value(scores[i]);
  }
  return means;
}

std::vector<std::vector<Prediction>> NetworkEnsemble::predictions(
    const Fitted& known, const Placement& placement,
    std::span<const spaces::Genotype> block) const {
  const std::size_t columns = known.networks.size() * metrics_;
  const std::vector<float> scores = scores_of(known, placement, block);
  const auto networks = static_cast<float>(known.networks.size());
  std::vector<std::vector<Prediction>> expected(metrics_, std::vector<Prediction>(block.size()));
  parallel_chunks(block.size(), kEnsembleChunk, [&](std::size_t first, std::size_t count) {
    for (std::size_t i = first * metrics_; i < (first + count) * metrics_; ++i) {
      const std::size_t architecture = i / metrics_;
      const std::size_t metric = i % metrics_;
      float mean = 0.0F;
      float square = 0.0F;
      for (std::size_t network = 0; network < known.networks.size(); ++network) {
        const float score = scores[architecture * columns + network * metrics_ + metric];
        mean += score / networks;
        square += score * score / networks;
      }
      const double spread = std::max(0.0F, square - mean * mean);
      expected[metric][architecture] = known.labels[metric].prediction(mean, std::sqrt(spread));
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
          {"labels", state_of(fitted_->labels)},
          {"networks", std::move(networks)}};
}

void NetworkEnsemble::restore(const nlohmann::json& state) {
  std::vector<RankNormal> labels = transforms_from(state.at("labels"), metrics_);
  fitted_ = std::make_unique<const Fitted>(std::move(labels),
                                           networks_from(state, *features_, metrics_), *placement_);
}

const NetworkEnsemble::Fitted& NetworkEnsemble::fitted() const {
  if (!fitted_) throw PredictorError("the networks have not been fitted yet");
  return *fitted_;
}

}  // namespace evonas::predictor
