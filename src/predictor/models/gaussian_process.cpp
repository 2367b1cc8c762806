#include "predictor/models/gaussian_process.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <torch/optim/adam.h>
#include <torch/utils.h>

#include "base/parallel.hpp"
#include "base/random.hpp"
#include "predictor/models/tensor_state.hpp"

namespace evonas::predictor {
namespace {

constexpr double kLeastNoise = 1e-4;  // variance that is always added, for the factorisation
// What the logarithms of scales are held to, by these weights of the squared distances: with few
// labels any scales explain them.
constexpr double kTypicalNoise = -2.5;
constexpr double kTypicalTrend = -1.0;
constexpr double kScalePrior = 1.0;
constexpr std::size_t kProcessChunk = 256;  // architectures in one task of a prediction

torch::Tensor tensor_of(std::span<const double> values, std::int64_t columns) {
  torch::Tensor tensor =
      torch::empty({static_cast<std::int64_t>(values.size()) / columns, columns}, torch::kDouble);
  std::ranges::copy(values, tensor.data_ptr<double>());
  return tensor;
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

/// Logarithms of what the kernel is made of.
struct Scales {
  torch::Tensor length;     ///< common to all features
  torch::Tensor own;        ///< of each feature, on top of the common one
  torch::Tensor amplitude;  ///< of the variance of the Matern kernel
  torch::Tensor trend;      ///< of the variance of the linear kernel
  torch::Tensor noise;      ///< of the labels' variance
  torch::Tensor counts;     ///< by feature: its weight in the linear kernel, no scale itself

  explicit Scales(const GraphFeatures& features)
      : length(torch::full({1}, typical_length(features.size()), torch::kDouble)),
        own(torch::zeros({static_cast<std::int64_t>(features.size())}, torch::kDouble)),
        amplitude(torch::full({1}, -1.0, torch::kDouble)),
        trend(torch::full({1}, kTypicalTrend, torch::kDouble)),
        noise(torch::full({1}, kTypicalNoise, torch::kDouble)),
        counts(counts_among(features)) {
    counts *= static_cast<double>(features.size()) / counts.sum().clamp_min(1.0);
  }

  static double typical_length(std::size_t features) {
    return 0.5 * std::log(static_cast<double>(features)) + 0.3;
  }

  torch::Tensor weights() const { return (-length - own).exp(); }
  torch::Tensor kernel(const torch::Tensor& a, const torch::Tensor& b) const {
    const torch::Tensor squared =
        (a.square().sum(1, true) + b.square().sum(1).unsqueeze(0) - 2.0 * a.matmul(b.t()))
            .clamp_min(0.0);
    const torch::Tensor t = (5.0 * squared + 1e-12).sqrt();
    return amplitude.exp() * (1.0 + t + t.square() / 3.0) * (-t).exp() +
           trend.exp() * (a * counts).matmul(b.t());
  }
  /// The kernel of each row with itself.
  torch::Tensor variance(const torch::Tensor& a) const {
    return amplitude.exp() + trend.exp() * (a.square() * counts).sum(1);
  }
  /// The lower Cholesky factor of the labels' covariance.
  torch::Tensor factor(const torch::Tensor& rows) const {
    const torch::Tensor scaled = rows * weights();
    return torch::linalg_cholesky(kernel(scaled, scaled) +
                                  torch::eye(rows.size(0), torch::kDouble) *
                                      (noise.exp() + kLeastNoise));
  }
  /// Minus the logarithm of the scales' probability, given the labels; up to a constant.
  torch::Tensor cost(const torch::Tensor& rows, const torch::Tensor& scores, double prior) const {
    const torch::Tensor lower = factor(rows);
    const torch::Tensor white = torch::linalg_solve_triangular(lower, scores, /*upper=*/false);
    const torch::Tensor astray =
        (length - typical_length(static_cast<std::size_t>(rows.size(1)))).square() +
        (trend - kTypicalTrend).square() + (noise - kTypicalNoise).square();
    return 0.5 * white.square().sum() + lower.diagonal().log().sum() + prior * own.square().sum() +
           kScalePrior * astray.sum();
  }
  std::array<torch::Tensor*, 5> all() { return {&length, &own, &amplitude, &trend, &noise}; }
};

}  // namespace

/// What a fit leaves behind.
struct GaussianProcess::Fitted {
  RankNormal labels;
  Scales scales;
  std::int64_t learnt_from;  // how many labels there were when the scales were learnt
  torch::Tensor rows;        // labels x features
  torch::Tensor scores;      // labels x 1
  torch::Tensor scaled;      // rows times the features' weights
  torch::Tensor lower;       // Cholesky factor of the labels' covariance
  torch::Tensor weights;     // labels x 1: covariance^-1 times scores

