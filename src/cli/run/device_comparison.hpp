#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "cli/config/device_experiment.hpp"
#include "evaluation/table/benchmark_table.hpp"
#include "predictor/device_benchmark.hpp"

namespace evonas::cli {

/// Each device of a table in turn as one that is not known, as a specification asks for it.
class DeviceComparison {
 public:
  /// Reads the table; architectures that lack the latency of a device are left out. Throws
  /// EvaluationError, SpaceError, PredictorError.
  explicit DeviceComparison(config::DeviceExperiment experiment);

  const predictor::DeviceLatencies& latencies() const { return latencies_; }
  const evaluation::TableAbout& about() const { return about_; }

  /// Tries all devices, sizes, choices and seeds on the threads of the arena that the caller is in,
  /// and tells the share that is done. Throws PredictorError, also where `stop` ends it.
  void run(const std::function<void(double)>& on_progress, const std::stop_token& stop);

  /// What run() found, for scripts, and as a table in Markdown: of each size and choice the mean
  /// over devices, and the worst one.
  nlohmann::json json() const;
  std::string markdown() const;

  /// All devices and the architectures known of them, as bytes of a checkpoint (DeviceTransfer):
  /// what measurements on a new one are for.
  std::string known_devices() const;

 private:
  /// One size and choice on one device: means over seeds.
  struct Row {
    std::size_t device = 0;
    std::size_t measurements = 0;
    std::string choice;
    predictor::DeviceFit mean;
  };

  config::DeviceExperiment experiment_;
  evaluation::TableAbout about_;
  std::shared_ptr<const predictor::GraphFeatures> features_;
  predictor::DeviceLatencies latencies_;
  std::vector<Row> rows_;
};

}  // namespace evonas::cli
