#include "predictor/models/network_training.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include <torch/nn/utils/clip_grad.h>
#include <torch/optim/adamw.h>
#include <torch/utils.h>

#include "base/random.hpp"
#include "predictor/models/graph_batch.hpp"

namespace evonas::predictor {
namespace {

constexpr double kWarmUp = 0.1;     // share of the steps
constexpr double kLastRate = 0.03;  // share of the learning rate that is left at the end
constexpr double kLongestGradient = 1.0;
constexpr std::size_t kSmallestBatch = 8;  // a rest of fewer labels waits for the next epoch

/// Learning rate as a share of its peak.
double rate_at(std::int64_t step, std::int64_t steps) {
  const double done = static_cast<double>(step) / static_cast<double>(steps);
  const double cosine = 0.5 * (1.0 + std::cos(std::numbers::pi * done));
  const double warm = (static_cast<double>(step) + 1.0) / (kWarmUp * static_cast<double>(steps));
  return std::min(1.0, warm) * (kLastRate + (1.0 - kLastRate) * cosine);
}

/// Batches of numbers below `count`, every epoch in a new order.
class Batches {
 public:
  Batches(std::size_t count, std::size_t size, std::uint64_t seed)
      : order_(count), size_(std::min(size, count)), rng_(seed, "order of labels") {
    std::iota(order_.begin(), order_.end(), std::int64_t{0});
    at_ = count;
  }

  torch::Tensor next() {
    const std::size_t least = std::min(kSmallestBatch, order_.size());
    if (order_.size() - at_ < least) {
      rng_.shuffle(std::span(order_));
      at_ = 0;
    }
    const std::size_t end = std::min(order_.size(), at_ + size_);
    const std::vector<std::int64_t> batch(order_.begin() + static_cast<std::ptrdiff_t>(at_),
                                          order_.begin() + static_cast<std::ptrdiff_t>(end));
    at_ = end;
    return torch::tensor(batch, torch::kInt64);
  }

 private:
  std::vector<std::int64_t> order_;
  std::size_t size_;
  std::size_t at_ = 0;
  Rng rng_;
};

}  // namespace

torch::Tensor ranking_loss(const torch::Tensor& scores, const torch::Tensor& labels) {
  const torch::Tensor apart = labels.unsqueeze(1) - labels.unsqueeze(0);
  const torch::Tensor margin = (scores.unsqueeze(1) - scores.unsqueeze(0)) * apart.sign();
  return (torch::softplus(-2.0 * margin) * apart.abs()).sum() / (apart.abs().sum() + 1e-6);
}

void train_network(torch::nn::Module& network, std::int64_t steps,
                   const NetworkTrainingOptions& options, const FitControl& control,
                   const std::function<torch::Tensor()>& loss_of_step) {
  std::vector<torch::Tensor> matrices;
  std::vector<torch::Tensor> vectors;
  for (const torch::Tensor& parameter : network.parameters()) {
    (parameter.dim() > 1 ? matrices : vectors).push_back(parameter);
  }
  const auto with_decay = [&](double decay) {
    return std::make_unique<torch::optim::AdamWOptions>(
        torch::optim::AdamWOptions(options.learning_rate).betas({0.9, 0.98}).weight_decay(decay));
  };
  std::vector<torch::optim::OptimizerParamGroup> groups;
  groups.emplace_back(matrices, with_decay(options.weight_decay));
  groups.emplace_back(vectors, with_decay(0.0));
  torch::optim::AdamW optimiser(groups, torch::optim::AdamWOptions(options.learning_rate));
  for (std::int64_t step = 0; step < steps; ++step) {
    if (control.stop.stop_requested()) throw PredictorError("the fit was stopped");
    for (auto& group : optimiser.param_groups()) {
      group.options().set_lr(options.learning_rate * rate_at(step, steps));
    }
    optimiser.zero_grad();
    loss_of_step().backward();
    torch::nn::utils::clip_grad_norm_(network.parameters(), kLongestGradient);
    optimiser.step();
    if (control.progress) {
      control.progress(static_cast<double>(step + 1) / static_cast<double>(steps));
    }
  }
}

void fit_scores(FlowNetwork& network, const GraphBatch& graphs, const torch::Tensor& labels,
                const NetworkTrainingOptions& options, const FitControl& control) {
  const std::int64_t count = labels.size(0);
  Batches batches(static_cast<std::size_t>(count), static_cast<std::size_t>(options.batch),
                  control.seed);
  const std::int64_t an_epoch = (count + options.batch - 1) / options.batch;
  train_network(network, std::max(options.epochs * an_epoch, options.least_steps), options, control,
                [&] {
                  const torch::Tensor index = batches.next();
                  const torch::Tensor scores = network.forward(select(graphs, index));
                  const torch::Tensor expected = labels.index_select(0, index);
                  return options.squared_error * (scores - expected).square().mean() +
                         options.ranking * ranking_loss(scores, expected);
                });
}

}  // namespace evonas::predictor
