#include "predictor/models/early_stopping.hpp"

#include <cmath>
#include <numeric>
#include <utility>

#include <torch/utils.h>

#include "base/random.hpp"
#include "predictor/models/graph_batch.hpp"
#include "predictor/models/placement.hpp"

namespace evonas::predictor {

LabelledGraphs select(const LabelledGraphs& all, const torch::Tensor& index) {
  return {.graphs = select(all.graphs, index),
          .labels = all.labels.index_select(0, index),
          .weights = all.weights.defined() ? all.weights.index_select(0, index) : all.weights};
}

LabelledGraphs moved(const LabelledGraphs& all, const torch::Device& device) {
  return {.graphs = moved(all.graphs, device),
          .labels = all.labels.to(device),
          .weights = all.weights.defined() ? all.weights.to(device) : all.weights};
}

HeldOut hold_out(const LabelledGraphs& all, double share, std::uint64_t seed) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(all.labels.size(0)));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  const auto held =
      static_cast<std::size_t>(std::llround(share * static_cast<double>(order.size())));
  if (held < 2 || held >= order.size()) return {.taught = all, .held = std::nullopt};
  Rng(seed, "labels held out").shuffle(std::span(order));
  const auto numbers = torch::tensor(order, torch::kInt64);
  const auto count = static_cast<std::int64_t>(held);
  return {.taught = select(all, numbers.slice(0, count)),
          .held = select(all, numbers.slice(0, 0, count))};
}

BestWeights::BestWeights(GraphModel& network, const LabelledGraphs& held,
                         std::vector<LossTerm> losses, std::uint64_t seed)
    : network_(network),
      held_(moved(held, device_of(network))),
      losses_(std::move(losses)),
      seed_(seed) {
  for (const torch::Tensor& weight : network.parameters()) {
    best_.push_back(weight.detach().clone());
  }
}

void BestWeights::judge() {
  const torch::NoGradGuard no_gradients;
  network_.eval();
  Rng rng(seed_, "pairs held out");
  const double loss =
      total_loss(losses_, network_.forward(held_.graphs), held_.labels, held_.weights, rng)
          .item<double>();
  network_.train();
  ++since_best_;
  if (!(loss < least_)) return;  // nor where it is no number
  least_ = loss;
  since_best_ = 0;
  const std::vector<torch::Tensor> weights = network_.parameters();
  for (std::size_t i = 0; i < weights.size(); ++i) best_[i].copy_(weights[i]);
}

void BestWeights::restore() {
  const torch::NoGradGuard no_gradients;
  std::vector<torch::Tensor> weights = network_.parameters();
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i].copy_(best_[i]);
}

}  // namespace evonas::predictor
