#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "predictor/joint_predictor.hpp"
#include "predictor/predictor.hpp"

namespace evonas::predictor {

/// Predictors that stand before another one. They own it, fit and keep it, and predict through it;
/// its members (ensemble()) predict past them.
class Decorator : public Predictor {
 public:
  explicit Decorator(std::unique_ptr<Predictor> inner) : inner_(std::move(inner)) {}

  void fit(std::span<const Label> labels, const FitControl& control) override {
    inner_->fit(labels, control);
  }
  void refresh(std::span<const Label> labels, std::size_t known,
               const FitControl& control) override {
    inner_->refresh(labels, known, control);
  }
  bool refreshes_at_once() const override { return inner_->refreshes_at_once(); }
  std::size_t parameters() const override { return inner_->parameters(); }
  double multiply_accumulates(std::size_t nodes) const override {
    return inner_->multiply_accumulates(nodes);
  }
  const Explainer* explainer() const override { return inner_->explainer(); }
  const Ensemble* ensemble() const override { return inner_->ensemble(); }
  nlohmann::json state() const override;
  void restore(const nlohmann::json& state) override { inner_->restore(state); }

 protected:
  Predictor& inner() const { return *inner_; }

 private:
  std::unique_ptr<Predictor> inner_;
};

/// Keeps predictions by genotype, so that each architecture is predicted once a fit. It forgets all
/// of them when it holds `most`.
class CachedPredictor final : public Decorator {
 public:
  CachedPredictor(std::unique_ptr<Predictor> inner, std::size_t most);

  void fit(std::span<const Label> labels, const FitControl& control) override;
  void refresh(std::span<const Label> labels, std::size_t known,
               const FitControl& control) override;
  std::vector<Prediction> predict(std::span<const spaces::Genotype> block) const override;
  void restore(const nlohmann::json& state) override;

  /// Predictions that it holds.
  std::size_t size() const;

 private:
  void clear();

  std::size_t most_;
  mutable std::mutex mutex_;
  mutable std::unordered_map<Key, Prediction> known_;
};

/// Predicts large blocks in parts, so that memory does not grow with the block. A part that there
/// is no memory for, be it the program's or a GPU's, is halved until it fits; where even one
/// architecture does not fit, that is a PredictorError.
class ChunkedPredictor final : public Decorator {
 public:
  /// Keeps many threads busy, bounds memory, and is a multiple of the parts that predictors work
  /// in.
  static constexpr std::size_t kDefaultChunk = 32768;

  /// Parts of at most `chunk` architectures, at least one.
  explicit ChunkedPredictor(std::unique_ptr<Predictor> inner, std::size_t chunk = kDefaultChunk);

  std::vector<Prediction> predict(std::span<const spaces::Genotype> block) const override;

 private:
  std::size_t chunk_;
};

/// The same for several metrics. Members (ensemble()) predict as they are asked.
class ChunkedJoint final : public JointPredictor {
 public:
  explicit ChunkedJoint(std::unique_ptr<JointPredictor> inner) : inner_(std::move(inner)) {}

  std::size_t metrics() const override { return inner_->metrics(); }
  void fit(LabelLists labels, const FitControl& control) override { inner_->fit(labels, control); }
  void refresh(LabelLists labels, std::span<const std::size_t> known,
               const FitControl& control) override {
    inner_->refresh(labels, known, control);
  }
  std::vector<std::vector<Prediction>> predict(
      std::span<const spaces::Genotype> block) const override;
  const Ensemble* ensemble() const override { return inner_->ensemble(); }
  std::size_t parameters() const override { return inner_->parameters(); }
  double multiply_accumulates(std::size_t nodes) const override {
    return inner_->multiply_accumulates(nodes);
  }
  nlohmann::json state() const override;
  void restore(const nlohmann::json& state) override { inner_->restore(state); }

 private:
  std::unique_ptr<JointPredictor> inner_;
};

/// Two predictors that were to agree do not.
class DisagreementError : public PredictorError {
  using PredictorError::PredictorError;
};

/// Predicts with two predictors and compares: for a fast one that stands in for a slow one. Yields
/// what the first says. Throws DisagreementError, naming the architecture, where their means are
/// further apart than `tolerance` times the larger of the two, or than `tolerance`.
class CheckedPredictor final : public Predictor {
 public:
  CheckedPredictor(std::unique_ptr<Predictor> first, std::unique_ptr<Predictor> second,
                   spaces::AnySpace space, double tolerance);

  void fit(std::span<const Label> labels, const FitControl& control) override;
  void refresh(std::span<const Label> labels, std::size_t known,
               const FitControl& control) override;
  std::vector<Prediction> predict(std::span<const spaces::Genotype> block) const override;
  std::size_t parameters() const override;
  nlohmann::json state() const override;
  void restore(const nlohmann::json& state) override;

 private:
  std::unique_ptr<Predictor> first_;
  std::unique_ptr<Predictor> second_;
  spaces::AnySpace space_;
  double tolerance_;
};

}  // namespace evonas::predictor
