#include "predictor/models/dngo_head.hpp"

#include <limits>

#include <ATen/CPUGeneratorImpl.h>
#include <fmt/format.h>
#include <torch/utils.h>

#include "base/json.hpp"
#include "predictor/models/batches.hpp"
#include "predictor/models/layers.hpp"
#include "predictor/models/network_training.hpp"
#include "predictor/models/tensor_of.hpp"
#include "predictor/models/tensor_state.hpp"

namespace evonas::predictor {
namespace {

constexpr double kLeastSpread = 1e-9;  // of a feature that differs
constexpr std::int64_t kMostUnits = 1 << 16;

}  // namespace

struct DngoHead::Network : torch::nn::Module {
  Network(std::int64_t features, std::int64_t units, std::uint64_t seed)
      : hidden(register_module("hidden", linear(features, units, true))),
        score(register_module("score", linear(units, 1, true))) {
    draw_linear_weights(*this, at::detail::createCPUGenerator(seed));
  }

  torch::Tensor forward(const torch::Tensor& rows) { return score(hidden(rows).tanh()).squeeze(1); }

  torch::nn::Linear hidden;
  torch::nn::Linear score;
};

DngoHead::DngoHead(const torch::Tensor& rows, const torch::Tensor& scores,
                   const torch::Tensor& weights, const DngoOptions& options,
                   const FitControl& control)
    : means_(rows.mean(0)) {
  const torch::Tensor spread = (rows - means_).square().mean(0).sqrt();
  deviations_ = torch::where(spread > kLeastSpread, spread, torch::ones_like(spread));
  network_ = std::make_shared<Network>(rows.size(1), options.units, control.seed);
  const torch::Tensor taught = standardised(rows);
  const torch::Tensor expected = scores.to(torch::kFloat);
  Batches batches(static_cast<std::size_t>(rows.size(0)), static_cast<std::size_t>(options.batch),
                  control.seed);
  const std::int64_t an_epoch = (rows.size(0) + options.batch - 1) / options.batch;
  train_network(*network_, options.epochs * an_epoch,
                {.learning_rate = options.learning_rate,
                 .weight_decay = 0.0,
                 .second_moment = 0.999,
                 .decay = OptimiserOptions::Decay::None,
                 .longest_gradient = std::numeric_limits<double>::infinity()},
                control, [&] {
                  const torch::Tensor index = index_of(batches.next());
                  const torch::Tensor errors = (network_->forward(taught.index_select(0, index)) -
                                                expected.index_select(0, index))
                                                   .square();
                  if (!weights.defined()) return errors.mean();
                  return (errors * weights.index_select(0, index)).mean();
                });
  const torch::NoGradGuard no_gradients;
  regression_.emplace(basis(rows), scores, weights);
}

DngoHead::DngoHead(const nlohmann::json& state, std::int64_t features)
    : means_(tensor_from(state.at("means"), {features})),
      deviations_(tensor_from(state.at("deviations"), {features})) {
  const auto units = state.at("units").get<std::int64_t>();
  if (units < 1 || units > kMostUnits) {
    throw PredictorError(
        fmt::format("a hidden layer of {} units, expected from 1 to {}", units, kMostUnits));
  }
  network_ = std::make_shared<Network>(features, units, 1);
  restore_weights(*network_, state.at("weights"));
  regression_.emplace(state.at("regression"), units);
}

nlohmann::json DngoHead::state() const {
  nlohmann::json weights = nlohmann::json::array();
  for (const torch::Tensor& weight : network_->parameters()) weights.push_back(state_of(weight));
  return {{"means", state_of(means_)},
          {"deviations", state_of(deviations_)},
          {"units", network_->hidden->weight.size(0)},
          {"weights", std::move(weights)},
          {"regression", regression_->state()}};
}

torch::Tensor DngoHead::standardised(const torch::Tensor& rows) const {
  return ((rows - means_) / deviations_).to(torch::kFloat);
}

torch::Tensor DngoHead::basis(const torch::Tensor& rows) const {
  return network_->hidden(standardised(rows)).tanh().to(torch::kDouble);
}

BayesianRegression::Beliefs DngoHead::predict(const torch::Tensor& rows) const {
  const torch::NoGradGuard no_gradients;
  return regression_->predict(basis(rows));
}

std::size_t DngoHead::parameters() const { return count_weights(*network_); }

double DngoHead::multiply_accumulates() const {
  const torch::Tensor& weight = network_->hidden->weight;
  const auto units = static_cast<double>(weight.size(0));
  return static_cast<double>(weight.numel()) + units + units * units;
}

}  // namespace evonas::predictor
