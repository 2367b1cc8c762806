#include "cli/run/predictors.hpp"

#include <utility>

#include <fmt/format.h>

#include "cli/run/made_once.hpp"
#include "predictor/decorators.hpp"
#include "predictor/predictor_list.hpp"

namespace evonas::cli {
namespace {

using predictor::GraphFeatures;

[[noreturn]] void fail(const std::string& what) {
  throw predictor::PredictorError(fmt::format(
      "this evonas was built without LibTorch, which {} needs: build it with EVONAS_TORCH=ON",
      what));
}

}  // namespace

struct PredictorSource::Shared {
  explicit Shared(predictor::ArchitectureView seen) : view(std::move(seen)) {}

  predictor::ArchitectureView view;
  MadeOnce<GraphFeatures> features;
};

PredictorSource::PredictorSource(const spaces::AnySpace& space, const PredictorOptions& options)
    : shared_(std::make_shared<Shared>(
          options.input ? predictor::ArchitectureView(space, *options.input) : space)) {}

std::unique_ptr<predictor::Predictor> PredictorSource::make(const std::string& name) const {
  const auto features = [&] {
    return shared_->features.get(
        [&] { return std::make_shared<const GraphFeatures>(shared_->view); });
  };
  if (auto plain = predictor::make_plain_predictor(name, shared_->view, features)) {
    return std::make_unique<predictor::ChunkedPredictor>(std::move(plain));
  }
  fail("the predictor " + name);
}

std::unique_ptr<predictor::JointPredictor> PredictorSource::make_joint(
    const std::string& name, std::size_t /*metrics*/) const {
  fail("the predictor " + name);
}

void PredictorSource::pretrain(predictor::Pretraining what,
                               const predictor::FitControl& /*control*/) const {
  if (what != predictor::Pretraining::None) fail("pre-training");
}

std::string PredictorSource::pretraining_summary(predictor::Pretraining /*what*/) const {
  fail("pre-training");
}

std::vector<double> PredictorSource::embed(predictor::Pretraining /*what*/,
                                           std::span<const spaces::Genotype> /*block*/) const {
  fail("pre-training");
}

std::string PredictorSource::pretrained_bytes(predictor::Pretraining /*what*/,
                                              const predictor::CheckpointAbout& /*about*/) const {
  fail("pre-training");
}

std::unique_ptr<predictor::LatentPolicy> make_policy(std::size_t /*width*/,
                                                     std::uint64_t /*seed*/) {
  fail("a policy");
}

}  // namespace evonas::cli
