#include "cli/run/comparison_data.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iterator>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "base/rank_correlation.hpp"
#include "cli/config/space_section.hpp"
#include "cli/run/atomic_file.hpp"
#include "cli/run/device_numbers.hpp"
#include "cli/run/device_space.hpp"
#include "cli/run/family_space.hpp"
#include "cli/run/latency_networks.hpp"
#include "evaluation/table/builtin_tables.hpp"
#include "evaluation/table/metric_name.hpp"
#include "evaluation/table/table_noise.hpp"

namespace evonas::cli {
namespace {

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

/// By row, how far off the labels are expected to be; nothing where the table has not several seeds
/// of them.
std::vector<double> noise_of_labels(const evaluation::BenchmarkTable& table,
                                    const std::string& metric) {
  const auto name = *evaluation::MetricName::parse(table.metric(metric).name);
  if (table.seeds(name.quantity, name.epochs).size() < 2) return {};
  return evaluation::label_noise(table, metric);
}

predictor::BenchmarkData rows_of_table(const evaluation::BenchmarkTable& table,
                                       const config::PredictorExperiment& experiment,
                                       std::span<const double> noises) {
  const std::span<const double> values = table.values(experiment.metric);
  const std::span<const double> test_values = experiment.test_metric.empty()
                                                  ? std::span<const double>{}
                                                  : table.values(experiment.test_metric);
  predictor::BenchmarkData data;
  data.higher_is_better =
      table.metric(experiment.metric).direction != evaluation::Direction::Minimize;
  for (std::size_t row = 0; row < table.size(); ++row) {
    if (std::isnan(values[row]) || (!test_values.empty() && std::isnan(test_values[row]))) continue;
    data.genotypes.push_back(table.genotype(row));
    data.values.push_back(values[row]);
    if (!test_values.empty()) data.test_values.push_back(test_values[row]);
    if (!noises.empty()) data.noises.push_back(noises[row]);
  }
  return data;
}

ComparisonData data_of_table(const config::PredictorExperiment& experiment) {
  const spaces::AnySpace space = space_of_table(experiment.table);
  const auto table = evaluation::BenchmarkTable::open(experiment.table, space);
  // With `noise` a table without several seeds is refused.
  const std::vector<double> noises = experiment.noise
                                         ? evaluation::label_noise(table, experiment.metric)
                                         : noise_of_labels(table, experiment.metric);
  ComparisonData compared{.space = space,
                          .metric = table.metric(experiment.metric),
                          .data = rows_of_table(table, experiment, noises)};
  predictor::BenchmarkData& data = compared.data;
  compared.ceiling = predictor::noise_ceiling(data.values, data.noises, data.higher_is_better);
  if (!data.test_values.empty()) {
    compared.labels_test_tau = kendall_tau_b(data.values, data.test_values);
  }
  if (!experiment.noise) data.noises.clear();
  return compared;
}

double median_of(std::span<const double> values) {
  std::vector<double> known;
  std::ranges::copy_if(values, std::back_inserter(known),
                       [](double value) { return !std::isnan(value); });
  if (known.empty()) throw predictor::PredictorError("a metric of `devices` has no values at all");
  const auto middle = known.begin() + static_cast<std::ptrdiff_t>(known.size() / 2);
  std::ranges::nth_element(known, middle);
  return *middle;
}

/// The same architectures on several devices.
ComparisonData data_of_devices(const config::PredictorExperiment& experiment) {
  const spaces::AnySpace space = space_of_table(experiment.table);
  const auto table = evaluation::BenchmarkTable::open(experiment.table, space);
  const std::vector<std::string> devices = devices_of(experiment.devices);
  predictor::BenchmarkData data{.higher_is_better =
                                    table.metric(experiment.devices.front()).direction !=
                                    evaluation::Direction::Minimize};
  for (std::size_t device = 0; device < devices.size(); ++device) {
    const std::span<const double> values = table.values(experiment.devices[device]);
    const double median = median_of(values);
    for (std::size_t row = 0; row < table.size(); ++row) {
      if (std::isnan(values[row])) continue;
      data.genotypes.push_back(DeviceSpace::genotype_of(device, table.genotype(row)));
      data.values.push_back(values[row] / median);
      data.groups.push_back(device);
    }
  }
  std::vector<graph::Attributes> numbers;
  if (!experiment.hardware.empty()) numbers = read_device_numbers(experiment.hardware, devices);
  return {.space = spaces::AnySpace(DeviceSpace(space, devices, std::move(numbers))),
          .metric = {.name = "share of the median",
                     .direction = table.metric(experiment.devices.front()).direction},
          .data = std::move(data),
          .groups = devices};
}

ComparisonData data_of_latencies(const config::PredictorExperiment& experiment) {
  LatencyNetworks networks = read_latency_networks(experiment.latency);
  predictor::BenchmarkData data{.higher_is_better = false};
  std::vector<std::string> groups;
  for (const NetworkFamily& family : networks.families) groups.push_back(family.name);
  for (const LatencyRow& row : networks.rows) {
    const auto found = std::ranges::find(groups, row.family);
    const auto group = static_cast<std::size_t>(found - groups.begin());
    const spaces::AnySpace& space = networks.families[group].space;
    data.genotypes.push_back(FamilySpace::genotype_of(group, space.parse(row.architecture)));
    data.values.push_back(row.latency.median_ms);
    data.groups.push_back(group);
  }
  return {
      .space = spaces::AnySpace(FamilySpace(std::move(networks.families))),
      .metric = {.name = "latency_ms", .unit = "ms", .direction = evaluation::Direction::Minimize},
      .data = std::move(data),
      .groups = std::move(groups)};
}

}  // namespace

ComparisonData load_comparison_data(const config::PredictorExperiment& experiment) {
  if (!experiment.latency.empty()) return data_of_latencies(experiment);
  return experiment.devices.empty() ? data_of_table(experiment) : data_of_devices(experiment);
}

}  // namespace evonas::cli
