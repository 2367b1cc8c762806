#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "predictor/known_devices.hpp"

namespace evonas::predictor {

/// How a new device is pretended, measured and tested.
struct DeviceTrial {
  std::size_t measurements = 10;  ///< on the new device
  bool telling = true;            ///< KnownDevices::most_telling() of a pool, or random ones
  std::size_t known = 0;  ///< architectures with latencies on the other devices; 0: all there are
  std::size_t pool = 300;
  std::size_t test = 2000;  ///< most architectures to test on, none of them measured
};

/// How DeviceTransfer does on a device that it does not know.
struct DeviceFit {
  double rho = 0.0;         ///< Spearman's, between predictions and latencies
  double mape = 0.0;        ///< mean of |prediction - latency| / latency, in percent
  double within10 = 0.0;    ///< share of predictions at most 10 % off, in percent
  double coverage90 = 0.0;  ///< share of latencies in the 90 % intervals, in percent
  std::size_t tested = 0;

  bool operator==(const DeviceFit&) const = default;
};

/// Pretends not to know the device number `target`, nor those in `alike`, its like. The same seed
/// gives the same architectures. Where not all are known on the other devices, those that are
/// tested are none of the known. Throws PredictorError where too few architectures or devices are
/// left.
DeviceFit try_device(const std::shared_ptr<const GraphFeatures>& features,
                     const DeviceLatencies& latencies, std::size_t target,
                     std::span<const std::size_t> alike, const DeviceTrial& trial,
                     std::uint64_t seed);

}  // namespace evonas::predictor
