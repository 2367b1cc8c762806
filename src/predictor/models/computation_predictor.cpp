#include "predictor/models/computation_predictor.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <ATen/Parallel.h>
#include <torch/utils.h>

#include "base/json.hpp"
#include "base/parallel.hpp"
#include "base/random.hpp"
#include "predictor/models/batches.hpp"
#include "predictor/models/computation_network.hpp"
#include "predictor/models/network_training.hpp"
#include "predictor/models/tensor_of.hpp"
#include "predictor/models/tensor_state.hpp"
#include "predictor/rank_normal.hpp"

namespace evonas::predictor {
namespace {

constexpr std::size_t kScoredNetworks = 64;  // that the network scores at once

}  // namespace

/// What a fit leaves behind.
struct ComputationPredictor::Fitted {
  RankNormal labels;
  std::shared_ptr<ComputationNetwork> network;
};

ComputationPredictor::ComputationPredictor(std::shared_ptr<const SpaceGraphs> space, Start start,
                                           const ComputationFit& options)
    : space_(std::move(space)), start_(std::move(start)), options_(options) {}

ComputationPredictor::~ComputationPredictor() = default;

void ComputationPredictor::fit(std::span<const Label> labels, const FitControl& control) {
  at::set_num_threads(1);  // sums in another order would give another fit
  const auto start = start_ ? start_(control) : nullptr;
  if (labels.empty() && start != nullptr && start->labels() > 0) {
    restore(start->state());
    return;
  }
  static constexpr std::array kLosses = {LossTerm{Loss::SquaredError, 0.5},
                                         LossTerm{Loss::PairwiseLogistic, 0.5}};
  const RankedLabels ranked = rank(labels);
  const std::vector<ComputationGraph> graphs = space_->graphs(ranked.genotypes);
  const torch::Tensor scores = torch::tensor(ranked.scores, torch::kFloat);
  const torch::Tensor weights = weights_of(ranked.noises);
  auto network =
      start != nullptr
          ? copy_of(start->network())
          : std::make_shared<ComputationNetwork>(
                ComputationNetworkOptions{.layers = options_.layers, .width = options_.width},
                control.seed);
  const auto count = static_cast<std::int64_t>(labels.size());
  const std::int64_t an_epoch = (count + options_.batch - 1) / options_.batch;
  Batches batches(labels.size(), static_cast<std::size_t>(options_.batch), control.seed);
  Rng rng(control.seed, "pairs of networks");
  network->train();
  train_network(*network, std::max(options_.epochs * an_epoch, options_.least_steps),
                {.learning_rate = options_.learning_rate, .weight_decay = 0.01}, control, [&] {
                  const std::span<const std::int64_t> chosen = batches.next();
                  const torch::Tensor index = index_of(chosen);
                  return total_loss(kLosses, network->score(network->embed(joined(graphs, chosen))),
                                    scores.index_select(0, index),
                                    weights.defined() ? weights.index_select(0, index) : weights,
                                    rng);
                });
  network->eval();
  fitted_ = std::make_unique<const Fitted>(
      Fitted{.labels = ranked.transform, .network = std::move(network)});
}

std::vector<Prediction> ComputationPredictor::predict(
    std::span<const spaces::Genotype> block) const {
  const Fitted& known = fitted();
  std::vector<Prediction> predictions(block.size());
  parallel_chunks(block.size(), kScoredNetworks, [&](std::size_t first, std::size_t count) {
    const torch::NoGradGuard no_gradients;
    const ComputationBatch batch = joined(space_->graphs(block.subspan(first, count)));
    const torch::Tensor scores = known.network->score(known.network->embed(batch)).contiguous();
    for (std::size_t i = 0; i < count; ++i) {
      predictions[first + i].mean =
          known.labels.value(static_cast<double>(scores.const_data_ptr<float>()[i]));
    }
  });
  return predictions;
}

std::size_t ComputationPredictor::parameters() const {
  return fitted_ ? count_weights(*fitted_->network) : 0;
}

double ComputationPredictor::multiply_accumulates(std::size_t nodes) const {
  return fitted().network->multiply_accumulates(nodes);
}

nlohmann::json ComputationPredictor::state() const {
  return {{"labels", fitted().labels.state()}, {"network", state_of(*fitted_->network)}};
}

void ComputationPredictor::restore(const nlohmann::json& state) {
  at::set_num_threads(1);
  if (state.contains("network") && !state.contains("labels")) {
    throw PredictorError(
        "its network has learnt no labels, so its scores mean nothing: fit it to some");
  }
  auto network = computation_network_from(state.at("network"));
  fitted_ = std::make_unique<const Fitted>(
      Fitted{.labels = RankNormal::from_state(state.at("labels")), .network = std::move(network)});
}

const ComputationPredictor::Fitted& ComputationPredictor::fitted() const {
  if (!fitted_) throw PredictorError("cg has not been fitted yet");
  return *fitted_;
}

}  // namespace evonas::predictor
