#pragma once

#include <memory>
#include <vector>

#include "predictor/known_devices.hpp"
#include "predictor/predictor.hpp"

namespace evonas::predictor {

/// Latency on a new device, from a few measurements on it and from what is known of other devices
/// (known_devices.hpp): a Gaussian process whose mean and covariance are theirs, on logarithms of
/// latency. Few-shot latency by what devices share follows HELP (Lee et al., "HELP:
/// hardware-adaptive efficient latency prediction for NAS via meta-learning", NeurIPS 2021), which
/// meta-learns a network instead.
///
/// It is made for about ten labels, and fits in time that grows with the cube of their number. One
/// label leaves it with the mean of the devices, at the height of that label.
class DeviceTransfer final : public Predictor {
 public:
  /// What checkpoints call it. Searches and comparisons cannot ask for it by that name: it needs
  /// devices.
  static constexpr const char* kName = "few_shot";
  /// What checkpoints of devices alone are called.
  static constexpr const char* kDevicesName = "known devices";

  explicit DeviceTransfer(std::shared_ptr<const KnownDevices> known);
  /// One that knows no devices until it is restored.
  explicit DeviceTransfer(std::shared_ptr<const GraphFeatures> features);

  /// Throws PredictorError as check_labels() does, for values that are not above 0, and where it
  /// knows no devices.
  void fit(std::span<const Label> labels, const FitControl& control) override;
  bool refreshes_at_once() const override { return true; }
  /// The mean is the median of the latency.
  std::vector<Prediction> predict(std::span<const spaces::Genotype> block) const override;
  std::size_t parameters() const override { return solution_.size(); }
  nlohmann::json state() const override;
  void restore(const nlohmann::json& state) override;

 private:
  void check_fitted() const;

  std::shared_ptr<const GraphFeatures> features_;
  std::shared_ptr<const KnownDevices> known_;
  std::vector<Label> labels_;
  double height_ = 0.0;  // mean logarithm of the labels
  KnownDevices::Draws measured_;
  std::vector<double> factor_;    // of the labels' covariance
  std::vector<double> solution_;  // of it with the labels
};

}  // namespace evonas::predictor
