#include "cli/run/predictors.hpp"

#include <memory>
#include <utility>

#include "cli/run/atomic_file.hpp"
#include "cli/run/made_once.hpp"
#include "predictor/mixture.hpp"
#include "predictor/models/distilled.hpp"
#include "predictor/models/gaussian_process.hpp"
#include "predictor/models/network_ensemble.hpp"
#include "predictor/models/path_networks.hpp"
#include "predictor/models/pretrained_networks.hpp"
#include "predictor/models/published_predictor.hpp"
#include "predictor/predictor_list.hpp"
#include "predictor/trees.hpp"

namespace evonas::cli {

using predictor::GraphFeatures;
using predictor::PretrainedNetworks;

struct PredictorSource::Shared {
  Shared(const spaces::AnySpace& of, PredictorOptions wanted)
      : view(wanted.input ? predictor::ArchitectureView(of, *wanted.input) : of),
        options(std::move(wanted)) {}

  std::shared_ptr<const GraphFeatures> features() {
    return made_features.get([&] { return std::make_shared<const GraphFeatures>(view); });
  }

  std::shared_ptr<const predictor::PathCode> paths() {
    return made_paths.get([&] { return std::make_shared<const predictor::PathCode>(view); });
  }

  std::shared_ptr<const PretrainedNetworks> networks(const predictor::FitControl& control) {
    const auto known = features();
    return made_networks.get([&] { return make_networks(*known, control); });
  }

  std::shared_ptr<const PretrainedNetworks> make_networks(
      const GraphFeatures& known, const predictor::FitControl& control) const {
    const std::filesystem::path& file = options.pretrained;
    if (!file.empty()) return predictor::read_pretrained(read_whole(file), file.string(), known);
    if (options.use_carried) {
      if (auto networks = predictor::carried_networks(known)) return networks;
    }
    return std::make_shared<const PretrainedNetworks>(known, options.pretraining, control);
  }

  predictor::ArchitectureView view;
  PredictorOptions options;
  MadeOnce<GraphFeatures> made_features;
  MadeOnce<predictor::PathCode> made_paths;
  MadeOnce<PretrainedNetworks> made_networks;
};

PredictorSource::PredictorSource(const spaces::AnySpace& space, const PredictorOptions& options)
    : shared_(std::make_shared<Shared>(space, options)) {
  if (!options.pretrained.empty()) pretrain({});
}

std::unique_ptr<predictor::Predictor> PredictorSource::make(const std::string& name) const {
  const auto features = [shared = shared_] { return shared->features(); };
  if (auto plain = predictor::make_plain_predictor(name, shared_->view.space(), features)) {
    return plain;
  }
  if (auto recipe = predictor::published_recipe(name, shared_->options.epochs)) {
    return std::make_unique<predictor::PublishedPredictor>(shared_->features(), std::move(recipe));
  }
  if (name == "path_networks") return std::make_unique<predictor::PathNetworks>(shared_->paths());
  if (name == "gp") return std::make_unique<predictor::GaussianProcess>(shared_->features());
  auto networks = std::make_unique<predictor::NetworkEnsemble>(
      shared_->features(), [shared = shared_](const predictor::FitControl& control) {
        return shared->networks(control);
      });
  if (name == "networks") return networks;
  std::vector<predictor::Mixture::Member> members;
  members.push_back({std::move(networks), 1.0});
  members.push_back({std::make_unique<predictor::GaussianProcess>(shared_->features()), 0.5});
  members.push_back({std::make_unique<predictor::Trees>(shared_->features()), 0.5});
  auto mixture = std::make_unique<predictor::Mixture>(std::move(members));
  if (name == "mixture") return mixture;
  return std::make_unique<predictor::Distilled>(shared_->features(), std::move(mixture));
}

void PredictorSource::pretrain(const predictor::FitControl& control) const {
  shared_->networks(control);
}

double PredictorSource::pretraining_loss() const { return shared_->networks({})->loss(); }

std::vector<double> PredictorSource::embed(std::span<const spaces::Genotype> block) const {
  return shared_->networks({})->embed(*shared_->features(), block);
}

std::string PredictorSource::pretrained_bytes(const predictor::CheckpointAbout& about) const {
  return predictor::checkpoint_bytes(about, shared_->networks({})->state());
}

}  // namespace evonas::cli
