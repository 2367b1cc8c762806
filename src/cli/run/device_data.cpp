#include "cli/run/device_data.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "base/quoted.hpp"
#include "base/statistics.hpp"
#include "cli/config/space_section.hpp"
#include "cli/run/atomic_file.hpp"
#include "cli/run/device_numbers.hpp"
#include "cli/run/device_space.hpp"
#include "evaluation/table/builtin_tables.hpp"

namespace evonas::cli {
namespace {

/// The median of a metric of a table.
double median_of_metric(const evaluation::BenchmarkTable& table, const std::string& metric) {
  const std::span<const double> values = table.values(metric);
  std::vector<double> known;
  std::ranges::copy_if(values, std::back_inserter(known),
                       [](double value) { return !std::isnan(value); });
  if (known.empty()) {
    throw predictor::PredictorError(
        fmt::format("{} has no values of {} at all, expected some of each of `devices`",
                    table.file().string(), metric));
  }
  return median_of(std::move(known));
}

/// All devices, without what tables and files say of them.
std::vector<predictor::CheckpointDevice> named_devices(const DeviceSource& source) {
  std::vector<std::string> names = devices_of(source.metrics);
  names.insert(names.end(), source.unseen.begin(), source.unseen.end());
  std::vector<predictor::CheckpointDevice> devices;
  for (std::string& name : names) {
    if (std::ranges::find(devices, name, &predictor::CheckpointDevice::name) != devices.end()) {
      throw predictor::PredictorError(
          fmt::format("the device {} is there twice, expected each once", evonas::quoted(name)));
    }
    predictor::CheckpointDevice device;
    device.name = std::move(name);
    devices.push_back(std::move(device));
  }
  return devices;
}

/// Adds what the file with numbers of the hardware says.
void add_numbers(std::vector<predictor::CheckpointDevice>& devices,
                 const std::filesystem::path& hardware) {
  if (hardware.empty()) return;
  std::vector<std::string> names;
  for (const predictor::CheckpointDevice& device : devices) names.push_back(device.name);
  const std::vector<graph::Attributes> numbers = read_device_numbers(hardware, names);
  for (std::size_t i = 0; i < devices.size(); ++i) {
    for (const auto& [name, number] : numbers[i]) {
      devices[i].numbers[name] = std::get<double>(number);
    }
  }
}

}  // namespace

spaces::AnySpace space_of_table(const std::string& table) {
  const bool builtin = table.starts_with(evaluation::kBuiltinTable);
  if (!builtin && !std::filesystem::exists(table)) {
    throw FileError(
        fmt::format("the table {} does not exist: make it with 'evonas table import', "
                    "or name another with --table FILE",
                    table));
  }
  const evaluation::TableAbout about = evaluation::read_table_about(table);
  return config::make_space(about.space, about.space_options);
}

DeviceData read_device_data(const DeviceSource& source) {
  const spaces::AnySpace space = space_of_table(source.table);
  const auto table = evaluation::BenchmarkTable::open(source.table, space);
  const evaluation::Direction direction = table.metric(source.metrics.front()).direction;
  DeviceData read{.space = space,
                  .about = table.about(),
                  .direction = direction,
                  .devices = named_devices(source),
                  .data = {.higher_is_better = direction != evaluation::Direction::Minimize}};
  for (std::size_t device = 0; device < source.metrics.size(); ++device) {
    const std::span<const double> values = table.values(source.metrics[device]);
    const double median = median_of_metric(table, source.metrics[device]);
    read.devices[device].metric = source.metrics[device];
    read.devices[device].unit = table.metric(source.metrics[device]).unit;
    read.devices[device].median = median;
    for (std::size_t row = 0; row < table.size(); ++row) {
      if (std::isnan(values[row])) continue;
      read.data.genotypes.push_back(DeviceSpace::genotype_of(device, table.genotype(row)));
      read.data.values.push_back(values[row] / median);
      read.data.groups.push_back(device);
    }
  }
  add_numbers(read.devices, source.hardware);
  return read;
}

spaces::AnySpace on_devices(const spaces::AnySpace& space,
                            const std::vector<predictor::CheckpointDevice>& devices) {
  std::vector<std::string> names;
  std::vector<graph::Attributes> numbers(devices.size());
  for (std::size_t i = 0; i < devices.size(); ++i) {
    names.push_back(devices[i].name);
    numbers[i].insert(devices[i].numbers.begin(), devices[i].numbers.end());
  }
  return spaces::AnySpace(DeviceSpace(space, std::move(names), std::move(numbers)));
}

}  // namespace evonas::cli
