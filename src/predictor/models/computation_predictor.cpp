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
#include "predictor/models/learning_curve.hpp"
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
  at::set_num_threads(1);
  const auto start = start_ ? start_(control) : nullptr;
  if (labels.empty() && start != nullptr && start->labels() > 0) {
    restore(start->state());
    return;
  }
  learn(labels,
        start != nullptr
            ? copy_of(start->network())
            : std::make_shared<ComputationNetwork>(
                  ComputationNetworkOptions{.layers = options_.layers, .width = options_.width},
                  control.seed),
        options_, control);
}

void ComputationPredictor::refresh(std::span<const Label> labels, std::size_t known,
                                   const FitControl& control) {
  if (!fitted_ || known == 0) {
    fit(labels, control);
    return;
  }
  ComputationFit options = options_;
  options.epochs = refresh_epochs(options.epochs);
  options.least_steps = kRefreshSteps;
  options.learning_rate *= kRefreshShare;
  learn(labels, copy_of(*fitted_->network), options, control);
}

void ComputationPredictor::learn(std::span<const Label> labels,
                                 std::shared_ptr<ComputationNetwork> network,
                                 const ComputationFit& options, const FitControl& control) {
  at::set_num_threads(1);  // sums in another order would give another fit
  static constexpr std::array kLosses = {LossTerm{Loss::SquaredError, 0.5},
                                         LossTerm{Loss::PairwiseLogistic, 0.5}};
  const RankedLabels ranked = rank(labels);
  const std::vector<ComputationGraph> graphs = space_->graphs(ranked.genotypes);
  const torch::Tensor scores = torch::tensor(ranked.scores, torch::kFloat);
  const torch::Tensor weights = weights_of(ranked.noises);
  const auto count = static_cast<std::int64_t>(labels.size());
  const std::int64_t an_epoch = (count + options.batch - 1) / options.batch;
  const std::int64_t steps = std::max(options.epochs * an_epoch, options.least_steps);
  Batches batches(labels.size(), static_cast<std::size_t>(options.batch), control.seed);
  Rng rng(control.seed, "pairs of networks");
  auto fitted = std::make_unique<const Fitted>(
      Fitted{.labels = ranked.transform, .network = std::move(network)});
  ComputationNetwork& trained = *fitted->network;
  LearningCurve curve(listener_of(control,
                                  [&](std::span<const spaces::Genotype> block) {
                                    return predictions(*fitted, block);
                                  }),
                      steps, an_epoch);
  trained.train();
  train_network(
      trained, steps, {.learning_rate = options.learning_rate, .weight_decay = 0.01}, control,
      [&] {
        const std::span<const std::int64_t> chosen = batches.next();
        const torch::Tensor index = index_of(chosen);
        torch::Tensor loss =
            total_loss(kLosses, trained.score(trained.embed(joined(graphs, chosen))),
                       scores.index_select(0, index),
                       weights.defined() ? weights.index_select(0, index) : weights, rng);
        curve.add(loss);
        return loss;
      },
      [&] { return curve.tell_if_due(trained); });
  trained.eval();
  fitted_ = std::move(fitted);
}

std::vector<Prediction> ComputationPredictor::predict(
    std::span<const spaces::Genotype> block) const {
  return predictions(fitted(), block);
}

std::vector<Prediction> ComputationPredictor::predictions(
    const Fitted& known, std::span<const spaces::Genotype> block) const {
  std::vector<Prediction> expected(block.size());
  parallel_chunks(block.size(), kScoredNetworks, [&](std::size_t first, std::size_t count) {
    const torch::NoGradGuard no_gradients;
    const ComputationBatch batch = joined(space_->graphs(block.subspan(first, count)));
    const torch::Tensor scores = known.network->score(known.network->embed(batch)).contiguous();
    for (std::size_t i = 0; i < count; ++i) {
      expected[first + i].mean =
          known.labels.value(static_cast<double>(scores.const_data_ptr<float>()[i]));
    }
  });
  return expected;
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
