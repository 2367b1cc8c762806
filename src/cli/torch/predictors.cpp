#include "cli/run/predictors.hpp"

#include <map>
#include <mutex>

#include "predictor/mixture.hpp"
#include "predictor/models/gaussian_process.hpp"
#include "predictor/models/network_ensemble.hpp"
#include "predictor/predictor_list.hpp"
#include "predictor/trees.hpp"

namespace evonas::cli {

struct PredictorSource::Shared {
  explicit Shared(const spaces::AnySpace& of) : space(of) {}

  std::shared_ptr<const predictor::GraphFeatures> features() {
    const std::scoped_lock lock(mutex);
    if (!known_features) known_features = std::make_shared<const predictor::GraphFeatures>(space);
    return known_features;
  }

  std::shared_ptr<const predictor::PretrainedNetworks> networks() {
    const auto known = features();
    const std::scoped_lock lock(mutex);
    if (!known_networks) {
      known_networks = std::make_shared<const predictor::PretrainedNetworks>(
          space, *known, predictor::PretrainingOptions{}, predictor::FitControl{});
    }
    return known_networks;
  }

  spaces::AnySpace space;
  std::mutex mutex;
  std::shared_ptr<const predictor::GraphFeatures> known_features;
  std::shared_ptr<const predictor::PretrainedNetworks> known_networks;
};

PredictorSource::PredictorSource(const spaces::AnySpace& space)
    : shared_(std::make_shared<Shared>(space)) {}

std::unique_ptr<predictor::Predictor> PredictorSource::make(const std::string& name) const {
  if (auto plain = predictor::make_plain_predictor(name, shared_->space)) return plain;
  if (name == "gp") return std::make_unique<predictor::GaussianProcess>(shared_->features());
  if (name == "networks") return std::make_unique<predictor::NetworkEnsemble>(shared_->networks());
  std::vector<predictor::Mixture::Member> members;
  members.push_back({std::make_unique<predictor::NetworkEnsemble>(shared_->networks()), 1.0});
  members.push_back({std::make_unique<predictor::GaussianProcess>(shared_->features()), 0.5});
  members.push_back({std::make_unique<predictor::Trees>(shared_->features()), 0.5});
  return std::make_unique<predictor::Mixture>(std::move(members));
}

}  // namespace evonas::cli
