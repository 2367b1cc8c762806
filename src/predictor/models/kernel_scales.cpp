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
constexpr double kTypicalRound = -2.0;
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

KernelScales::KernelScales(const GraphFeatures& features, const GaussianProcessOptions& options)
    : length(torch::full({1}, typical_length(features.size()), torch::kDouble)),
      own(torch::zeros({static_cast<std::int64_t>(features.size())}, torch::kDouble)),
      amplitude(torch::full({1}, -1.0, torch::kDouble)),
      trend(torch::full({1}, kTypicalTrend, torch::kDouble)),
      noise(torch::full({1}, kTypicalNoise, torch::kDouble)),
      rounds(torch::full({options.rounds}, kTypicalRound, torch::kDouble)),
      counts(counts_among(features)),
      reads_features(options.kernel != GraphKernel::WeisfeilerLehman),
      reads_colours(options.kernel != GraphKernel::Matern) {
  counts *= static_cast<double>(features.size()) / counts.sum().clamp_min(1.0);
}

torch::Tensor KernelScales::kernel(const torch::Tensor& a, const torch::Tensor& b,
                                   const torch::Tensor& coloured) const {
  if (!reads_features) return coloured;
  const torch::Tensor squared =
      (a.square().sum(1, true) + b.square().sum(1).unsqueeze(0) - 2.0 * a.matmul(b.t()))
          .clamp_min(0.0);
  const torch::Tensor t = (5.0 * squared + 1e-12).sqrt();
  const torch::Tensor featured = amplitude.exp() * (1.0 + t + t.square() / 3.0) * (-t).exp() +
                                 trend.exp() * (a * counts).matmul(b.t());
  return reads_colours ? featured + coloured : featured;
}

torch::Tensor KernelScales::variance(const torch::Tensor& a) const {
  torch::Tensor variance = torch::zeros({a.size(0)}, torch::kDouble);
  if (reads_features) {
    variance = amplitude.exp() + trend.exp() * (a.square() * counts).sum(1);
  }
  return reads_colours ? variance + rounds.exp().sum() : variance;
}

std::vector<double> KernelScales::weights_of_rounds() const {
  if (!reads_colours) return {};
  const torch::Tensor weights = rounds.exp().contiguous();
  return {weights.data_ptr<double>(), weights.data_ptr<double>() + weights.numel()};
}

torch::Tensor KernelScales::factor(const KernelLabels& labels,
                                   const torch::Tensor& coloured) const {
  const torch::Tensor& known = labels.known;
  const torch::Tensor weighed = scaled(labels.rows);
  const torch::Tensor covariance =
      kernel(weighed, weighed, coloured) +
      torch::eye(labels.rows.size(0), torch::kDouble) * (noise.exp() + kLeastNoise);
  return torch::linalg_cholesky(known.defined() ? covariance + known.diag() : covariance);
}

torch::Tensor KernelScales::cost(const KernelLabels& labels, double prior) const {
  torch::Tensor coloured;
  if (reads_colours) coloured = (rounds.exp().view({-1, 1, 1}) * labels.products).sum(0);
  const torch::Tensor lower = factor(labels, coloured);
  const torch::Tensor white = torch::linalg_solve_triangular(lower, labels.scores, /*upper=*/false);
  torch::Tensor cost = 0.5 * white.square().sum() + lower.diagonal().log().sum();
  torch::Tensor astray = (noise - kTypicalNoise).square();
  if (reads_features) {
    cost = cost + prior * own.square().sum();
    astray = (length - typical_length(static_cast<std::size_t>(labels.rows.size(1)))).square() +
             (trend - kTypicalTrend).square() + astray;
  }
  if (reads_colours) astray = astray + (rounds - kTypicalRound).square().sum();
  return cost + kScalePrior * astray.sum();
}

std::vector<torch::Tensor*> KernelScales::all() {
  std::vector<torch::Tensor*> scales;
  if (reads_features) scales = {&length, &own, &amplitude, &trend};
  scales.push_back(&noise);
  if (reads_colours) scales.push_back(&rounds);
  return scales;
}

}  // namespace evonas::predictor
