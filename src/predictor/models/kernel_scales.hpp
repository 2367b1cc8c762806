#pragma once

#include <array>
#include <cstddef>

#include <torch/types.h>

#include "predictor/graph_features.hpp"

namespace evonas::predictor {

/// What the kernel of a Gaussian process (gaussian_process.hpp) is made of: logarithms, all double.
struct KernelScales {
  torch::Tensor length;     ///< common to all features
  torch::Tensor own;        ///< of each feature, on top of the common one
  torch::Tensor amplitude;  ///< of the variance of the Matern kernel
  torch::Tensor trend;      ///< of the variance of the linear kernel
  torch::Tensor noise;      ///< of the labels' variance, beside what is known of each
  torch::Tensor counts;     ///< by feature: its weight in the linear kernel, no scale itself

  /// Typical ones.
  explicit KernelScales(const GraphFeatures& features);

  /// By feature, the inverse of its length scale. Rows of features are multiplied by these before
  /// they are given to kernel() and variance().
  torch::Tensor weights() const { return (-length - own).exp(); }
  /// The kernel of each row of `a` with each of `b`.
  torch::Tensor kernel(const torch::Tensor& a, const torch::Tensor& b) const;
  /// The kernel of each row with itself.
  torch::Tensor variance(const torch::Tensor& a) const;

  /// The lower Cholesky factor of the covariance of labels, from their rows of features. `known`
  /// has the variance of each label that is known beforehand; undefined: none.
  torch::Tensor factor(const torch::Tensor& rows, const torch::Tensor& known) const;
  /// Minus the logarithm of the scales' probability, given the labels' scores (labels x 1); up to a
  /// constant. `prior` weighs how far features are from their common length.
  torch::Tensor cost(const torch::Tensor& rows, const torch::Tensor& scores,
                     const torch::Tensor& known, double prior) const;

  /// What is learnt.
  std::array<torch::Tensor*, 5> all() { return {&length, &own, &amplitude, &trend, &noise}; }
};

}  // namespace evonas::predictor
