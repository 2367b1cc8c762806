#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "evaluation/table/benchmark_table.hpp"

namespace evonas::evaluation {

/// How far the seeds of one quantity at one fidelity agree in ranking architectures: the most that
/// a predictor of one seed's labels can reach. Means over the pairs of seeds that have two rows in
/// common at least, each over those rows.
struct SeedNoise {
  std::string quantity;
  std::optional<std::int64_t> epochs;
  std::vector<std::uint64_t> seeds;  ///< of these pairs
  std::size_t rows = 0;              ///< of the pair of seeds with the fewest
  double tau = 0.0;                  ///< Kendall's tau-b
  /// The same among the best tenth of the rows by one seed of the pair, mean of either one; nothing
  /// where the table does not say what is better.
  std::optional<double> tau_best_tenth;
};

/// One for each quantity and fidelity with such a pair, in the order of the metrics. Throws
/// EvaluationError as BenchmarkTable::values() does.
std::vector<SeedNoise> seed_noise(const BenchmarkTable& table);

/// By row, how far off the value of a metric is expected to be: the standard deviation of the
/// values that seeds of the same quantity and fidelity have there, and for a metric that is not
/// that of a seed, and so stands for their mean, that deviation divided by the root of their
/// number. 0 for a row with fewer than two of them. Throws EvaluationError as
/// BenchmarkTable::values() does, and where there are fewer than two seeds.
std::vector<double> label_noise(const BenchmarkTable& table, const std::string& metric);

}  // namespace evonas::evaluation
