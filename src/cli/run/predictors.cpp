#include "cli/run/predictors.hpp"

#include <functional>
#include <utility>

#include <fmt/format.h>

#include "cli/run/made_once.hpp"
#include "cli/run/torch_module.hpp"
#include "predictor/decorators.hpp"
#include "predictor/prior.hpp"

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

/// The prior of those bytes. Throws PredictorError for one of another space.
std::shared_ptr<const predictor::Prior> read_prior(const spaces::AnySpace& space,
                                                   const std::string& bytes) {
  constexpr const char* kPlace = "the prior";
  const predictor::Checkpoint checkpoint = predictor::read_checkpoint(bytes, kPlace);
  const predictor::CheckpointAbout& about = checkpoint.about;
  if (about.space != space.name()) {
    throw predictor::PredictorError(
        fmt::format("the prior was fitted in the space {}, and is to be used in {}: expected a "
                    "predictor of the same space",
                    about.space, space.name()));
  }
  PredictorOptions options{.statics = about.statics, .prior = about.prior};
  if (!about.input.empty()) options.input = spaces::NetworkInput::parse(about.input);
  std::unique_ptr<predictor::Predictor> earlier =
      PredictorSource(space, options).make(about.predictor);
  predictor::restore(*earlier, checkpoint, kPlace);
  return std::make_shared<const predictor::Prior>(std::move(earlier), space);
}

}  // namespace

struct PredictorSource::Shared {
  spaces::AnySpace space;
  PredictorOptions options;
  FeaturesSource features;
  MadeOnce<LearntPredictors> learnt;
  std::shared_ptr<const predictor::Prior> prior;  // null without one
};

PredictorSource::PredictorSource(const spaces::AnySpace& space, const PredictorOptions& options)
    : shared_(
          new Shared{.space = space, .options = options, .features = features_of(space, options)}) {
  if (!options.pretrained.empty()) learnt();  // a file for another space is a mistake
  if (!options.prior.empty()) shared_->prior = read_prior(space, options.prior);
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
  if (shared_->prior) {
    made = std::make_unique<predictor::WithPrior>(std::move(made), shared_->prior);
  }
  return std::make_unique<predictor::ChunkedPredictor>(std::move(made));
}

std::unique_ptr<predictor::JointPredictor> PredictorSource::make_joint(const std::string& name,
                                                                       std::size_t metrics) const {
  if (shared_->prior) {
    throw predictor::PredictorError(
        "a prior is of one metric, and networks that several metrics share cannot have one: leave "
        "out the prior, or give each metric a predictor of its own");
  }
  return std::make_unique<predictor::ChunkedJoint>(learnt().make_joint(name, metrics));
}

}  // namespace evonas::cli
