#include "predictor/device_transfer.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include <doctest/doctest.h>

#include "base/json.hpp"
#include "base/parallel.hpp"
#include "message_of.hpp"
#include "predictor/checkpoint.hpp"
#include "predictor/device_benchmark.hpp"
#include "spaces/space_list.hpp"

namespace evonas::predictor {
namespace {

using tests::message_of;

spaces::AnySpace cell_space() { return spaces::make_space("nasbench201"); }

std::vector<spaces::Genotype> random_cells(std::size_t count, std::uint64_t seed) {
  const spaces::AnySpace space = cell_space();
  std::vector<spaces::Genotype> architectures;
  Rng rng(seed, "cells");
  for (std::size_t i = 0; i < count; ++i) architectures.push_back(space.sample(rng));
  return architectures;
}

/// Devices that mind convolutions of 3x3 and of 1x1 and pooling, each as much as its number says.
double made_up_latency(const spaces::Genotype& genotype, double device) {
  double latency = 1.0;
  for (const auto gene : genotype.genes()) {
    latency += gene == 3 ? 2.0 + std::sin(device) : 0.0;
    latency += gene == 2 ? 1.0 + std::cos(2.0 * device) : 0.0;
    latency += gene == 4 ? 1.0 + std::sin(3.0 * device + 1.0) : 0.0;
  }
  return latency * std::exp(std::cos(5.0 * device));
}

DeviceLatencies made_up_devices(std::size_t devices, std::size_t architectures) {
  DeviceLatencies latencies{
      .devices = {}, .architectures = random_cells(architectures, 1), .values = {}};
  for (std::size_t device = 0; device < devices; ++device) {
    latencies.devices.push_back("device " + std::to_string(device));
  }
  for (const spaces::Genotype& genotype : latencies.architectures) {
    for (std::size_t device = 0; device < devices; ++device) {
      latencies.values.push_back(made_up_latency(genotype, static_cast<double>(device)));
    }
  }
  return latencies;
}

TEST_CASE("ten measurements tell a device that is like others") {
  const auto features = std::make_shared<const GraphFeatures>(cell_space());
  const auto known = std::make_shared<const KnownDevices>(features, made_up_devices(12, 400));
  DeviceTransfer transfer(known);
  const std::vector<spaces::Genotype> unseen = random_cells(200, 9);
  CHECK_THROWS_AS(transfer.predict(unseen), PredictorError);
  CHECK_THROWS_AS(transfer.state(), PredictorError);
  constexpr double kNewDevice = 33.3;
  const std::vector<spaces::Genotype> pool = random_cells(100, 5);
  const auto labels_of = [&](const std::vector<std::size_t>& chosen) {
    std::vector<Label> labels;
    for (const std::size_t i : chosen) {
      labels.push_back({pool[i], made_up_latency(pool[i], kNewDevice)});
    }
    return labels;
  };
  const auto error_of = [&](const std::vector<Label>& labels) {
    transfer.fit(labels, {});
    const std::vector<Prediction> predictions = transfer.predict(unseen);
    double error = 0.0;
    for (std::size_t i = 0; i < unseen.size(); ++i) {
      const double latency = made_up_latency(unseen[i], kNewDevice);
      error += std::abs(predictions[i].mean / latency - 1.0) / static_cast<double>(unseen.size());
      CHECK(predictions[i].deviation > 0.0);
    }
    return error;
  };
  const std::vector<std::size_t> chosen = known->most_telling(pool, 10);
  CHECK(std::set<std::size_t>(chosen.begin(), chosen.end()).size() == 10);
  const double of_ten = error_of(labels_of(chosen));
  CHECK(of_ten < 0.18);
  CHECK(of_ten < error_of(labels_of({chosen[0]})));
  CHECK(transfer.parameters() == 1);

  // What it has learnt comes back from a checkpoint, also where no devices are known yet.
  transfer.fit(labels_of(chosen), {});
  const std::vector<Prediction> predictions = transfer.predict(unseen);
  const std::string bytes =
      checkpoint_bytes({.predictor = DeviceTransfer::kName}, transfer.state());
  DeviceTransfer restored(features);
  CHECK_THROWS(restored.restore(nlohmann::json::object()));
  CHECK_THROWS_AS(restored.fit(labels_of(chosen), {}), PredictorError);
  restore(restored, read_checkpoint(bytes, "test"), "test");
  const std::vector<Prediction> again = restored.predict(unseen);
  for (std::size_t i = 0; i < unseen.size(); ++i) {
    CHECK(again[i].mean == doctest::Approx(predictions[i].mean));
    CHECK(again[i].deviation == doctest::Approx(predictions[i].deviation));
  }
  ThreadArena arena(3);
  CHECK((arena.execute([&] { return transfer.predict(unseen); }) == predictions));
}

TEST_CASE("a device is told at the height of its measurements, and less surely far from them") {
  const auto features = std::make_shared<const GraphFeatures>(cell_space());
  const auto known = std::make_shared<const KnownDevices>(features, made_up_devices(6, 300));
  const std::vector<spaces::Genotype> block = random_cells(30, 3);
  std::vector<Label> slow;
  for (std::size_t i = 0; i < 5; ++i) {
    slow.push_back({block[i], 1000.0 * made_up_latency(block[i], 2.0)});
  }
  DeviceTransfer transfer(known);
  transfer.fit(slow, {});
  const std::vector<Prediction> predictions = transfer.predict(block);
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK(predictions[i].mean == doctest::Approx(slow[i].value).epsilon(0.25));
    CHECK(predictions[i].deviation < 0.3 * predictions[i].mean);
  }
  const auto relative = [](const Prediction& prediction) {
    return prediction.deviation / prediction.mean;
  };
  CHECK(relative(*std::ranges::max_element(predictions, {}, relative)) >
        1.02 * relative(predictions[0]));

