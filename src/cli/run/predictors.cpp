#include "cli/run/predictors.hpp"

#include <functional>
#include <utility>

#include "cli/run/made_once.hpp"
#include "cli/run/torch_module.hpp"
#include "predictor/decorators.hpp"

namespace evonas::cli {
namespace {

using predictor::GraphFeatures;
using FeaturesSource = std::function<std::shared_ptr<const GraphFeatures>()>;

/// What predictors read, made when one first asks; whoever holds it keeps it.
FeaturesSource features_of(const spaces::AnySpace& space, const PredictorOptions& options) {
  return [made = std::make_shared<MadeOnce<GraphFeatures>>(), space, input = options.input,
          statics = options.statics] {
    return made->get([&] {
      return predictor::make_features(predictor::ArchitectureView(space, input), statics);
    });
  };
}

}  // namespace

struct PredictorSource::Shared {
  spaces::AnySpace space;
  PredictorOptions options;
  FeaturesSource features;
  MadeOnce<LearntPredictors> learnt;
};

PredictorSource::PredictorSource(const spaces::AnySpace& space, const PredictorOptions& options)
    : shared_(
          new Shared{.space = space, .options = options, .features = features_of(space, options)}) {
  if (!options.pretrained.empty()) learnt();  // a file for another space is a mistake
}

const LearntPredictors& PredictorSource::learnt() const {
  return *shared_->learnt.get([&]() -> std::shared_ptr<const LearntPredictors> {
    try {
      return torch_module().make_predictors(shared_->space, shared_->options, shared_->features);
    } catch (const evaluation::EvaluationError& missing) {
      throw predictor::PredictorError(missing.what());
    }
  });
}

std::unique_ptr<predictor::Predictor> PredictorSource::make(const std::string& name) const {
  const predictor::ArchitectureView view(shared_->space, shared_->options.input);
  auto made = predictor::make_plain_predictor(name, view, shared_->features);
  if (!made) made = learnt().make(name);
  return std::make_unique<predictor::ChunkedPredictor>(std::move(made));
}

std::unique_ptr<predictor::JointPredictor> PredictorSource::make_joint(const std::string& name,
                                                                       std::size_t metrics) const {
  return std::make_unique<predictor::ChunkedJoint>(learnt().make_joint(name, metrics));
}

}  // namespace evonas::cli
