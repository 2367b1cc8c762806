#include "predictor/models/early_stopping.hpp"

#include <cmath>
#include <numeric>
#include <utility>

#include <torch/utils.h>

#include "base/json.hpp"
#include "base/random.hpp"
#include "predictor/models/graph_batch.hpp"
#include "predictor/models/placement.hpp"
#include "predictor/models/tensor_of.hpp"
#include "predictor/models/tensor_state.hpp"

namespace evonas::predictor {
namespace {

constexpr std::int64_t kHeldAtOnce = 128;  // graphs that are judged in one call of a network

}  // namespace

TrainingSet training_set(const GraphBatch& graphs, const torch::Tensor& labels,
                         const torch::Tensor& weights) {
  return {.graphs = [&graphs](const torch::Tensor& index) { return select(graphs, index); },
          .labels = labels,
          .weights = weights};
}

LabelledGraphs select(const TrainingSet& all, const torch::Tensor& index) {
  return {.graphs = all.graphs(index),
          .labels = all.labels.index_select(0, index),
          .weights = all.weights.defined() ? all.weights.index_select(0, index) : all.weights};
}

LabelledGraphs moved(const LabelledGraphs& all, const torch::Device& device) {
  return {.graphs = moved(all.graphs, device),
          .labels = all.labels.to(device),
          .weights = all.weights.defined() ? all.weights.to(device) : all.weights};
}

HeldOut hold_out(std::int64_t labels, double share, std::uint64_t seed) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(labels));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  const auto held =
      static_cast<std::size_t>(std::llround(share * static_cast<double>(order.size())));
  if (held < 2 || held >= order.size()) return {.taught = index_of(order), .held = {}};
  Rng(seed, "labels held out").shuffle(std::span(order));
  const torch::Tensor numbers = index_of(order);
  const auto count = static_cast<std::int64_t>(held);
  return {.taught = numbers.slice(0, count), .held = numbers.slice(0, 0, count)};
}

BestWeights::BestWeights(GraphModel& network, const TrainingSet& all, const torch::Tensor& held,
                         std::vector<LossTerm> losses, std::uint64_t seed)
    : network_(network), losses_(std::move(losses)), seed_(seed) {
  const torch::Device device = device_of(network);
  for (const torch::Tensor& index : held.split(kHeldAtOnce)) {
    graphs_.push_back(moved(all.graphs(index), device));
  }
  labels_ = all.labels.index_select(0, held).to(device);
  if (all.weights.defined()) weights_ = all.weights.index_select(0, held).to(device);
  for (const torch::Tensor& weight : network.parameters()) {
    best_.push_back(weight.detach().clone());
  }
}

double BestWeights::judge() {
  const torch::NoGradGuard no_gradients;
  network_.eval();
  std::vector<torch::Tensor> scores;
  for (const GraphBatch& graphs : graphs_) scores.push_back(network_.forward(graphs));
  Rng rng(seed_, "pairs held out");
  const double loss =
      total_loss(losses_, torch::cat(scores), labels_, weights_, rng).item<double>();
  network_.train();
  ++since_best_;
  if (!(loss < least_)) return loss;  // nor where it is no number
  least_ = loss;
  since_best_ = 0;
  const std::vector<torch::Tensor> weights = network_.parameters();
  for (std::size_t i = 0; i < weights.size(); ++i) best_[i].copy_(weights[i]);
  return loss;
}

void BestWeights::restore() {
  const torch::NoGradGuard no_gradients;
  std::vector<torch::Tensor> weights = network_.parameters();
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i].copy_(best_[i]);
}

nlohmann::json BestWeights::state() const {
  return {{"weights", states_of(best_)}, {"least", least_}, {"since_best", since_best_}};
}

void BestWeights::remember(const nlohmann::json& state) {
  restore_tensors(best_, state.at("weights"));
  state.at("least").get_to(least_);
  state.at("since_best").get_to(since_best_);
}

}  // namespace evonas::predictor
