#include "cli/commands/fit_data.hpp"

#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "base/random.hpp"
#include "cli/commands/predictor_options.hpp"
#include "cli/config/space_section.hpp"
#include "cli/run/comparison_data.hpp"
#include "cli/run/device_data.hpp"
#include "cli/run/family_space.hpp"
#include "evaluation/table/benchmark_table.hpp"
#include "evaluation/table/table_noise.hpp"
#include "predictor/predictor_list.hpp"

namespace evonas::cli {
namespace {

using evaluation::BenchmarkTable;

/// The metric of predictors that have learnt devices.
constexpr const char* kShareOfMedian = "share_of_median";

/// The rows of a table that have the metric.
FitData data_of_table(const FitSource& options) {
  const evaluation::TableAbout about = evaluation::read_table_about(options.table);
  const spaces::AnySpace space = config::make_space(about.space, about.space_options);
  const BenchmarkTable table = BenchmarkTable::open(options.table, space);
  const evaluation::TableMetric& metric = table.metric(options.metric);
  const std::span<const double> values = table.values(options.metric);
  std::vector<double> noises(values.size(), 0.0);
  if (options.noise) noises = evaluation::label_noise(table, options.metric);
  FitData data{.space = space,
               .input = input_of(options.input),
               .labels = {},
               .about = {.space = about.space,
                         .space_options = about.space_options,
                         .input = options.input,
                         .metric = metric.name,
                         .unit = metric.unit,
                         .higher_is_better = metric.direction != evaluation::Direction::Minimize,
                         .source = about.source_file}};
  for (std::size_t row = 0; row < table.size(); ++row) {
    if (std::isnan(values[row])) continue;
    data.labels.push_back({table.genotype(row), values[row], noises[row]});
  }
  return data;
}

/// The networks of a latency benchmark.
FitData data_of_networks(const FitSource& options) {
  if (!predictor::reads_any_network(options.model, /*sees_networks=*/true)) {
    throw predictor::PredictorError(fmt::format(
        "--latency needs a predictor that reads whole networks of any family (nnlp, node_costs, "
        "nar_former_v2, nn_former, flops, flops_memory, linear), and {} does not",
        options.model));
  }
  config::PredictorExperiment experiment;
  experiment.latency = options.latency;
  ComparisonData compared = load_comparison_data(experiment);
  FitData data{.space = compared.space,
               .input = spaces::NetworkInput{},
               .labels = {},
               .about = {.space = kFamiliesSpace,
                         .metric = compared.metric.name,
                         .unit = compared.metric.unit,
                         .higher_is_better = false,
                         .source = options.latency}};
  for (std::size_t i = 0; i < compared.data.genotypes.size(); ++i) {
    data.labels.push_back({compared.data.genotypes[i], compared.data.values[i]});
  }
  return data;
}

/// The same architectures on several devices.
FitData data_of_devices(const FitSource& options) {
  DeviceData read = read_device_data({.table = options.table,
                                      .metrics = options.devices,
                                      .unseen = options.unseen,
                                      .hardware = options.hardware});
  FitData data{.space = on_devices(read.space, read.devices),
               .input = {},
               .labels = {},
               .about = {.space = read.about.space,
                         .space_options = read.about.space_options,
                         .metric = kShareOfMedian,
                         .higher_is_better = read.data.higher_is_better,
                         .source = read.about.source_file,
                         .devices = std::move(read.devices)}};
  for (std::size_t i = 0; i < read.data.genotypes.size(); ++i) {
    data.labels.push_back({read.data.genotypes[i], read.data.values[i]});
  }
  return data;
}

void check_devices(const FitSource& options) {
  if (options.devices.empty()) {
    if (options.unseen.empty() && options.hardware.empty()) return;
    throw predictor::PredictorError(
        "--unseen and --hardware have no effect without --devices: give some, or leave them out");
  }
  if (!options.metric.empty() || !options.latency.empty() || !options.input.empty() ||
      options.noise) {
    throw predictor::PredictorError(
        "--metric, --latency, --input and --noise have no effect beside --devices: leave them out");
  }
  if (options.devices.size() + options.unseen.size() < 2) {
    throw predictor::PredictorError("--devices names one device, expected at least two");
  }
}

void check_source(const FitSource& options) {
  if (options.table.empty() == options.latency.empty()) {
    throw predictor::PredictorError(
        "what is to be learnt: give one of --table FILE --metric NAME and --latency DIR");
  }
  if (options.latency.empty() && options.metric.empty() && options.devices.empty()) {
    throw predictor::PredictorError("--table needs --metric NAME");
  }
  if (!options.latency.empty() &&
      (!options.metric.empty() || !options.input.empty() || options.noise)) {
    throw predictor::PredictorError(
        "--metric, --input and --noise have no effect where latency is learnt: leave them out");
  }
}

FitData read_data(const FitSource& options) {
  if (!options.devices.empty()) return data_of_devices(options);
  return options.latency.empty() ? data_of_table(options) : data_of_networks(options);
}

}  // namespace

FitData fit_data(const FitSource& options) {
  check_devices(options);
  check_source(options);
  FitData data = read_data(options);
  std::vector<predictor::Label>& labels = data.labels;
  if (options.train > labels.size()) {
    throw predictor::PredictorError(
        fmt::format("--train {}: {} has the metric {} of {} architectures only", options.train,
                    options.latency.empty() ? options.table : options.latency, data.about.metric,
                    labels.size()));
  }
  if (options.train > 0) {
    Rng(options.seed, "labels of a fit").shuffle(std::span(labels));
    labels.resize(options.train);
  }
  data.about.predictor = options.model;
  data.about.statics = options.statics;
  data.about.labels = labels.size();
  return data;
}

}  // namespace evonas::cli
