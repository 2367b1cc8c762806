#include "predictor/models/kernel_scales.hpp"

#include <cmath>
#include <string>
#include <vector>

namespace evonas::predictor {
namespace {

constexpr double kLeastNoise = 1e-4;  // variance that is always added, for the factorisation
// What the logarithms of scales are held to, by these weights of the squared distances: with few
// labels any scales explain them.
constexpr double kTypicalNoise = -2.5;
constexpr double kTypicalTrend = -1.0;
constexpr double kScalePrior = 1.0;

double typical_length(std::size_t features) {
  return 0.5 * std::log(static_cast<double>(features)) + 0.3;
}

/// 1 for the features that count operations, 0 for the others.
torch::Tensor counts_among(const GraphFeatures& features) {
  const std::vector<std::string> names = features.names();
  torch::Tensor counts = torch::zeros({static_cast<std::int64_t>(names.size())}, torch::kDouble);
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i].starts_with("count(")) counts[static_cast<std::int64_t>(i)] = 1.0;
  }
  return counts;
}

}  // namespace

KernelScales::KernelScales(const GraphFeatures& features)
    : length(torch::full({1}, typical_length(features.size()), torch::kDouble)),
      own(torch::zeros({static_cast<std::int64_t>(features.size())}, torch::kDouble)),
      amplitude(torch::full({1}, -1.0, torch::kDouble)),
      trend(torch::full({1}, kTypicalTrend, torch::kDouble)),
      noise(torch::full({1}, kTypicalNoise, torch::kDouble)),
      counts(counts_among(features)) {
  counts *= static_cast<double>(features.size()) / counts.sum().clamp_min(1.0);
}

torch::Tensor KernelScales::kernel(const torch::Tensor& a, const torch::Tensor& b) const {
  const torch::Tensor squared =
      (a.square().sum(1, true) + b.square().sum(1).unsqueeze(0) - 2.0 * a.matmul(b.t()))
          .clamp_min(0.0);
  const torch::Tensor t = (5.0 * squared + 1e-12).sqrt();
  return amplitude.exp() * (1.0 + t + t.square() / 3.0) * (-t).exp() +
         trend.exp() * (a * counts).matmul(b.t());
}

torch::Tensor KernelScales::variance(const torch::Tensor& a) const {
  return amplitude.exp() + trend.exp() * (a.square() * counts).sum(1);
}

torch::Tensor KernelScales::factor(const torch::Tensor& rows, const torch::Tensor& known) const {
  const torch::Tensor scaled = rows * weights();
  const torch::Tensor covariance =
      kernel(scaled, scaled) +
      torch::eye(rows.size(0), torch::kDouble) * (noise.exp() + kLeastNoise);
  return torch::linalg_cholesky(known.defined() ? covariance + known.diag() : covariance);
}

torch::Tensor KernelScales::cost(const torch::Tensor& rows, const torch::Tensor& scores,
                                 const torch::Tensor& known, double prior) const {
  const torch::Tensor lower = factor(rows, known);
  const torch::Tensor white = torch::linalg_solve_triangular(lower, scores, /*upper=*/false);
  const torch::Tensor astray =
      (length - typical_length(static_cast<std::size_t>(rows.size(1)))).square() +
      (trend - kTypicalTrend).square() + (noise - kTypicalNoise).square();
  return 0.5 * white.square().sum() + lower.diagonal().log().sum() + prior * own.square().sum() +
         kScalePrior * astray.sum();
}

}  // namespace evonas::predictor
