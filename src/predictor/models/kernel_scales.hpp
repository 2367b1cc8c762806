#pragma once

#include <cstddef>
#include <vector>

#include <torch/types.h>

#include "predictor/graph_features.hpp"
#include "predictor/models/gaussian_process.hpp"

namespace evonas::predictor {

/// Labels as a Gaussian process sees them; all double.
struct KernelLabels {
  torch::Tensor rows;      ///< labels x features; 0 of them where the kernel reads none
  torch::Tensor scores;    ///< labels x 1
  torch::Tensor known;     ///< labels: variances that are known beforehand; undefined: none
  torch::Tensor products;  ///< rounds x labels x labels: of colours; undefined: they are not read
};

/// What the kernel of a Gaussian process (gaussian_process.hpp) is made of: logarithms, all double.
struct KernelScales {
  torch::Tensor length;     ///< common to all features
  torch::Tensor own;        ///< of each feature, on top of the common one
  torch::Tensor amplitude;  ///< of the variance of the Matern kernel
  torch::Tensor trend;      ///< of the variance of the linear kernel
  torch::Tensor noise;      ///< of the labels' variance, beside what is known of each
  torch::Tensor rounds;     ///< by round of colours: of the variance of its products
  torch::Tensor counts;     ///< by feature: its weight in the linear kernel, no scale itself
  bool reads_features = true;
  bool reads_colours = false;

  /// Typical ones.
  KernelScales(const GraphFeatures& features, const GaussianProcessOptions& options);

  /// By feature, the inverse of its length scale.
  torch::Tensor weights() const { return (-length - own).exp(); }
  /// Rows of features times their weights, as kernel() and variance() are given them.
  torch::Tensor scaled(const torch::Tensor& rows) const {
    return reads_features ? rows * weights() : rows;
  }
  /// The kernel of each row of `a` with each of `b`. `coloured` is the part of colours, undefined
  /// where they are not read.
  torch::Tensor kernel(const torch::Tensor& a, const torch::Tensor& b,
                       const torch::Tensor& coloured) const;
  /// The kernel of each row with itself.
  torch::Tensor variance(const torch::Tensor& a) const;

  /// The variance of each round of colours; none where they are not read.
  std::vector<double> weights_of_rounds() const;

  /// The lower Cholesky factor of the covariance of labels. `coloured` is the part of colours as
  /// kernel() has it, in the place of their products.
  torch::Tensor factor(const KernelLabels& labels, const torch::Tensor& coloured) const;
  /// Minus the logarithm of the scales' probability, given the labels; up to a constant. `prior`
  /// weighs how far features are from their common length.
  torch::Tensor cost(const KernelLabels& labels, double prior) const;

  /// What is learnt.
  std::vector<torch::Tensor*> all();
};

}  // namespace evonas::predictor
