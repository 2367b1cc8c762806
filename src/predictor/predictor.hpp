#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "predictor/predictor_error.hpp"
#include "spaces/search_space.hpp"

namespace evonas::predictor {

/// An architecture and what was measured of it.
struct Label {
  spaces::Genotype genotype;
  double value = 0.0;
  /// Standard deviation of the value around what it stands for, as trainings with other seeds tell
  /// it; 0 where nobody knows. Of two labels the noisier one counts less, to the Gaussian process,
  /// trees and networks; the other predictors do not look.
  double noise = 0.0;
};

/// What a predictor expects of an architecture: the value in the labels' unit, and how far off it
/// expects to be (standard deviation; 0 where it has no idea).
struct Prediction {
  double mean = 0.0;
  double deviation = 0.0;

  bool operator==(const Prediction&) const = default;
};

/// How far a training of a network has come: a point of its learning curve.
struct LearningPoint {
  std::int64_t epoch = 0;  ///< that has ended
  double loss = 0.0;       ///< that is made small, the mean of all steps since the last point
  /// Loss of labels that are held out; no number where none are.
  double held_out = std::numeric_limits<double>::quiet_NaN();
  /// Kendall's tau on architectures that are not learnt from, where somebody computes it; no number
  /// elsewhere.
  double tau = std::numeric_limits<double>::quiet_NaN();
};

/// Predicts as Predictor::predict() does.
using PredictBlock =
    std::function<std::vector<Prediction>(std::span<const spaces::Genotype> block)>;

/// Where a long fit keeps how far it is, so that the same fit can go on from there after any stop.
/// Called from one thread.
class FitKeeper {
 public:
  virtual ~FitKeeper() = default;

  /// What the same fit, of the same labels, options and seed, has kept; null where it has not.
  virtual nlohmann::json kept() = 0;
  /// Whether it is time to keep again.
  virtual bool is_due() = 0;
  /// Keeps how far the fit is instead of what was kept before; bytes are binary values.
  virtual void keep(const nlohmann::json& state) = 0;
};

/// What a fit is given besides labels.
struct FitControl {
  /// The same seed and the same labels in the same order give the same predictor, for any number of
  /// threads.
  std::uint64_t seed = 1;
  /// A fit that is stopped throws PredictorError and leaves the predictor as it was.
  std::stop_token stop;
  /// Told the share that is done, from 0 to 1, now and then; may be empty.
  std::function<void(double share)> progress;
  /// Told at up to about 100 epochs by fits that train one network, and by `networks` of its first
  /// one, how far it is; `predict` predicts, until the call returns, as that network would if the
  /// fit ended there. Others tell nothing. What it does changes no fit. May be empty.
  std::function<void(const LearningPoint& point, const PredictBlock& predict)> on_point;
  /// Used by fits of published models and of models of whole networks, also when they are stopped.
  /// A fit that goes on ends with the same predictor as one that was never stopped. May be null.
  FitKeeper* keeper = nullptr;
};

class Ensemble;
class Explainer;

/// Predicts one metric of the architectures of one space from examples.
class Predictor {
 public:
  virtual ~Predictor() = default;

  /// Learns from labels; what was learnt before is forgotten. Throws PredictorError for no labels
  /// (unless it starts from labels of other spaces), for a value that is not finite, and for a
  /// noise that is not finite or below 0.
  virtual void fit(std::span<const Label> labels, const FitControl& control) = 0;

  /// Learns from labels of which the first `known` are those of the last fit or refresh. Starts
  /// from what has been learnt where that saves time; the same steps from the same seeds give the
  /// same predictor. Throws as fit() does.
  virtual void refresh(std::span<const Label> labels, std::size_t known, const FitControl& control);

  /// Whether refresh() takes milliseconds, so that it can be asked what one more label would
  /// change.
  virtual bool refreshes_at_once() const { return false; }

  /// One prediction for each architecture. Uses the threads of the arena that the caller is in.
  /// Safe from many threads. Throws PredictorError before the first fit.
  virtual std::vector<Prediction> predict(std::span<const spaces::Genotype> block) const = 0;

  /// How many numbers a fit learns.
  virtual std::size_t parameters() const = 0;

  /// Multiply-accumulates in the matrix products of one prediction, of a graph of so many nodes; 0
  /// where it has no such products. For benchmarks.
  virtual double multiply_accumulates(std::size_t /*nodes*/) const { return 0.0; }

  /// What tells what its predictions rest on (explainer.hpp), which lives as long as the predictor;
  /// nothing where it does not tell.
  virtual const Explainer* explainer() const { return nullptr; }

  /// Its members (ensemble.hpp), of which the same holds; nothing where it has none to predict
  /// alone.
  virtual const Ensemble* ensemble() const { return nullptr; }

  /// All that a fit has learnt, with bytes as binary values: what checkpoint.hpp writes. Throws
  /// PredictorError before the first fit.
  virtual nlohmann::json state() const = 0;

  /// Predicts from now on as the predictor did whose state() this is; both were built alike. Throws
  /// PredictorError or nlohmann::json::exception for anything else, and is as it was then.
  virtual void restore(const nlohmann::json& state) = 0;
};

/// Throws PredictorError for labels that nothing can be learnt from.
void check_labels(std::span<const Label> labels);

}  // namespace evonas::predictor
