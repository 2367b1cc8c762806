#include "predictor/models/network_training.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <optional>

#include <ATen/ops/_foreach_lerp.h>
#include <torch/utils.h>

#include "base/json.hpp"
#include "base/random.hpp"
#include "predictor/label_noise.hpp"
#include "predictor/models/adamw.hpp"
#include "predictor/models/batches.hpp"
#include "predictor/models/early_stopping.hpp"
#include "predictor/models/graph_batch.hpp"
#include "predictor/models/placement.hpp"
#include "predictor/models/tensor_of.hpp"
#include "predictor/models/tensor_state.hpp"

namespace evonas::predictor {
namespace {

constexpr double kWarmUp = 0.1;  // share of the steps

/// Learning rate as a share of its peak.
double rate_at(std::int64_t step, std::int64_t steps, const OptimiserOptions& options) {
  if (options.decay == OptimiserOptions::Decay::None) return 1.0;
  const double done = static_cast<double>(step) / static_cast<double>(steps);
  const double left = options.decay == OptimiserOptions::Decay::Cosine
                          ? 0.5 * (1.0 + std::cos(std::numbers::pi * done))
                          : 1.0 - done;
  const double warm = (static_cast<double>(step) + 1.0) / (kWarmUp * static_cast<double>(steps));
  return std::min(1.0, warm) * (options.last_rate + (1.0 - options.last_rate) * left);
}

/// A moving average of the weights of a network.
class AverageWeights {
 public:
  AverageWeights(const torch::nn::Module& network, double decay)
      : weights_(network.parameters()), decay_(decay) {
    for (const torch::Tensor& weight : weights_) averages_.push_back(weight.detach().clone());
  }

  void add_step() {
    const torch::NoGradGuard no_gradients;
    at::_foreach_lerp_(averages_, weights_, 1.0 - decay_);
  }

  nlohmann::json state() const { return states_of(averages_); }
  void restore(const nlohmann::json& state) { restore_tensors(averages_, state); }

  /// Puts the averages in the place of the weights, and these in theirs.
  void exchange() {
    const torch::NoGradGuard no_gradients;
    for (std::size_t i = 0; i < weights_.size(); ++i) {
      const torch::Tensor weight = weights_[i].clone();
      weights_[i].copy_(averages_[i]);
      averages_[i].copy_(weight);
    }
  }

