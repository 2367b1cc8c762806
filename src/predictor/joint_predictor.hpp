#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "predictor/joint_labels.hpp"
#include "predictor/predictor.hpp"

namespace evonas::predictor {

/// Predicts several metrics of the architectures of one space at once. Where it has one trunk with
/// a head for each metric, what the labels of one say of architectures serves the others too, and a
/// fit or a prediction of all costs little more than one of a single metric (Caruana, "Multitask
/// learning", Machine Learning 28, 1997). Which of the metrics learn from each other is its own
/// matter.
///
/// Labels are lists in the order of the metrics, at least one label each, and not all architectures
/// need have a label of every metric. With one metric it is what a Predictor is: see OneMetric.
class JointPredictor {
 public:
  virtual ~JointPredictor() = default;

  /// How many metrics it predicts, at least one.
  virtual std::size_t metrics() const = 0;

  /// Learns from labels; what was learnt before is forgotten. Throws as check_label_lists() does,
  /// and PredictorError where `control.stop` ends it, and is as it was then.
  virtual void fit(LabelLists labels, const FitControl& control) = 0;

  /// Learns from labels of which the first `known[m]` of each metric m are those of the last fit or
  /// refresh (Predictor::refresh()). Throws as fit() does.
  virtual void refresh(LabelLists labels, std::span<const std::size_t> known,
                       const FitControl& control) = 0;

  /// By metric one prediction for each architecture. Uses the threads of the arena that the caller
  /// is in. Safe from many threads. Throws PredictorError before the first fit.
  virtual std::vector<std::vector<Prediction>> predict(
      std::span<const spaces::Genotype> block) const = 0;

  /// Its members, as Predictor::ensemble(): each predicts all metrics.
  virtual const Ensemble* ensemble() const { return nullptr; }

  /// How many numbers a fit learns, of all metrics together.
  virtual std::size_t parameters() const = 0;

  /// Multiply-accumulates in the matrix products of one prediction of all metrics, of a graph of so
  /// many nodes; 0 where it has no such products.
  virtual double multiply_accumulates(std::size_t nodes) const = 0;

  /// All that a fit has learnt (Predictor::state()). Throws PredictorError before the first fit.
  virtual nlohmann::json state() const = 0;

  /// Reverse of state() of a predictor that was built alike. Throws PredictorError or
  /// nlohmann::json::exception for anything else, and is as it was then.
  virtual void restore(const nlohmann::json& state) = 0;
};

/// One metric of a joint predictor as a predictor of its own. Where there are others it only
/// predicts: to learn it would need their labels.
class OneMetric final : public Predictor {
 public:
  /// `metric` is below joint->metrics().
  explicit OneMetric(std::shared_ptr<JointPredictor> joint, std::size_t metric = 0);

  /// Throws as JointPredictor::fit() does, and PredictorError where there are other metrics.
  void fit(std::span<const Label> labels, const FitControl& control) override;
  /// Throws as fit() does.
  void refresh(std::span<const Label> labels, std::size_t known,
               const FitControl& control) override;
  std::vector<Prediction> predict(std::span<const spaces::Genotype> block) const override;
  /// None where there are other metrics, of which the members predict all at once.
  const Ensemble* ensemble() const override {
    return joint_->metrics() == 1 ? joint_->ensemble() : nullptr;
  }
  std::size_t parameters() const override { return joint_->parameters(); }
  double multiply_accumulates(std::size_t nodes) const override {
    return joint_->multiply_accumulates(nodes);
  }
  /// Of all metrics.
  nlohmann::json state() const override;
  /// Of all metrics.
  void restore(const nlohmann::json& state) override { joint_->restore(state); }

 private:
  void expect_alone() const;

  std::shared_ptr<JointPredictor> joint_;
  std::size_t metric_;
};

/// A predictor for each metric, none of which learns from another's labels.
class SeparateMetrics final : public JointPredictor {
 public:
  /// At least one, by metric.
  explicit SeparateMetrics(std::vector<std::unique_ptr<Predictor>> predictors);

  std::size_t metrics() const override { return predictors_.size(); }
  /// Fits all beside each other on the threads of the arena that the caller is in, each with the
  /// seed of `control`.
  void fit(LabelLists labels, const FitControl& control) override;
  void refresh(LabelLists labels, std::span<const std::size_t> known,
               const FitControl& control) override;
  std::vector<std::vector<Prediction>> predict(
      std::span<const spaces::Genotype> block) const override;
  std::size_t parameters() const override;
  double multiply_accumulates(std::size_t nodes) const override;
  nlohmann::json state() const override;
  void restore(const nlohmann::json& state) override;

 private:
  void learn(LabelLists labels, const FitControl& control,
             const std::function<void(std::size_t metric, const FitControl& own)>& learn_one);

  std::vector<std::unique_ptr<Predictor>> predictors_;
};

/// A predictor that `make` makes for each of so many metrics.
template <class Make>
std::unique_ptr<JointPredictor> separate_metrics(std::size_t metrics, const Make& make) {
  std::vector<std::unique_ptr<Predictor>> predictors;
  for (std::size_t metric = 0; metric < metrics; ++metric) predictors.push_back(make());
  return std::make_unique<SeparateMetrics>(std::move(predictors));
}

}  // namespace evonas::predictor
