#include "cli/run/fitted_on_device.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/quoted.hpp"
#include "cli/run/device_data.hpp"
#include "cli/run/device_space.hpp"

namespace evonas::cli {
namespace {

/// Which of the devices that is.
std::size_t number_of_device(const predictor::CheckpointAbout& about, const std::string& device,
                             const std::string& place) {
  std::vector<std::string> names;
  for (const predictor::CheckpointDevice& known : about.devices) names.push_back(known.name);
  const auto found = std::ranges::find(names, device);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  throw predictor::PredictorError(
      fmt::format("{} predicts on the devices {}: {}", place, fmt::join(names, ", "),
                  device.empty() ? "say on which (--on, or `device` in a configuration)"
                                 : evonas::quoted(device) + " is none of them"));
}

}  // namespace

OnDevice::OnDevice(std::unique_ptr<predictor::Predictor> inner, std::size_t device, double unit)
    : Decorator(std::move(inner)), device_(device), unit_(unit) {}

std::vector<predictor::Label> OnDevice::on_device(std::span<const predictor::Label> labels) const {
  std::vector<predictor::Label> result;
  for (const auto& [genotype, value, noise] : labels) {
    result.push_back({DeviceSpace::genotype_of(device_, genotype), value / unit_, noise / unit_});
  }
  return result;
}

void OnDevice::fit(std::span<const predictor::Label> labels, const predictor::FitControl& control) {
  inner().fit(on_device(labels), control);
}

void OnDevice::refresh(std::span<const predictor::Label> labels, std::size_t known,
                       const predictor::FitControl& control) {
  inner().refresh(on_device(labels), known, control);
}

std::vector<predictor::Prediction> OnDevice::predict(
    std::span<const spaces::Genotype> block) const {
  std::vector<spaces::Genotype> placed;
  for (const spaces::Genotype& genotype : block) {
    placed.push_back(DeviceSpace::genotype_of(device_, genotype));
  }
  std::vector<predictor::Prediction> predictions = inner().predict(placed);
  for (predictor::Prediction& prediction : predictions) {
    prediction.mean *= unit_;
    prediction.deviation *= unit_;
  }
  return predictions;
}

std::unique_ptr<predictor::Predictor> make_fitted(const spaces::AnySpace& space,
                                                  const PredictorOptions& options,
                                                  const std::string& device,
                                                  predictor::CheckpointAbout& about,
                                                  const std::string& place) {
  if (about.devices.empty()) {
    const PredictorSource source(space, options);
    if (device.empty()) {
      return (about.prior.empty() ? source : source.with_prior(about.prior, "in " + place))
          .make(about.predictor);
    }
    throw predictor::PredictorError(
        fmt::format("{} has learnt no devices by name: leave out the device {}", place,
                    evonas::quoted(device)));
  }
  const std::size_t number = number_of_device(about, device, place);
  const predictor::CheckpointDevice& chosen = about.devices[number];
  const bool is_measured = chosen.median > 0.0;
  auto made = std::make_unique<OnDevice>(
      PredictorSource(on_devices(space, about.devices), options).make(about.predictor), number,
      is_measured ? chosen.median : 1.0);
  if (is_measured) {
    about.metric = chosen.metric;
    about.unit = chosen.unit;
  }
  return made;
}

}  // namespace evonas::cli
