#include "predictor/models/carl_predictor.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <torch/utils.h>

#include "base/json.hpp"
#include "base/random.hpp"
#include "predictor/models/batches.hpp"
#include "predictor/models/carl_network.hpp"
#include "predictor/models/early_stopping.hpp"
#include "predictor/models/graph_batch.hpp"
#include "predictor/models/network_training.hpp"
#include "predictor/models/placement.hpp"
#include "predictor/models/scoring.hpp"
#include "predictor/models/tensor_of.hpp"
#include "predictor/models/tensor_state.hpp"
#include "predictor/rank_normal.hpp"

namespace evonas::predictor {
namespace {

constexpr std::size_t kCarlChunk = 256;           // graphs that it scores at once
constexpr std::int64_t kMostCarlNodes = 1 << 16;  // of a network that is read from a file
constexpr std::int64_t kMostCarlSize = 4096;      // likewise its width and its layers

/// The numbers below `count` in a random order.
torch::Tensor random_partners(std::int64_t count, Rng& rng) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  rng.shuffle(std::span(order));
  return index_of(order);
}

/// What CARL makes small of a batch.
torch::Tensor carl_loss(CarlNetwork& network, const GraphBatch& graphs, const torch::Tensor& labels,
                        const torch::Tensor& weights, const CarlFit& options, Rng& rng) {
  static constexpr std::array kLosses = {LossTerm{Loss::SquaredError, 0.5},
                                         LossTerm{Loss::PairwiseLogistic, 0.5}};
  const CarlParts parts = network.split(graphs);
  const torch::Tensor own = network.score(parts.critical, parts.redundant);
  const torch::Tensor others =
      parts.redundant.index_select(0, random_partners(labels.size(0), rng).to(labels.device()));
  const torch::Tensor changed = network.score(parts.critical, others);
  return total_loss(kLosses, own, labels, weights, rng) +
         options.intervention * total_loss(kLosses, changed, labels, weights, rng) +
         options.consistency * (own - changed).abs().mean() +
         options.budget * (parts.shares - options.share).square().mean();
}

}  // namespace

/// What a fit leaves behind.
struct CarlPredictor::Fitted {
  RankNormal labels;
  CarlOptions options;
  std::shared_ptr<CarlNetwork> network;
  std::vector<std::shared_ptr<CarlNetwork>> copies;  // one a device; the first is the network
};

CarlPredictor::CarlPredictor(std::shared_ptr<const GraphFeatures> features, const CarlFit& options,
                             const ComputingOptions& computing)
    : features_(std::move(features)),
      options_(options),
      placement_(std::make_unique<const Placement>(computing)) {}

CarlPredictor::~CarlPredictor() = default;

void CarlPredictor::fit(std::span<const Label> labels, const FitControl& control) {
  at::set_num_threads(1);  // sums in another order would give another fit
  const RankedLabels ranked = rank(labels);
  const GraphBatch graphs =
      graphs_of(features_->view(), features_->vocabulary(), ranked.genotypes, Identities::Kept);
  const CarlOptions network_options = {
      .operations = static_cast<std::int64_t>(features_->vocabulary().width()),
      .nodes = graphs.operations.size(1),
      .layers = options_.layers,
      .width = options_.width};
  auto network = std::make_shared<CarlNetwork>(network_options, control.seed);
  const LabelledGraphs all{.graphs = graphs,
                           .labels = torch::tensor(ranked.scores, torch::kFloat),
                           .weights = weights_of(ranked.noises)};
  const auto count = static_cast<std::int64_t>(labels.size());
  const std::int64_t an_epoch = (count + options_.batch - 1) / options_.batch;
  Batches batches(labels.size(), static_cast<std::size_t>(options_.batch), control.seed);
  Rng rng(control.seed, "interventions");
  network->to(placement_->device);
  network->train();
  train_network(*network, std::max(options_.epochs * an_epoch, options_.least_steps),
                {.learning_rate = options_.learning_rate, .weight_decay = 0.01}, control, [&] {
                  const auto [some, expected, counts] =
                      moved(select(all, index_of(batches.next())), placement_->device);
                  return carl_loss(*network, some, expected, counts, options_, rng);
                });
  network->eval();
  fitted_ = fitted_of(ranked.transform, network_options, network);
}

