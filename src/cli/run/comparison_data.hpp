#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/config/predictor_experiment.hpp"
#include "evaluation/table/benchmark_table.hpp"
#include "predictor/noise_ceiling.hpp"
#include "predictor/predictor_benchmark.hpp"
#include "spaces/search_space.hpp"

namespace evonas::cli {

/// What predictors are compared on: the rows of a table that have all values asked for, the same on
/// several devices, which are the groups, or the networks of a latency benchmark, whose families
/// are the groups.
struct ComparisonData {
  spaces::AnySpace space;
  evaluation::TableMetric metric;
  predictor::BenchmarkData data;
  std::vector<std::string> groups;  ///< their names
  /// Further metrics that are to rank architectures, higher ones where higher values are expected.
  struct Proxy {
    std::string name;
    std::map<spaces::Genotype, double> values;  ///< of the architectures that have one
  };
  std::vector<Proxy> proxies;
  /// Of the labels learnt, where the table has several seeds of the metric.
  std::optional<predictor::NoiseCeiling> ceiling;
  /// Kendall's tau of the labels learnt themselves with the test values, where there are any.
  std::optional<double> labels_test_tau;
};

/// Reads what an experiment names. Throws FileError, SpaceError, EvaluationError, yaml::YamlError.
ComparisonData load_comparison_data(const config::PredictorExperiment& experiment);

}  // namespace evonas::cli
