#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "evaluation/table/benchmark_table.hpp"
#include "predictor/checkpoint.hpp"
#include "predictor/predictor_benchmark.hpp"
#include "spaces/search_space.hpp"

namespace evonas::cli {

/// Measurements of one quantity on several devices.
struct DeviceSource {
  std::string table;
  std::vector<std::string> metrics;  ///< of the table, one for each device
  std::vector<std::string> unseen;   ///< further devices by name, which nothing is measured on
  std::filesystem::path hardware;    ///< file of read_device_numbers(); may be empty
};

/// What such measurements teach.
struct DeviceData {
  spaces::AnySpace space;  ///< of the architectures
  evaluation::TableAbout about;
  evaluation::Direction direction = evaluation::Direction::Unspecified;  ///< of the first metric
  /// Those of the metrics, named by devices_of(), then those that are not seen.
  std::vector<predictor::CheckpointDevice> devices;
  /// Architectures of on_devices(), by device; values are shares of its median, groups its numbers.
  predictor::BenchmarkData data;
};

/// Reads the rows of a table that have a value, device by device. Throws FileError,
/// EvaluationError, SpaceError, and PredictorError for a metric without values and for two devices
/// of the same name.
DeviceData read_device_data(const DeviceSource& source);

/// The architectures of a space on these devices.
spaces::AnySpace on_devices(const spaces::AnySpace& space,
                            const std::vector<predictor::CheckpointDevice>& devices);

/// The space of a table's architectures. Throws FileError for a table that does not exist.
spaces::AnySpace space_of_table(const std::string& table);

}  // namespace evonas::cli
