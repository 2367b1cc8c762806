#include "cli/run/predictors.hpp"

#include <functional>
#include <utility>

#include <fmt/format.h>

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

PredictorSource PredictorSource::with_prior(std::string_view bytes,
                                            const std::string& place) const {
  const predictor::Checkpoint checkpoint = predictor::read_checkpoint(bytes, place);
  const predictor::CheckpointAbout& about = checkpoint.about;
  if (!about.devices.empty() || about.space != shared_->space.name()) {
    throw predictor::PredictorError(fmt::format(
        "the prior {} was fitted {}, and is to be used in the space {}: expected a predictor of "
        "that space's architectures",
        place, about.devices.empty() ? "in the space " + about.space : "on several devices",
        shared_->space.name()));
  }
  PredictorOptions options{.statics = about.statics};
  if (!about.input.empty()) options.input = spaces::NetworkInput::parse(about.input);
  PredictorSource source(shared_->space, options);
  if (!about.prior.empty()) source = source.with_prior(about.prior, place);
  std::unique_ptr<predictor::Predictor> earlier = source.make(about.predictor);
  predictor::restore(*earlier, checkpoint, place);
  PredictorSource informed = *this;
  informed.prior_ = std::make_shared<const predictor::Prior>(std::move(earlier), shared_->space);
  return informed;
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
  if (prior_) made = std::make_unique<predictor::WithPrior>(std::move(made), prior_);
  return std::make_unique<predictor::ChunkedPredictor>(std::move(made));
}

std::unique_ptr<predictor::JointPredictor> PredictorSource::make_joint(const std::string& name,
                                                                       std::size_t metrics) const {
  return std::make_unique<predictor::ChunkedJoint>(learnt().make_joint(name, metrics));
}

}  // namespace evonas::cli
