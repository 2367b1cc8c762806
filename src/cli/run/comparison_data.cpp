#include "cli/run/comparison_data.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "base/rank_correlation.hpp"
#include "cli/run/device_data.hpp"
#include "cli/run/device_space.hpp"
#include "cli/run/family_space.hpp"
#include "cli/run/latency_networks.hpp"
#include "evaluation/table/metric_name.hpp"
#include "evaluation/table/table_noise.hpp"

namespace evonas::cli {
namespace {

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

/// The values of a metric, negated where it is better the other way round than what is learnt.
ComparisonData::Proxy proxy_of(const evaluation::BenchmarkTable& table, const std::string& name,
                               bool higher_is_better) {
  const evaluation::Direction direction = table.metric(name).direction;
  const bool is_opposite = direction != evaluation::Direction::Unspecified &&
                           (direction == evaluation::Direction::Maximize) != higher_is_better;
  ComparisonData::Proxy proxy{.name = name, .values = {}};
  const std::span<const double> values = table.values(name);
  for (std::size_t row = 0; row < table.size(); ++row) {
    if (std::isnan(values[row])) continue;
    proxy.values[table.genotype(row)] = is_opposite ? -values[row] : values[row];
  }
  return proxy;
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
  for (const std::string& name : experiment.proxies) {
    compared.proxies.push_back(proxy_of(table, name, data.higher_is_better));
  }
  return compared;
}

/// The same architectures on several devices.
ComparisonData data_of_devices(const config::PredictorExperiment& experiment) {
  DeviceData read = read_device_data({.table = experiment.table,
                                      .metrics = experiment.devices,
                                      .unseen = {},
                                      .hardware = experiment.hardware});
  ComparisonData compared{.space = on_devices(read.space, read.devices),
                          .metric = {.name = "share of the median", .direction = read.direction},
                          .data = std::move(read.data)};
  for (const predictor::CheckpointDevice& device : read.devices) {
    compared.groups.push_back(device.name);
  }
  compared.data.alike = alike_devices(compared.groups, experiment.alike);
  return compared;
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
