#include "predictor/plain_predictors.hpp"

#include <cmath>
#include <numbers>

#include "base/json.hpp"
#include "base/random.hpp"

namespace evonas::predictor {
namespace {

/// Mean and standard deviation of the labels.
Prediction moments(std::span<const Label> labels) {
  const auto count = static_cast<double>(labels.size());
  double mean = 0.0;
  for (const Label& label : labels) mean += label.value / count;
  double variance = 0.0;
  for (const Label& label : labels) variance += std::pow(label.value - mean, 2) / count;
  return {.mean = mean, .deviation = std::sqrt(variance)};
}

}  // namespace

void ConstantPredictor::fit(std::span<const Label> labels, const FitControl& /*control*/) {
  check_labels(labels);
  prediction_ = moments(labels);
  fitted_ = true;
}

std::vector<Prediction> ConstantPredictor::predict(std::span<const spaces::Genotype> block) const {
  check_fitted();
  return std::vector<Prediction>(block.size(), prediction_);
}

nlohmann::json ConstantPredictor::state() const {
  check_fitted();
  return {{"mean", prediction_.mean}, {"deviation", prediction_.deviation}};
}

void ConstantPredictor::restore(const nlohmann::json& state) {
  prediction_ = {.mean = state.at("mean").get<double>(),
                 .deviation = state.at("deviation").get<double>()};
  fitted_ = true;
}

void ConstantPredictor::check_fitted() const {
  if (!fitted_) throw PredictorError("the constant predictor has not been fitted yet");
}

void RandomPredictor::fit(std::span<const Label> labels, const FitControl& control) {
  check_labels(labels);
  seed_ = control.seed;
  values_.clear();
  for (const Label& label : labels) values_.push_back(label.value);
  // Two values that are drawn independently differ by the root of two times their deviation.
  deviation_ = std::numbers::sqrt2 * moments(labels).deviation;
}

std::vector<Prediction> RandomPredictor::predict(std::span<const spaces::Genotype> block) const {
  check_fitted();
  std::vector<Prediction> predictions;
  for (const spaces::Genotype& genotype : block) {
    Rng rng(derive_seed(seed_, "random prediction", space_.key(genotype).low), "label");
    predictions.push_back({.mean = values_[rng.below(values_.size())], .deviation = deviation_});
  }
  return predictions;
}

nlohmann::json RandomPredictor::state() const {
  check_fitted();
  return {{"seed", seed_}, {"values", values_}, {"deviation", deviation_}};
}

void RandomPredictor::restore(const nlohmann::json& state) {
  auto values = state.at("values").get<std::vector<double>>();
  if (values.empty()) throw PredictorError("there are no labels to draw from");
  const auto deviation = state.at("deviation").get<double>();
  seed_ = state.at("seed").get<std::uint64_t>();
  deviation_ = deviation;
  values_ = std::move(values);
}

void RandomPredictor::check_fitted() const {
  if (values_.empty()) throw PredictorError("the random predictor has not been fitted yet");
}

}  // namespace evonas::predictor
