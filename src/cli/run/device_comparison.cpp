#include "cli/run/device_comparison.hpp"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <utility>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/parallel.hpp"
#include "cli/config/space_section.hpp"
#include "cli/run/device_space.hpp"
#include "predictor/checkpoint.hpp"
#include "predictor/device_transfer.hpp"

namespace evonas::cli {
namespace {

using evaluation::BenchmarkTable;

std::vector<std::string> metrics_in(const BenchmarkTable& table,
                                    const std::vector<std::string>& given) {
  if (!given.empty()) return given;
  std::vector<std::string> devices;
  for (const evaluation::TableMetric& metric : table.metrics()) {
    if (metric.unit == "ms") devices.push_back(metric.name);
  }
  return devices;
}

predictor::DeviceLatencies latencies_of(const BenchmarkTable& table,
                                        std::vector<std::string> devices) {
  predictor::DeviceLatencies latencies{
      .devices = std::move(devices), .architectures = {}, .values = {}};
  std::vector<std::span<const double>> columns;
  for (const std::string& device : latencies.devices) columns.push_back(table.values(device));
  for (std::size_t row = 0; row < table.size(); ++row) {
    if (std::ranges::any_of(columns, [&](const auto& column) { return std::isnan(column[row]); })) {
      continue;
    }
    latencies.architectures.push_back(table.genotype(row));
    for (const auto& column : columns) latencies.values.push_back(column[row]);
  }
  return latencies;
}

void add_share(predictor::DeviceFit& sum, const predictor::DeviceFit& fit, double share) {
  sum.rho += share * fit.rho;
  sum.mape += share * fit.mape;
  sum.within10 += share * fit.within10;
  sum.coverage90 += share * fit.coverage90;
  sum.tested = fit.tested;
}

nlohmann::json figures_json(const predictor::DeviceFit& fit) {
  return {{"rho", fit.rho},
          {"mape", fit.mape},
          {"within10", fit.within10},
          {"coverage90", fit.coverage90},
          {"tested", fit.tested}};
}

}  // namespace

DeviceComparison::DeviceComparison(config::DeviceExperiment experiment)
    : experiment_(std::move(experiment)), about_(evaluation::read_table_about(experiment_.table)) {
  const spaces::AnySpace space = config::make_space(about_.space, about_.space_options);
  const BenchmarkTable table = BenchmarkTable::open(experiment_.table, space);
  latencies_ = latencies_of(table, metrics_in(table, experiment_.devices));
  features_ = std::make_shared<const predictor::GraphFeatures>(space);
}

void DeviceComparison::run(const std::function<void(double)>& on_progress,
                           const std::stop_token& stop) {
  rows_.clear();
  for (const std::int64_t measurements : experiment_.measurements) {
    for (const std::string& choice : experiment_.choices) {
      for (std::size_t device = 0; device < latencies_.devices.size(); ++device) {
        rows_.push_back({.device = device,
                         .measurements = static_cast<std::size_t>(measurements),
                         .choice = choice,
                         .mean = {}});
      }
    }
  }
  const auto alike = alike_devices(latencies_.devices, experiment_.alike);
  const auto seeds = static_cast<std::size_t>(experiment_.seeds);
  std::mutex mutex;
  std::size_t done = 0;
  parallel_for(rows_.size(), [&](std::size_t i) {
    Row& row = rows_[i];
    const predictor::DeviceTrial trial{.measurements = row.measurements,
                                       .telling = row.choice == "telling",
                                       .known = static_cast<std::size_t>(experiment_.known),
                                       .pool = static_cast<std::size_t>(experiment_.pool),
                                       .test = static_cast<std::size_t>(experiment_.test)};
    for (std::size_t seed = 1; seed <= seeds; ++seed) {
      if (stop.stop_requested()) throw predictor::PredictorError("the comparison was stopped");
      add_share(
          row.mean,
          predictor::try_device(features_, latencies_, row.device, alike[row.device], trial, seed),
          1.0 / static_cast<double>(seeds));
    }
    const std::scoped_lock lock(mutex);
    on_progress(static_cast<double>(++done) / static_cast<double>(rows_.size()));
  });
}

nlohmann::json DeviceComparison::json() const {
  nlohmann::json results = nlohmann::json::array();
  for (const Row& row : rows_) {
    nlohmann::json figures = figures_json(row.mean);
    figures["device"] = latencies_.devices[row.device];
    figures["measurements"] = row.measurements;
    figures["choice"] = row.choice;
    results.push_back(std::move(figures));
  }
  return {{"title", experiment_.title},
          {"space", about_.space},
          {"table", experiment_.table},
          {"devices", latencies_.devices},
          {"architectures", latencies_.architectures.size()},
          {"known", experiment_.known},
          {"seeds", experiment_.seeds},
          {"results", std::move(results)}};
}

std::string DeviceComparison::markdown() const {
  std::string text =
      "| measurements | choice | rho | worst rho | on | MAPE, % | worst MAPE, % | within 10 %, % | "
      "90 % intervals hold, % |\n|---|---|---|---|---|---|---|---|---|\n";
  const std::size_t devices = latencies_.devices.size();
  for (std::size_t first = 0; first < rows_.size(); first += devices) {
    const auto part = std::span(rows_).subspan(first, devices);
    predictor::DeviceFit mean;
    const Row* worst = &part.front();
    double worst_mape = 0.0;
    for (const Row& row : part) {
      add_share(mean, row.mean, 1.0 / static_cast<double>(devices));
      if (row.mean.rho < worst->mean.rho) worst = &row;
      worst_mape = std::max(worst_mape, row.mean.mape);
    }
    text += fmt::format("| {} | {} | {:.3f} | {:.3f} | {} | {:.1f} | {:.1f} | {:.1f} | {:.1f} |\n",
                        part.front().measurements, part.front().choice, mean.rho, worst->mean.rho,
                        latencies_.devices[worst->device], mean.mape, worst_mape, mean.within10,
                        mean.coverage90);
  }
  text += "\n| device | measurements | choice | rho | MAPE, % |\n|---|---|---|---|---|\n";
  for (const Row& row : rows_) {
    text += fmt::format("| {} | {} | {} | {:.3f} | {:.1f} |\n", latencies_.devices[row.device],
                        row.measurements, row.choice, row.mean.rho, row.mean.mape);
  }
  return text;
}

std::string DeviceComparison::known_devices() const {
  const predictor::KnownDevices known(features_, latencies_);
  return predictor::checkpoint_bytes({.predictor = predictor::DeviceTransfer::kDevicesName,
                                      .space = about_.space,
                                      .space_options = about_.space_options,
                                      .metric = "latency_ms",
                                      .unit = "ms",
                                      .higher_is_better = false,
                                      .labels = latencies_.architectures.size(),
                                      .source = about_.source_file},
                                     known.state());
}

}  // namespace evonas::cli
