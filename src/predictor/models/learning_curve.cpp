#include "predictor/models/learning_curve.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include <torch/utils.h>

#include "base/json.hpp"

namespace evonas::predictor {
namespace {

constexpr std::int64_t kMostPoints = 100;

}  // namespace

LearningCurve::LearningCurve(Listener listener, std::int64_t steps, std::int64_t an_epoch)
    : listener_(std::move(listener)),
      steps_(steps),
      an_epoch_(an_epoch),
      stride_(std::max<std::int64_t>(1, (steps / an_epoch + kMostPoints - 1) / kMostPoints)) {}

nlohmann::json LearningCurve::state() const {
  return {{"steps", summed_}, {"sum", sum_.defined() ? sum_.item<double>() : 0.0}};
}

void LearningCurve::restore(const nlohmann::json& state, std::int64_t step) {
  step_ = step;
  summed_ = state.at("steps").get<std::int64_t>();
  sum_ = summed_ == 0 ? torch::Tensor() : torch::full({}, state.at("sum").get<double>());
}

void LearningCurve::add(const torch::Tensor& loss) {
  if (!listener_) return;
  ++step_;
  ++summed_;
  const torch::Tensor value = loss.detach();
  sum_ = sum_.defined() ? sum_.to(value.device()) + value : value;
}

bool LearningCurve::is_due() const {
  if (!listener_) return false;
  if (step_ == steps_) return true;
  return step_ % an_epoch_ == 0 && (step_ / an_epoch_) % stride_ == 0;
}

void LearningCurve::tell(torch::nn::Module& network, double held_out) {
  network.eval();
  listener_({.epoch = (step_ + an_epoch_ - 1) / an_epoch_,
             .loss = sum_.item<double>() / static_cast<double>(summed_),
             .held_out = held_out});
  network.train();
  sum_ = torch::Tensor();
  summed_ = 0;
}

bool LearningCurve::tell_if_due(torch::nn::Module& network) {
  if (is_due()) tell(network, std::numeric_limits<double>::quiet_NaN());
  return true;
}

LearningCurve::Listener listener_of(const FitControl& control, PredictBlock predict) {
  if (!control.on_point) return {};
  return [&control, predict = std::move(predict)](const LearningPoint& point) {
    control.on_point(point, predict);
  };
}

}  // namespace evonas::predictor