std::unique_ptr<const CarlPredictor::Fitted> CarlPredictor::fitted_of(
    const RankNormal& labels, const CarlOptions& options,
    const std::shared_ptr<CarlNetwork>& network) const {
  return std::make_unique<const Fitted>(Fitted{.labels = labels,
                                               .options = options,
                                               .network = network,
                                               .copies = on_devices(network, *placement_, [&] {
                                                 return std::make_shared<CarlNetwork>(options, 0);
                                               })});
}

std::vector<Prediction> CarlPredictor::predict(std::span<const spaces::Genotype> block) const {
  const Fitted& known = fitted();
  const std::vector<float> scores = score_graphs(
      *placement_, block.size(),
      flow_encoder(features_->view(), features_->vocabulary(), block, Identities::Kept),
      [&](std::size_t device, const GraphBatch& graphs) {
        return known.copies[device]->forward(graphs);
      },
      kCarlChunk);
  std::vector<Prediction> predictions;
  for (const float score : scores) {
    predictions.push_back({.mean = known.labels.value(static_cast<double>(score))});
  }
  return predictions;
}

std::vector<double> CarlPredictor::node_weights(const spaces::Genotype& architecture) const {
  const Fitted& known = fitted();
  const GraphBatch graph = graphs_of(features_->view(), features_->vocabulary(),
                                     std::span(&architecture, 1), Identities::Kept);
  const Scoring scoring(*placement_);
  const torch::Tensor weights =
      host_scores(known.network->split(moved(graph, placement_->device)).weights);
  const float* first = weights.const_data_ptr<float>();
  return {first, first + weights.size(1)};
}

std::size_t CarlPredictor::parameters() const {
  return fitted_ ? count_weights(*fitted_->network) : 0;
}

double CarlPredictor::multiply_accumulates(std::size_t nodes) const {
  return fitted().network->multiply_accumulates(nodes);
}

nlohmann::json CarlPredictor::state() const {
  const Fitted& known = fitted();
  nlohmann::json weights = nlohmann::json::array();
  for (const torch::Tensor& weight : known.network->parameters()) {
    weights.push_back(state_of(weight));
  }
  return {{"space", features_->vocabulary().key().hex()},
          {"labels", known.labels.state()},
          {"nodes", known.options.nodes},
          {"layers", known.options.layers},
          {"width", known.options.width},
          {"weights", std::move(weights)}};
}

void CarlPredictor::restore(const nlohmann::json& state) {
  check_same_space(state.at("space"), features_->vocabulary().key());
  const auto number = [&](const char* name, std::int64_t most) {
    const auto value = state.at(name).get<std::int64_t>();
    if (value < 1 || value > most) {
      throw PredictorError(
          fmt::format("a network whose {} is {}, expected from 1 to {}", name, value, most));
    }
    return value;
  };
  const CarlOptions options = {
      .operations = static_cast<std::int64_t>(features_->vocabulary().width()),
      .nodes = number("nodes", kMostCarlNodes),
      .layers = number("layers", kMostCarlSize),
      .width = number("width", kMostCarlSize)};
  auto network = std::make_shared<CarlNetwork>(options, 0);
  restore_weights(*network, state.at("weights"));
  network->eval();
  fitted_ = fitted_of(RankNormal::from_state(state.at("labels")), options, network);
}

const CarlPredictor::Fitted& CarlPredictor::fitted() const {
  if (!fitted_) throw PredictorError("carl has not been fitted yet");
  return *fitted_;
}

}  // namespace evonas::predictor
