#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include <nlohmann/json_fwd.hpp>
#include <torch/types.h>

#include "predictor/models/bayesian_regression.hpp"
#include "predictor/predictor.hpp"

namespace evonas::predictor {

/// The defaults are those that arch2vec is searched with.
struct DngoOptions {
  std::int64_t units = 128;
  std::int64_t epochs = 100;
  std::int64_t batch = 10;
  double learning_rate = 0.01;
};

/// DNGO (Snoek et al., "Scalable Bayesian optimization using deep neural networks", ICML 2015) with
/// one hidden layer: a network with hyperbolic tangents learns scores from features by their
/// squared errors, and Bayesian linear regression on what its hidden layer makes of the features
/// says what is believed of others. Features are standardised. Immutable; safe from many threads.
class DngoHead {
 public:
  /// `rows`: labels x features in double precision; `scores`: one a label, around 0. `weights` says
  /// how much each label counts, 1 on average; undefined: all alike. Throws PredictorError where
  /// `control.stop` ends it.
  DngoHead(const torch::Tensor& rows, const torch::Tensor& scores, const torch::Tensor& weights,
           const DngoOptions& options, const FitControl& control);
  /// Reverse of state(), for so many features. Throws PredictorError or nlohmann::json::exception
  /// for anything else.
  DngoHead(const nlohmann::json& state, std::int64_t features);

  nlohmann::json state() const;
  BayesianRegression::Beliefs predict(const torch::Tensor& rows) const;
  std::size_t parameters() const;
  /// Of one prediction.
  double multiply_accumulates() const;

 private:
  struct Network;

  torch::Tensor standardised(const torch::Tensor& rows) const;
  /// What the hidden layer makes of rows of features, in double precision.
  torch::Tensor basis(const torch::Tensor& rows) const;

  torch::Tensor means_;       // of the features
  torch::Tensor deviations_;  // of the features; 1 where they do not differ
  std::shared_ptr<Network> network_;
  std::optional<BayesianRegression> regression_;
};

}  // namespace evonas::predictor
