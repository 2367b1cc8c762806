#include "predictor/device_transfer.hpp"

#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/parallel.hpp"

namespace evonas::predictor {

DeviceTransfer::DeviceTransfer(std::shared_ptr<const KnownDevices> known)
    : known_(std::move(known)) {}

DeviceTransfer::DeviceTransfer(std::shared_ptr<const GraphFeatures> features)
    : features_(std::move(features)) {}

void DeviceTransfer::fit(std::span<const Label> labels, const FitControl& /*control*/) {
  check_labels(labels);
  if (!known_) throw PredictorError("a predictor for new devices needs to know other devices");
  std::vector<spaces::Genotype> genotypes;
  std::vector<double> logarithms;
  double height = 0.0;
  for (const auto& [genotype, value, noise] : labels) {
    if (value <= 0.0) {
      throw PredictorError(fmt::format("the latency of [{}] is {}, expected a number above 0",
                                       genotype.to_string(), value));
    }
    genotypes.push_back(genotype);
    logarithms.push_back(std::log(value));
    height += std::log(value) / static_cast<double>(labels.size());
  }
  KnownDevices::Draws measured = known_->draws(genotypes);
  const std::size_t size = labels.size();
  std::vector<double> covariance(size * size);
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = 0; j < size; ++j) {
      covariance[size * i + j] = measured.covariance(i, measured, j);
    }
    covariance[size * i + i] +=
        kLatencyNoise + measured.noises[i] + std::pow(labels[i].noise / labels[i].value, 2);
    logarithms[i] -= height + measured.means[i];
  }
  factor_ = cholesky(std::move(covariance), size);
  solution_ = solve(factor_, std::move(logarithms));
  measured_ = std::move(measured);
  height_ = height;
  labels_.assign(labels.begin(), labels.end());
}

std::vector<Prediction> DeviceTransfer::predict(std::span<const spaces::Genotype> block) const {
  check_fitted();
  const KnownDevices::Draws asked = known_->draws(block);
  std::vector<Prediction> predictions(block.size());
  parallel_for(block.size(), [&](std::size_t i) {
    std::vector<double> with_labels(labels_.size());
    double logarithm = height_ + asked.means[i];
    for (std::size_t j = 0; j < labels_.size(); ++j) {
      with_labels[j] = asked.covariance(i, measured_, j);
      logarithm += with_labels[j] * solution_[j];
    }
    double variance = asked.covariance(i, asked, i) + asked.noises[i] + kLatencyNoise;
    const std::vector<double> told = solve(factor_, with_labels);
    for (std::size_t j = 0; j < told.size(); ++j) variance -= told[j] * with_labels[j];
    const double median = std::exp(logarithm);
    predictions[i] = {.mean = median, .deviation = median * std::sqrt(std::max(0.0, variance))};
  });
  return predictions;
}

nlohmann::json DeviceTransfer::state() const {
  check_fitted();
  nlohmann::json labels = nlohmann::json::array();
  for (const auto& [genotype, value, noise] : labels_) {
    labels.push_back({{"architecture", known_->features().view().space().format(genotype)},
                      {"latency", value},
                      {"noise", noise}});
  }
  return {{"known", known_->state()}, {"labels", std::move(labels)}};
}

void DeviceTransfer::restore(const nlohmann::json& state) {
  const std::shared_ptr<const GraphFeatures> features =
      features_ ? features_ : std::shared_ptr<const GraphFeatures>(known_, &known_->features());
  const auto known =
      std::make_shared<const KnownDevices>(KnownDevices::from_state(state.at("known"), features));
  std::vector<Label> labels;
  for (const nlohmann::json& label : state.at("labels")) {
    labels.push_back({features->view().space().parse(label.at("architecture").get<std::string>()),
                      label.at("latency").get<double>(), label.at("noise").get<double>()});
  }
  DeviceTransfer restored(known);
  restored.fit(labels, {});
  restored.features_ = features_;
  *this = std::move(restored);
}

void DeviceTransfer::check_fitted() const {
  if (solution_.empty()) {
    throw PredictorError("the predictor for a new device has not been fitted yet");
  }
}

}  // namespace evonas::predictor
