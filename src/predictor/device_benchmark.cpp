#include "predictor/device_benchmark.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/random.hpp"
#include "base/rank_correlation.hpp"
#include "predictor/device_transfer.hpp"

namespace evonas::predictor {
namespace {

constexpr double kDeviationsOf90 = 1.6448536269514722;  // to either side

/// Some architectures on all devices but some.
DeviceLatencies others_of(const DeviceLatencies& all, std::span<const std::size_t> rows,
                          std::size_t target, std::span<const std::size_t> alike) {
  DeviceLatencies others;
  std::vector<std::size_t> kept;
  for (std::size_t device = 0; device < all.devices.size(); ++device) {
    if (device == target || std::ranges::find(alike, device) != alike.end()) continue;
    kept.push_back(device);
    others.devices.push_back(all.devices[device]);
  }
  for (const std::size_t row : rows) {
    others.architectures.push_back(all.architectures[row]);
    for (const std::size_t device : kept) {
      others.values.push_back(all.values[all.devices.size() * row + device]);
    }
  }
  return others;
}

DeviceFit figures_of(std::span<const Prediction> predictions, std::span<const double> values) {
  DeviceFit fit{.tested = values.size()};
  std::vector<double> means;
  const double each = 100.0 / static_cast<double>(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto& [mean, deviation] = predictions[i];
    means.push_back(mean);
    const double error = std::abs(mean - values[i]);
    fit.mape += each * error / values[i];
    if (error <= 0.1 * values[i]) fit.within10 += each;
    if (error <= kDeviationsOf90 * deviation) fit.coverage90 += each;
  }
  fit.rho = spearman_rho(means, values);
  return fit;
}

}  // namespace

DeviceFit try_device(const std::shared_ptr<const GraphFeatures>& features,
                     const DeviceLatencies& latencies, std::size_t target,
                     std::span<const std::size_t> alike, const DeviceTrial& trial,
                     std::uint64_t seed) {
  std::vector<std::size_t> rows(latencies.architectures.size());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  Rng(seed, "architectures on devices").shuffle(std::span(rows));
  const std::size_t known = trial.known == 0 ? rows.size() : trial.known;
  const std::size_t pool = std::min(trial.pool, known);
  // The pool is of what is known, and what is tested comes after both.
  const std::size_t first_test = trial.known == 0 ? pool : known;
  if (known > rows.size() || first_test >= rows.size() || trial.measurements > pool) {
    throw PredictorError(fmt::format(
        "{} architectures, of which {} are to be known, a pool of {} to choose {} measurements "
        "from, and some left to test on: that is too few",
        rows.size(), known, pool, trial.measurements));
  }
  const auto devices = std::make_shared<const KnownDevices>(
      features, others_of(latencies, std::span(rows).first(known), target, alike));
  const auto genotypes_of = [&](std::span<const std::size_t> some) {
    std::vector<spaces::Genotype> genotypes;
    for (const std::size_t row : some) genotypes.push_back(latencies.architectures[row]);
    return genotypes;
  };
  const auto latency_of = [&](std::size_t row) {
    return latencies.values[latencies.devices.size() * row + target];
  };
  const std::vector<spaces::Genotype> candidates = genotypes_of(std::span(rows).first(pool));
  std::vector<std::size_t> chosen(trial.measurements);
  std::iota(chosen.begin(), chosen.end(), std::size_t{0});
  if (trial.telling) chosen = devices->most_telling(candidates, trial.measurements);
  std::vector<Label> labels;
  for (const std::size_t i : chosen) labels.push_back({candidates[i], latency_of(rows[i])});
  DeviceTransfer transfer(devices);
  transfer.fit(labels, {.seed = seed});

  std::span<const std::size_t> tested = std::span(rows).subspan(first_test);
  if (trial.test > 0) tested = tested.first(std::min(trial.test, tested.size()));
  std::vector<double> values;
  for (const std::size_t row : tested) values.push_back(latency_of(row));
  return figures_of(transfer.predict(genotypes_of(tested)), values);
}

}  // namespace evonas::predictor
