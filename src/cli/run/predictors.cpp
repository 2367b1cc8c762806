#include "cli/run/predictors.hpp"

#include <utility>

#include "cli/run/made_once.hpp"
#include "cli/run/torch_module.hpp"
#include "predictor/decorators.hpp"

namespace evonas::cli {

using predictor::GraphFeatures;

struct PredictorSource::Shared {
  spaces::AnySpace space;
  PredictorOptions options;
  predictor::ArchitectureView view;
  MadeOnce<GraphFeatures> features;
  MadeOnce<LearntPredictors> learnt;
};

PredictorSource::PredictorSource(const spaces::AnySpace& space, const PredictorOptions& options)
    : shared_(new Shared{
          .space = space,
          .options = options,
          .view = options.input ? predictor::ArchitectureView(space, *options.input) : space}) {
  if (!options.pretrained.empty()) learnt();  // a file for another space is a mistake
}

const LearntPredictors& PredictorSource::learnt() const {
  return *shared_->learnt.get([&]() -> std::shared_ptr<const LearntPredictors> {
    try {
      return torch_module().make_predictors(shared_->space, shared_->options);
    } catch (const evaluation::EvaluationError& missing) {
      throw predictor::PredictorError(missing.what());
    }
  });
}

std::unique_ptr<predictor::Predictor> PredictorSource::make(const std::string& name) const {
  const auto features = [&] {
    return shared_->features.get(
        [&] { return predictor::make_features(shared_->view, shared_->options.statics); });
  };
  auto made = predictor::make_plain_predictor(name, shared_->view, features);
  if (!made) made = learnt().make(name);
  return std::make_unique<predictor::ChunkedPredictor>(std::move(made));
}

}  // namespace evonas::cli