 private:
  std::vector<torch::Tensor> weights_;
  std::vector<torch::Tensor> averages_;
  double decay_;
};

/// The loss of a batch, which is on the host, and how far twins are apart.
torch::Tensor loss_of_batch(GraphModel& network, const LabelledGraphs& batch,
                            const NetworkTrainingOptions& options, Rng& rng) {
  const torch::Device device = device_of(network);
  const auto [graphs, labels, weights] = moved(batch, device);
  const torch::Tensor scores = network.forward(graphs);
  if (options.twin == Twin::None) return total_loss(options.losses, scores, labels, weights, rng);
  const torch::Tensor twins = network.forward(
      options.twin == Twin::Same ? graphs : moved(reordered(batch.graphs, rng), device));
  const auto both = [](const torch::Tensor& tensor) {
    return tensor.defined() ? torch::cat({tensor, tensor}) : tensor;
  };
  return total_loss(options.losses, torch::cat({scores, twins}), both(labels), both(weights), rng) +
         options.consistency * (scores - twins).abs().mean();
}

}  // namespace

void train_network(torch::nn::Module& network, std::int64_t steps, const OptimiserOptions& options,
                   const FitControl& control, const std::function<torch::Tensor()>& loss_of_step,
                   const std::function<bool()>& after_step, const TrainingKeeper& kept) {
  AdamW optimiser(network.parameters(),
                  {.weight_decay = options.weight_decay, .second_moment = options.second_moment});
  std::int64_t first = 0;
  if (kept.keeper != nullptr) {
    if (const nlohmann::json before = kept.keeper->kept(); !before.is_null()) {
      first = before.at("step").get<std::int64_t>();
      restore_weights(network, before.at("weights"));
      optimiser.restore(before.at("optimiser"));
      kept.restore(before.at("rest"), first);
    }
  }
  const auto keep = [&](std::int64_t step) {
    kept.keeper->keep({{"step", step},
                       {"weights", states_of(network.parameters())},
                       {"optimiser", optimiser.state()},
                       {"rest", kept.state()}});
  };
  for (std::int64_t step = first; step < steps; ++step) {
    if (control.stop.stop_requested()) {
      if (kept.keeper != nullptr && step > first) keep(step);
      throw PredictorError("the fit was stopped");
    }
    if (kept.keeper != nullptr && step > first && kept.keeper->is_due()) keep(step);
    optimiser.zero_gradients();
    loss_of_step().backward();
    optimiser.clip_gradients(options.longest_gradient);
    optimiser.step(options.learning_rate * rate_at(step, steps, options));
    const bool goes_on = !after_step || after_step();
    if (control.progress) {
      control.progress(goes_on ? static_cast<double>(step + 1) / static_cast<double>(steps) : 1.0);
    }
    if (!goes_on) return;
  }
}

torch::Tensor weights_of(std::span<const double> noises) {
  const std::vector<double> weights = noise_weights(noises);
  if (weights.empty()) return {};
  return torch::tensor(std::vector<float>(weights.begin(), weights.end()));
}

NetworkTrainingOptions changed(NetworkTrainingOptions recipe, const FittingOptions& options) {
  if (options.epochs > 0) recipe.epochs = options.epochs;
  if (!options.losses.empty()) recipe.losses = parse_losses(options.losses);
  recipe.average = options.average.value_or(recipe.average);
  recipe.validation = options.validation.value_or(recipe.validation);
  recipe.patience = options.patience.value_or(recipe.patience);
  recipe.consistency = options.consistency.value_or(recipe.consistency);
  if (options.twin) {
    recipe.twin = *options.twin == "same"            ? Twin::Same
                  : *options.twin == "another_order" ? Twin::AnotherOrder
                                                     : Twin::None;
  }
  return recipe;
}

std::int64_t refresh_epochs(std::int64_t epochs) { return std::max<std::int64_t>(2, epochs / 50); }

NetworkTrainingOptions for_refresh(NetworkTrainingOptions fit) {
  fit.epochs = refresh_epochs(fit.epochs);
  fit.least_steps = kRefreshSteps;
  fit.optimiser.learning_rate *= kRefreshShare;
  fit.validation = 0.0;
  return fit;
}

void fit_scores(GraphModel& network, const TrainingSet& set, const NetworkTrainingOptions& options,
                const FitControl& control, const LearningCurve::Listener& on_point) {
  check_losses(options.losses, set.labels);
  const HeldOut parts = hold_out(set.labels.size(0), options.validation, control.seed);
  const std::int64_t count = parts.taught.size(0);
  Batches batches(static_cast<std::size_t>(count), static_cast<std::size_t>(options.batch),
                  control.seed);
  Rng rng(control.seed, "pairs and orders");
  AverageWeights average(network, options.average);
  const bool averages = options.average > 0.0;
  std::optional<BestWeights> best;
  if (parts.held.defined()) {
    best.emplace(network, set, parts.held, options.losses, control.seed);
  }
  network.train();
  const std::int64_t an_epoch = (count + options.batch - 1) / options.batch;
  const std::int64_t steps = std::max(options.epochs * an_epoch, options.least_steps);
  LearningCurve curve(on_point, steps, an_epoch);
  std::int64_t step = 0;
  train_network(
      network, steps, options.optimiser, control,
      [&] {
        const torch::Tensor index = parts.taught.index_select(0, index_of(batches.next()));
        torch::Tensor loss = loss_of_batch(network, select(set, index), options, rng);
        curve.add(loss);
        return loss;
      },
      [&] {
        if (averages) average.add_step();
        ++step;
        const bool judges = best && (step % an_epoch == 0 || step == steps);
        if (!judges && !curve.is_due()) return true;
        if (averages) average.exchange();
        const double held_out = judges ? best->judge() : std::numeric_limits<double>::quiet_NaN();
        if (curve.is_due()) curve.tell(network, held_out);
        if (averages) average.exchange();
        return !best || best->since_best() < options.patience;
      },
      {.keeper = control.keeper,
       .state =
           [&] {
             return nlohmann::json{{"average", average.state()},
                                   {"best", best ? best->state() : nlohmann::json()},
                                   {"drawn", rng.drawn()},
                                   {"chance", state_of(network.chance())},
                                   {"curve", curve.state()}};
           },
       .restore =
           [&](const nlohmann::json& state, std::int64_t steps_done) {
             step = steps_done;
             for (std::int64_t i = 0; i < step; ++i) batches.next();
             average.restore(state.at("average"));
             if (best) best->remember(state.at("best"));
             rng.seek(state.at("drawn").get<std::uint64_t>());
             restore_generator(network.chance(), state.at("chance"));
             curve.restore(state.at("curve"), step);
           }});
  if (best) {
    best->restore();
  } else if (averages) {
    average.exchange();
  }
  network.eval();
}

}  // namespace evonas::predictor
