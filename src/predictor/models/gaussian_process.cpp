#include "predictor/models/gaussian_process.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <torch/optim/adam.h>
#include <torch/utils.h>

#include "base/json.hpp"
#include "base/parallel.hpp"
#include "base/random.hpp"
#include "predictor/label_noise.hpp"
#include "predictor/models/kernel_scales.hpp"
#include "predictor/models/tensor_of.hpp"
#include "predictor/models/tensor_state.hpp"

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

}  // namespace

/// What a fit leaves behind.
struct GaussianProcess::Fitted {
  RankNormal labels;
  KernelScales scales;
  std::int64_t learnt_from;  // how many labels there were when the scales were learnt
  torch::Tensor rows;        // labels x features
  torch::Tensor scores;      // labels x 1
  torch::Tensor known;       // labels: known variances, undefined where there are none
  torch::Tensor scaled;      // rows times the features' weights
  torch::Tensor lower;       // Cholesky factor of the labels' covariance
  torch::Tensor weights;     // labels x 1: covariance^-1 times scores

  Fitted(RankNormal transform, KernelScales learnt, std::int64_t label_count,
         torch::Tensor label_rows, torch::Tensor label_scores, torch::Tensor label_variances)
      : labels(std::move(transform)),
        scales(std::move(learnt)),
        learnt_from(label_count),
        rows(std::move(label_rows)),
        scores(std::move(label_scores)),
        known(std::move(label_variances)),
        scaled(rows * scales.weights()),
        lower(scales.factor(rows, known)),
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
  const torch::Tensor known = variances_of(ranked.noises);

  std::vector<std::int64_t> chosen(labels.size());
  std::iota(chosen.begin(), chosen.end(), 0);
  Rng(control.seed, "labels for scales").shuffle(std::span(chosen));
  chosen.resize(std::min(chosen.size(), static_cast<std::size_t>(options_.most_for_scales)));
  const torch::Tensor index = torch::tensor(chosen, torch::kInt64);
  const torch::Tensor some_rows = rows.index_select(0, index);
  const torch::Tensor some_scores = scores.index_select(0, index);
  const torch::Tensor some_known = known.defined() ? known.index_select(0, index) : known;

  KernelScales scales(*features_);
  std::vector<torch::Tensor> learnt;
  for (torch::Tensor* scale : scales.all()) learnt.push_back(scale->requires_grad_());
  torch::optim::Adam optimiser(learnt, torch::optim::AdamOptions(options_.learning_rate));
  for (std::int64_t step = 0; step < options_.steps; ++step) {
    if (control.stop.stop_requested()) throw PredictorError("the fit was stopped");
    optimiser.zero_grad();
    scales.cost(some_rows, some_scores, some_known, options_.relevance_prior).backward();
    optimiser.step();
    if (control.progress) {
      control.progress(static_cast<double>(step + 1) / static_cast<double>(options_.steps));
    }
  }
  const torch::NoGradGuard no_gradients;
  for (torch::Tensor* scale : scales.all()) *scale = scale->detach();
  fitted_ = std::make_unique<const Fitted>(std::move(ranked.transform), scales, rows.size(0), rows,
                                           scores, known);
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
  RankedLabels ranked = rank(labels);
  const auto width = static_cast<std::int64_t>(features_->size());
  fitted_ = std::make_unique<const Fitted>(
      std::move(ranked.transform), fitted_->scales, fitted_->learnt_from,
      tensor_of(features_->compute(ranked.genotypes), width), tensor_of(ranked.scores, 1),
      variances_of(ranked.noises));
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
  KernelScales learnt = fitted().scales;
  for (const torch::Tensor* scale : learnt.all()) scales.push_back(state_of(*scale));
  nlohmann::json state = {{"space", features_->key().hex()}, {"labels", fitted_->labels.state()},
                          {"scales", std::move(scales)},     {"learnt_from", fitted_->learnt_from},
                          {"rows", state_of(fitted_->rows)}, {"scores", state_of(fitted_->scores)}};
  if (fitted_->known.defined()) state["variances"] = state_of(fitted_->known);
  return state;
}

void GaussianProcess::restore(const nlohmann::json& state) {
  check_same_space(state.at("space"), features_->key());
  at::set_num_threads(1);
  const torch::NoGradGuard no_gradients;
  const auto width = static_cast<std::int64_t>(features_->size());
  KernelScales scales(*features_);
  std::size_t i = 0;
  for (torch::Tensor* scale : scales.all()) {
    *scale = tensor_from(state.at("scales").at(i++), scale->sizes());
  }
  torch::Tensor rows = tensor_from(state.at("rows"), {-1, width});
  torch::Tensor scores = tensor_from(state.at("scores"), {rows.size(0), 1});
  torch::Tensor known;
  if (state.contains("variances")) known = tensor_from(state.at("variances"), {rows.size(0)});
  fitted_ = std::make_unique<const Fitted>(RankNormal::from_state(state.at("labels")), scales,
                                           state.at("learnt_from").get<std::int64_t>(),
                                           std::move(rows), std::move(scores), std::move(known));
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
