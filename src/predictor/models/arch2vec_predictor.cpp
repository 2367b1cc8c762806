#include "predictor/models/arch2vec_predictor.hpp"

#include <utility>

#include <ATen/Parallel.h>
#include <torch/utils.h>

#include "base/json.hpp"
#include "base/parallel.hpp"
#include "predictor/models/dngo_head.hpp"
#include "predictor/models/network_training.hpp"
#include "predictor/models/tensor_of.hpp"
#include "predictor/rank_normal.hpp"

namespace evonas::predictor {
namespace {

constexpr std::size_t kHeadChunk = 512;  // architectures that the head scores at once

}  // namespace

/// What a fit leaves behind.
struct Arch2VecPredictor::Fitted {
  RankNormal labels;
  std::shared_ptr<const Arch2Vec> embedding;
  DngoHead head;
};

Arch2VecPredictor::Arch2VecPredictor(std::shared_ptr<const GraphFeatures> features,
                                     Pretraining pretraining)
    : features_(std::move(features)), pretraining_(std::move(pretraining)) {}

Arch2VecPredictor::~Arch2VecPredictor() = default;

void Arch2VecPredictor::fit(std::span<const Label> labels, const FitControl& control) {
  at::set_num_threads(1);  // sums in another order would give another fit
  const auto [architectures, transform, scores, noises] = rank(labels);
  std::shared_ptr<const Arch2Vec> embedding = pretraining_(control);
  const torch::Tensor rows = tensor_of(embedding->embed(*features_, architectures),
                                       static_cast<std::int64_t>(embedding->width()));
  DngoHead head(rows, torch::tensor(scores, torch::kDouble), weights_of(noises), {}, control);
  fitted_ = std::make_unique<const Fitted>(
      Fitted{.labels = transform, .embedding = std::move(embedding), .head = std::move(head)});
}

std::vector<Prediction> Arch2VecPredictor::predict(std::span<const spaces::Genotype> block) const {
  const Fitted& known = fitted();
  const std::size_t width = known.embedding->width();
  const std::vector<double> numbers = known.embedding->embed(*features_, block);
  std::vector<Prediction> predictions(block.size());
  parallel_chunks(block.size(), kHeadChunk, [&](std::size_t first, std::size_t count) {
    const torch::Tensor rows = tensor_of(std::span(numbers).subspan(first * width, count * width),
                                         static_cast<std::int64_t>(width));
    const BayesianRegression::Beliefs beliefs = known.head.predict(rows);
    const torch::Tensor means = beliefs.means.contiguous();
    const torch::Tensor deviations = beliefs.deviations.contiguous();
    for (std::size_t i = 0; i < count; ++i) {
      predictions[first + i] = known.labels.prediction(means.const_data_ptr<double>()[i],
                                                       deviations.const_data_ptr<double>()[i]);
    }
  });
  return predictions;
}

std::size_t Arch2VecPredictor::parameters() const {
  return fitted_ ? fitted_->head.parameters() : 0;
}

double Arch2VecPredictor::multiply_accumulates(std::size_t nodes) const {
  return fitted().embedding->multiply_accumulates(nodes) + fitted_->head.multiply_accumulates();
}

nlohmann::json Arch2VecPredictor::state() const {
  return {{"labels", fitted().labels.state()},
          {"embedding", fitted_->embedding->state()},
          {"head", fitted_->head.state()}};
}

void Arch2VecPredictor::restore(const nlohmann::json& state) {
  at::set_num_threads(1);
  auto embedding = std::make_shared<const Arch2Vec>(state.at("embedding"), *features_);
  DngoHead head(state.at("head"), static_cast<std::int64_t>(embedding->width()));
  fitted_ =
      std::make_unique<const Fitted>(Fitted{.labels = RankNormal::from_state(state.at("labels")),
                                            .embedding = std::move(embedding),
                                            .head = std::move(head)});
}

const Arch2VecPredictor::Fitted& Arch2VecPredictor::fitted() const {
  if (!fitted_) throw PredictorError("arch2vec has not been fitted yet");
  return *fitted_;
}

}  // namespace evonas::predictor