  Fitted(RankNormal transform, Scales learnt, std::int64_t label_count, torch::Tensor label_rows,
         torch::Tensor label_scores)
      : labels(std::move(transform)),
        scales(std::move(learnt)),
        learnt_from(label_count),
        rows(std::move(label_rows)),
        scores(std::move(label_scores)),
        scaled(rows * scales.weights()),
        lower(scales.factor(rows)),
        weights(torch::cholesky_solve(scores, lower)) {}
};

GaussianProcess::GaussianProcess(std::shared_ptr<const GraphFeatures> features,
                                 const GaussianProcessOptions& options)
    : features_(std::move(features)), options_(options) {}

GaussianProcess::~GaussianProcess() = default;

void GaussianProcess::fit(std::span<const Label> labels, const FitControl& control) {
  at::set_num_threads(1);  // sums in another order would give another fit
  RankedLabels ranked = rank(labels);
  const auto width = static_cast<std::int64_t>(features_->size());
  const torch::Tensor rows = tensor_of(features_->compute(ranked.genotypes), width);
  const torch::Tensor scores = tensor_of(ranked.scores, 1);

  std::vector<std::int64_t> chosen(labels.size());
  std::iota(chosen.begin(), chosen.end(), 0);
  Rng(control.seed, "labels for scales").shuffle(std::span(chosen));
  chosen.resize(std::min(chosen.size(), static_cast<std::size_t>(options_.most_for_scales)));
  const torch::Tensor index = torch::tensor(chosen, torch::kInt64);
  const torch::Tensor some_rows = rows.index_select(0, index);
  const torch::Tensor some_scores = scores.index_select(0, index);

  Scales scales(*features_);
  std::vector<torch::Tensor> learnt;
  for (torch::Tensor* scale : scales.all()) learnt.push_back(scale->requires_grad_());
  torch::optim::Adam optimiser(learnt, torch::optim::AdamOptions(options_.learning_rate));
  for (std::int64_t step = 0; step < options_.steps; ++step) {
    if (control.stop.stop_requested()) throw PredictorError("the fit was stopped");
    optimiser.zero_grad();
    scales.cost(some_rows, some_scores, options_.relevance_prior).backward();
    optimiser.step();
    if (control.progress) {
      control.progress(static_cast<double>(step + 1) / static_cast<double>(options_.steps));
    }
  }
  const torch::NoGradGuard no_gradients;
  for (torch::Tensor* scale : scales.all()) *scale = scale->detach();
  fitted_ = std::make_unique<const Fitted>(std::move(ranked.transform), scales, rows.size(0), rows,
                                           scores);
}

void GaussianProcess::refresh(std::span<const Label> labels, std::size_t known,
                              const FitControl& control) {
  // Scales that were learnt from far fewer labels are worth learning again.
  if (!fitted_ || 2 * static_cast<std::size_t>(fitted_->learnt_from) < labels.size() ||
      known == 0) {
    fit(labels, control);
    return;
  }
  at::set_num_threads(1);
  const torch::NoGradGuard no_gradients;
  RankedLabels ranked = rank(labels);
  const auto width = static_cast<std::int64_t>(features_->size());
  fitted_ = std::make_unique<const Fitted>(
      std::move(ranked.transform), fitted_->scales, fitted_->learnt_from,
      tensor_of(features_->compute(ranked.genotypes), width), tensor_of(ranked.scores, 1));
}

std::vector<Prediction> GaussianProcess::predict(std::span<const spaces::Genotype> block) const {
  fitted();
  const std::vector<double> features = features_->compute(block);
  const std::size_t width = features_->size();
  std::vector<Prediction> predictions(block.size());
  parallel_chunks(block.size(), kProcessChunk, [&](std::size_t first, std::size_t count) {
    const torch::NoGradGuard no_gradients;
    const torch::Tensor rows = tensor_of(std::span(features).subspan(first * width, count * width),
                                         static_cast<std::int64_t>(width));
    const torch::Tensor scaled = rows * fitted_->scales.weights();
    const torch::Tensor covariance = fitted_->scales.kernel(scaled, fitted_->scaled);
    const torch::Tensor means = covariance.matmul(fitted_->weights).contiguous();
    const torch::Tensor white =
        torch::linalg_solve_triangular(fitted_->lower, covariance.t(), /*upper=*/false);
    const torch::Tensor variances =
        (fitted_->scales.variance(scaled) + fitted_->scales.noise.exp() - white.square().sum(0))
            .clamp_min(0.0)
            .contiguous();
    for (std::size_t i = 0; i < count; ++i) {
      const double mean = means.data_ptr<double>()[i];
      const double deviation = std::sqrt(variances.data_ptr<double>()[i]);
      predictions[first + i] = fitted_->labels.prediction(mean, deviation);
    }
  });
  return predictions;
}

std::size_t GaussianProcess::parameters() const { return features_->size() + 4; }

double GaussianProcess::multiply_accumulates(std::size_t /*nodes*/) const {
  const auto labels = static_cast<double>(fitted().rows.size(0));
  return labels * (static_cast<double>(features_->size()) + 0.5 * labels);
}

nlohmann::json GaussianProcess::state() const {
  nlohmann::json scales = nlohmann::json::array();
  Scales learnt = fitted().scales;
  for (const torch::Tensor* scale : learnt.all()) scales.push_back(state_of(*scale));
  return {{"space", features_->key().hex()}, {"labels", fitted_->labels.state()},
          {"scales", std::move(scales)},     {"learnt_from", fitted_->learnt_from},
          {"rows", state_of(fitted_->rows)}, {"scores", state_of(fitted_->scores)}};
}

void GaussianProcess::restore(const nlohmann::json& state) {
  check_same_space(state.at("space"), features_->key());
  at::set_num_threads(1);
  const torch::NoGradGuard no_gradients;
  const auto width = static_cast<std::int64_t>(features_->size());
  Scales scales(*features_);
  std::size_t i = 0;
  for (torch::Tensor* scale : scales.all()) {
    *scale = tensor_from(state.at("scales").at(i++), scale->sizes());
  }
  torch::Tensor rows = tensor_from(state.at("rows"), {-1, width});
  torch::Tensor scores = tensor_from(state.at("scores"), {rows.size(0), 1});
  fitted_ = std::make_unique<const Fitted>(RankNormal::from_state(state.at("labels")), scales,
                                           state.at("learnt_from").get<std::int64_t>(),
                                           std::move(rows), std::move(scores));
}

const GaussianProcess::Fitted& GaussianProcess::fitted() const {
  if (!fitted_) throw PredictorError("the Gaussian process has not been fitted yet");
  return *fitted_;
}

std::vector<double> GaussianProcess::relevance() const {
  const torch::Tensor weights = fitted().scales.weights().contiguous();
  return {weights.data_ptr<double>(), weights.data_ptr<double>() + weights.numel()};
}

}  // namespace evonas::predictor