  // The same label with more noise pulls less.
  std::vector<Label> odd = slow;
  odd[0].value *= 3.0;
  transfer.fit(odd, {});
  const double pulled = transfer.predict(block)[0].mean;
  odd[0].noise = 10.0 * odd[0].value;
  transfer.fit(odd, {});
  CHECK(transfer.predict(block)[0].mean < pulled);
}

TEST_CASE("what is known of devices must be whole") {
  const auto features = std::make_shared<const GraphFeatures>(cell_space());
  const auto refusal = [&](DeviceLatencies latencies) {
    return message_of<PredictorError>([&] { KnownDevices(features, std::move(latencies)); });
  };
  DeviceLatencies one = made_up_devices(1, 5);
  CHECK(refusal(one) ==
        "5 latencies of 5 architectures on 1 devices were given, expected one of each on each of "
        "at least two");
  DeviceLatencies zero = made_up_devices(2, 5);
  zero.values[3] = 0.0;
  CHECK(refusal(zero) ==
        "the latency of architecture 1 on device 1 is 0, expected a number above 0");
  const auto known = std::make_shared<const KnownDevices>(features, made_up_devices(3, 50));
  CHECK_THROWS_AS(known->most_telling(random_cells(5, 1), 6), PredictorError);
  DeviceTransfer transfer(known);
  CHECK_THROWS_AS(transfer.fit({}, {}), PredictorError);
  const std::vector<Label> labels = {{random_cells(1, 1)[0], 0.0}};
  CHECK_THROWS_AS(transfer.fit(labels, {}), PredictorError);
}

TEST_CASE("a device is tried as if it were not known, nor its like") {
  const auto features = std::make_shared<const GraphFeatures>(cell_space());
  const DeviceLatencies latencies = made_up_devices(8, 300);
  const DeviceTrial trial{.measurements = 10, .known = 100, .pool = 60, .test = 150};
  const std::vector<std::size_t> alike = {2, 3};
  const DeviceFit fit = try_device(features, latencies, 1, alike, trial, 1);
  CHECK(fit.tested == 150);
  CHECK(fit.rho > 0.8);
  CHECK(fit.mape < 25.0);
  CHECK(fit == try_device(features, latencies, 1, alike, trial, 1));
  CHECK_FALSE(fit == try_device(features, latencies, 1, alike, trial, 2));
  // The latencies of what is left out change nothing but what is measured and tested.
  DeviceLatencies changed = latencies;
  for (std::size_t i = 0; i < changed.values.size(); ++i) {
    if (i % 8 == 2 || i % 8 == 3) changed.values[i] = 1.0 + static_cast<double>(i % 7);
  }
  CHECK(fit == try_device(features, changed, 1, alike, trial, 1));
  CHECK_THROWS_AS(try_device(features, latencies, 1, alike, {.known = 300}, 1), PredictorError);
  const std::vector<std::size_t> all = {0, 2, 3, 4, 5, 6};
  CHECK_THROWS_AS(try_device(features, latencies, 1, all, trial, 1), PredictorError);
}

}  // namespace
}  // namespace evonas::predictor
