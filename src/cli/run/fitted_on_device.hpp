#pragma once

#include <memory>
#include <string>

#include "cli/run/predictors.hpp"
#include "predictor/checkpoint.hpp"
#include "predictor/decorators.hpp"

namespace evonas::cli {

/// What a predictor of architectures on devices (DeviceSpace) says of architectures on one of them.
class OnDevice final : public predictor::Decorator {
 public:
  /// Values of `inner` count `unit` each.
  OnDevice(std::unique_ptr<predictor::Predictor> inner, std::size_t device, double unit);

  void fit(std::span<const predictor::Label> labels, const predictor::FitControl& control) override;
  void refresh(std::span<const predictor::Label> labels, std::size_t known,
               const predictor::FitControl& control) override;
  std::vector<predictor::Prediction> predict(
      std::span<const spaces::Genotype> block) const override;
  /// It would explain architectures on devices.
  const predictor::Explainer* explainer() const override { return nullptr; }
  /// Its members predict architectures on devices.
  const predictor::Ensemble* ensemble() const override { return nullptr; }

 private:
  std::vector<predictor::Label> on_device(std::span<const predictor::Label> labels) const;

  std::size_t device_;
  double unit_;
};

/// The predictor that `about` tells of, unfitted, for architectures of `space`: on `device`, one of
/// its devices, where it has some. What it predicts there is in the unit of the device's own metric
/// where that was measured, and a share of the median else; `about` says so afterwards. `place` is
/// the file, for messages. Throws PredictorError for a device that is none of them or not named,
/// and as PredictorSource does.
std::unique_ptr<predictor::Predictor> make_fitted(const spaces::AnySpace& space,
                                                  const PredictorOptions& options,
                                                  const std::string& device,
                                                  predictor::CheckpointAbout& about,
                                                  const std::string& place);

}  // namespace evonas::cli
