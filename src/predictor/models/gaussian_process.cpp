#include "predictor/models/gaussian_process.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <ATen/Parallel.h>
#include <torch/optim/adam.h>
#include <torch/utils.h>

#include "base/parallel.hpp"
#include "base/random.hpp"
#include "predictor/label_noise.hpp"
#include "predictor/models/fitted_process.hpp"
#include "predictor/models/tensor_of.hpp"

namespace evonas::predictor {
namespace {

constexpr double kMostNoise = 1e4;          // deviation of a score that says nothing any more
constexpr std::size_t kProcessChunk = 256;  // architectures in one task of a prediction

/// The variances of scores that are known from their noises; undefined where none is.
torch::Tensor variances_of(std::span<const double> noises) {
  std::vector<double> variances = known_noises(noises);
  if (variances.empty()) return {};
  for (double& value : variances) value = std::pow(std::min(value, kMostNoise), 2);
  return torch::tensor(variances, torch::kDouble);
}

/// Some of an architecture's features, one row after the other, as a tensor: `count` x `width`.
torch::Tensor feature_rows(std::span<const double> features, std::size_t width, std::size_t first,
                           std::size_t count) {
  if (width == 0) return torch::empty({static_cast<std::int64_t>(count), 0}, torch::kDouble);
  return tensor_of(features.subspan(first * width, count * width),
                   static_cast<std::int64_t>(width));
}

/// What scales are learnt from: some of the labels, by their numbers.
KernelLabels labels_for_scales(const KernelLabels& all, std::span<const ColourHistograms> colours,
                               const std::vector<std::int64_t>& chosen) {
  const torch::Tensor index = torch::tensor(chosen, torch::kInt64);
  KernelLabels labels{.rows = all.rows.index_select(0, index),
                      .scores = all.scores.index_select(0, index),
                      .known = all.known.defined() ? all.known.index_select(0, index) : all.known,
                      .products = {}};
  if (colours.empty()) return labels;
  std::vector<ColourHistograms> some;
  for (const std::int64_t i : chosen) some.push_back(colours[static_cast<std::size_t>(i)]);
  labels.products = products_by_round(some);
  return labels;
}

}  // namespace

GaussianProcess::GaussianProcess(std::shared_ptr<const GraphFeatures> features,
                                 const GaussianProcessOptions& options)
    : features_(std::move(features)), options_(options) {}

GaussianProcess::~GaussianProcess() = default;

std::size_t GaussianProcess::width() const {
  return options_.kernel == GraphKernel::WeisfeilerLehman ? 0 : features_->size();
}

std::vector<double> GaussianProcess::features(std::span<const spaces::Genotype> block) const {
  return width() == 0 ? std::vector<double>() : features_->compute(block);
}

std::vector<ColourHistograms> GaussianProcess::colours(
    std::span<const spaces::Genotype> block) const {
  if (options_.kernel == GraphKernel::Matern) return {};
  return colours_of(features_->view(), features_->vocabulary(), block,
                    static_cast<std::size_t>(options_.rounds));
}

KernelLabels GaussianProcess::known_labels(const RankedLabels& ranked) const {
  const std::vector<double> numbers = features(ranked.genotypes);
  return {.rows = feature_rows(numbers, width(), 0, ranked.genotypes.size()),
          .scores = tensor_of(ranked.scores, 1),
          .known = variances_of(ranked.noises),
          .products = {}};
}

void GaussianProcess::fit(std::span<const Label> labels, const FitControl& control) {
  at::set_num_threads(1);  // sums in another order would give another fit
  const RankedLabels ranked = rank(labels);
  const KernelLabels known = known_labels(ranked);
  const std::vector<ColourHistograms> coloured = colours(ranked.genotypes);

  std::vector<std::int64_t> chosen(labels.size());
  std::iota(chosen.begin(), chosen.end(), 0);
  Rng(control.seed, "labels for scales").shuffle(std::span(chosen));
  chosen.resize(std::min(chosen.size(), static_cast<std::size_t>(options_.most_for_scales)));
  const KernelLabels some = labels_for_scales(known, coloured, chosen);

  KernelScales scales(*features_, options_);
  std::vector<torch::Tensor> learnt;
  for (torch::Tensor* scale : scales.all()) learnt.push_back(scale->requires_grad_());
  torch::optim::Adam optimiser(learnt, torch::optim::AdamOptions(options_.learning_rate));
  for (std::int64_t step = 0; step < options_.steps; ++step) {
    if (control.stop.stop_requested()) throw PredictorError("the fit was stopped");
    optimiser.zero_grad();
    scales.cost(some, options_.relevance_prior).backward();
    optimiser.step();
    if (control.progress) {
      control.progress(static_cast<double>(step + 1) / static_cast<double>(options_.steps));
    }
  }
  const torch::NoGradGuard no_gradients;
  for (torch::Tensor* scale : scales.all()) *scale = scale->detach();
  fitted_ = std::make_unique<const Fitted>(ranked.transform, scales, known.rows.size(0), known,
                                           ranked.genotypes, coloured);
}

void GaussianProcess::refresh(std::span<const Label> labels, std::size_t known,
                              const FitControl& control) {
  // Scales that were learnt from far fewer labels are worth learning again.
  if (!fitted_ || 2 * static_cast<std::size_t>(fitted_->learnt_from) < known || known == 0) {
    fit(labels, control);
    return;
  }
  at::set_num_threads(1);
  const torch::NoGradGuard no_gradients;
  const RankedLabels ranked = rank(labels);
  fitted_ = std::make_unique<const Fitted>(ranked.transform, fitted_->scales, fitted_->learnt_from,
                                           known_labels(ranked), ranked.genotypes,
                                           colours(ranked.genotypes));
}

std::vector<Prediction> GaussianProcess::predict(std::span<const spaces::Genotype> block) const {
  fitted();
  const std::vector<double> numbers = features(block);
  std::vector<Prediction> predictions(block.size());
  parallel_chunks(block.size(), kProcessChunk, [&](std::size_t first, std::size_t count) {
    const torch::NoGradGuard no_gradients;
    const torch::Tensor scaled =
        fitted_->scales.scaled(feature_rows(numbers, width(), first, count));
    const torch::Tensor covariance = fitted_->scales.kernel(
        scaled, fitted_->scaled, fitted_->coloured(colours(block.subspan(first, count))));
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

std::size_t GaussianProcess::parameters() const {
  const std::size_t of_features = width() == 0 ? 0 : width() + 3;
  const bool has_rounds = options_.kernel != GraphKernel::Matern;
  return of_features + 1 + (has_rounds ? static_cast<std::size_t>(options_.rounds) : 0);
}

double GaussianProcess::multiply_accumulates(std::size_t /*nodes*/) const {
  const auto labels = static_cast<double>(fitted().known.rows.size(0));
  return labels * (static_cast<double>(width()) + 0.5 * labels);
}

const GaussianProcess::Fitted& GaussianProcess::fitted() const {
  if (!fitted_) throw PredictorError("the Gaussian process has not been fitted yet");
  return *fitted_;
}

std::vector<double> GaussianProcess::relevance() const {
  fitted();
  if (width() == 0) return {};
  const torch::Tensor weights = fitted_->scales.weights().contiguous();
  return {weights.data_ptr<double>(), weights.data_ptr<double>() + weights.numel()};
}

}  // namespace evonas::predictor
