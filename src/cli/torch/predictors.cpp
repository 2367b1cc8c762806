#include "cli/run/predictors.hpp"

#include <memory>
#include <mutex>

#include <tbb/task_arena.h>

#include "predictor/mixture.hpp"
#include "predictor/models/gaussian_process.hpp"
#include "predictor/models/network_ensemble.hpp"
#include "predictor/predictor_list.hpp"
#include "predictor/trees.hpp"

namespace evonas::cli {

namespace {

/// Made once, by the first who asks. While it is made its maker takes no other task of the arena,
/// which could ask for the same and would wait for itself.
template <class T>
class MadeOnce {
 public:
  template <class Make>
  std::shared_ptr<const T> get(const Make& make) {
    const std::scoped_lock lock(mutex_);
    if (!made_) tbb::this_task_arena::isolate([&] { made_ = make(); });
    return made_;
  }

 private:
  std::mutex mutex_;
  std::shared_ptr<const T> made_;
};

}  // namespace

struct PredictorSource::Shared {
  Shared(const spaces::AnySpace& of, const std::stop_token& until) : space(of), stop(until) {}

  std::shared_ptr<const predictor::GraphFeatures> features() {
    return made_features.get(
        [&] { return std::make_shared<const predictor::GraphFeatures>(space); });
  }

  std::shared_ptr<const predictor::PretrainedNetworks> networks() {
    const auto known = features();
    return made_networks.get([&] {
      return std::make_shared<const predictor::PretrainedNetworks>(
          space, *known, predictor::PretrainingOptions{}, predictor::FitControl{.stop = stop});
    });
  }

  spaces::AnySpace space;
  std::stop_token stop;
  MadeOnce<predictor::GraphFeatures> made_features;
  MadeOnce<predictor::PretrainedNetworks> made_networks;
};

PredictorSource::PredictorSource(const spaces::AnySpace& space, const std::stop_token& stop)
    : shared_(std::make_shared<Shared>(space, stop)) {}

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
