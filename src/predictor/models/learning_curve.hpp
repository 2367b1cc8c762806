#pragma once

#include <cstdint>
#include <functional>

#include <nlohmann/json_fwd.hpp>
#include <torch/nn/module.h>
#include <torch/types.h>

#include "predictor/predictor.hpp"

namespace evonas::predictor {

/// Tells how the training of a network goes, at up to about 100 of its epochs. Costs nothing where
/// nobody listens.
class LearningCurve {
 public:
  using Listener = std::function<void(const LearningPoint& point)>;

  /// Of a training of `steps` steps, at least one, an epoch being `an_epoch` of them. `listener`
  /// may be empty.
  LearningCurve(Listener listener, std::int64_t steps, std::int64_t an_epoch);

  /// What it knows between two points, and the reverse after so many steps.
  nlohmann::json state() const;
  void restore(const nlohmann::json& state, std::int64_t step);

  /// Takes the loss of the next step.
  void add(const torch::Tensor& loss);
  /// Whether the last step ends an epoch that is to be told.
  bool is_due() const;
  /// Tells it, the network being in evaluation mode meanwhile. `held_out` is no number where no
  /// labels are held out.
  void tell(torch::nn::Module& network, double held_out);
  /// Tells it where it is due, no labels being held out; always true, for train_network().
  bool tell_if_due(torch::nn::Module& network);

 private:
  Listener listener_;
  std::int64_t steps_;
  std::int64_t an_epoch_;
  std::int64_t stride_;  // in epochs
  std::int64_t step_ = 0;
  std::int64_t summed_ = 0;
  torch::Tensor sum_;
};

/// What tells `control.on_point` of a fit that would predict by `predict` if it ended there; empty
/// where nobody listens. It refers to `control`.
LearningCurve::Listener listener_of(const FitControl& control, PredictBlock predict);

}  // namespace evonas::predictor
