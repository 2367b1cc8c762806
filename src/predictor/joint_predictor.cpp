#include "predictor/joint_predictor.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/json.hpp"
#include "predictor/fit_together.hpp"

namespace evonas::predictor {

OneMetric::OneMetric(std::shared_ptr<JointPredictor> joint, std::size_t metric)
    : joint_(std::move(joint)), metric_(metric) {}

void OneMetric::fit(std::span<const Label> labels, const FitControl& control) {
  expect_alone();
  const std::vector<Label> list(labels.begin(), labels.end());
  joint_->fit({&list, 1}, control);
}

void OneMetric::refresh(std::span<const Label> labels, std::size_t known,
                        const FitControl& control) {
  expect_alone();
  const std::vector<Label> list(labels.begin(), labels.end());
  joint_->refresh({&list, 1}, std::array{known}, control);
}

std::vector<Prediction> OneMetric::predict(std::span<const spaces::Genotype> block) const {
  return std::move(joint_->predict(block)[metric_]);
}

nlohmann::json OneMetric::state() const { return joint_->state(); }

void OneMetric::expect_alone() const {
  if (joint_->metrics() == 1) return;
  throw PredictorError(
      fmt::format("labels of one metric were given to a predictor of {}: it learns them together",
                  joint_->metrics()));
}

SeparateMetrics::SeparateMetrics(std::vector<std::unique_ptr<Predictor>> predictors)
    : predictors_(std::move(predictors)) {}

void SeparateMetrics::fit(LabelLists labels, const FitControl& control) {
  learn(labels, control, [&](std::size_t metric, const FitControl& own) {
    predictors_[metric]->fit(labels[metric], own);
  });
}

void SeparateMetrics::refresh(LabelLists labels, std::span<const std::size_t> known,
                              const FitControl& control) {
  learn(labels, control, [&](std::size_t metric, const FitControl& own) {
    predictors_[metric]->refresh(labels[metric], known[metric], own);
  });
}

void SeparateMetrics::learn(
    LabelLists labels, const FitControl& control,
    const std::function<void(std::size_t metric, const FitControl& own)>& learn_one) {
  check_label_lists(labels, metrics());
  if (metrics() == 1) {  // it leaves itself as it was
    learn_one(0, control);
    return;
  }
  learn_or_leave(*this, [&] {
    fit_together(metrics(), "metric", control, [&](std::size_t metric, const FitControl& own) {
      FitControl seeded = own;
      seeded.seed = control.seed;
      learn_one(metric, seeded);
    });
  });
}

std::vector<std::vector<Prediction>> SeparateMetrics::predict(
    std::span<const spaces::Genotype> block) const {
  std::vector<std::vector<Prediction>> predictions;
  for (const auto& predictor : predictors_) predictions.push_back(predictor->predict(block));
  return predictions;
}

std::size_t SeparateMetrics::parameters() const {
  std::size_t sum = 0;
  for (const auto& predictor : predictors_) sum += predictor->parameters();
  return sum;
}

double SeparateMetrics::multiply_accumulates(std::size_t nodes) const {
  double sum = 0.0;
  for (const auto& predictor : predictors_) sum += predictor->multiply_accumulates(nodes);
  return sum;
}

nlohmann::json SeparateMetrics::state() const {
  if (metrics() == 1) return predictors_.front()->state();
  nlohmann::json states = nlohmann::json::array();
  for (const auto& predictor : predictors_) states.push_back(predictor->state());
  return states;
}

void SeparateMetrics::restore(const nlohmann::json& state) {
  if (metrics() == 1) {
    predictors_.front()->restore(state);
    return;
  }
  if (!state.is_array() || state.size() != metrics()) {
    throw PredictorError(
        fmt::format("a predictor of other metrics, expected one of {}", metrics()));
  }
  learn_or_leave(*this, [&] {
    for (std::size_t i = 0; i < metrics(); ++i) predictors_[i]->restore(state[i]);
  });
}

}  // namespace evonas::predictor
