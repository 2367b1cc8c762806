#pragma once

#include <nlohmann/json_fwd.hpp>
#include <torch/types.h>

namespace evonas::predictor {

/// Bayesian linear regression (Bishop, "Pattern recognition and machine learning", 2006, section
/// 3.3): weights have a normal prior around 0, targets normal noise, and the variances of both are
/// those that make the targets most likely. Everything is in double precision. Immutable; safe from
/// many threads.
class BayesianRegression {
 public:
  /// `features`: targets x features; `targets`: one each, which lie around 0. `weights` says how
  /// much each target counts, as inverse variances do; undefined: all alike.
  BayesianRegression(const torch::Tensor& features, const torch::Tensor& targets,
                     const torch::Tensor& weights);
  /// Reverse of state(), for so many features. Throws PredictorError or nlohmann::json::exception
  /// for anything else.
  BayesianRegression(const nlohmann::json& state, std::int64_t features);

  nlohmann::json state() const;

  struct Beliefs {
    torch::Tensor means;       ///< one a row
    torch::Tensor deviations;  ///< of targets of weight 1, noise included
  };
  /// What is believed of the targets of some rows of features.
  Beliefs predict(const torch::Tensor& features) const;

  /// The variance of the noise, and how many times that of the weights it is.
  double noise() const { return noise_; }
  double ratio() const { return ratio_; }

 private:
  double noise_ = 1.0;
  double ratio_ = 1.0;
  torch::Tensor weights_;     // features
  torch::Tensor covariance_;  // features x features: of the weights, as a share of the noise
};

}  // namespace evonas::predictor
