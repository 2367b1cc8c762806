#include "evaluation/table/table_noise.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/rank_correlation.hpp"
#include "base/statistics.hpp"
#include "evaluation/table/metric_name.hpp"

namespace evonas::evaluation {
namespace {

struct Labels {
  std::vector<double> a;
  std::vector<double> b;
};

Labels common_labels(std::span<const double> a, std::span<const double> b) {
  Labels labels;
  for (std::size_t row = 0; row < a.size(); ++row) {
    if (std::isnan(a[row]) || std::isnan(b[row])) continue;
    labels.a.push_back(a[row]);
    labels.b.push_back(b[row]);
  }
  return labels;
}

/// Nothing where no two seeds have rows in common.
std::optional<SeedNoise> noise_of(const BenchmarkTable& table, const MetricName& name,
                                  const std::vector<std::uint64_t>& seeds) {
  SeedNoise noise{.quantity = name.quantity, .epochs = name.epochs, .rows = table.size()};
  const auto full_name = [&](std::uint64_t seed) {
    return MetricName{.quantity = name.quantity, .epochs = name.epochs, .seed = seed}.to_string();
  };
  const Direction direction = table.metric(full_name(seeds[0])).direction;
  const bool higher_is_better = direction == Direction::Maximize;
  double best_tenth = 0.0;
  double pairs = 0.0;
  std::set<std::uint64_t> compared;
  for (std::size_t i = 0; i < seeds.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const Labels labels =
          common_labels(table.values(full_name(seeds[i])), table.values(full_name(seeds[j])));
      if (labels.a.size() < 2) continue;
      compared.insert({seeds[i], seeds[j]});
      ++pairs;
      noise.rows = std::min(noise.rows, labels.a.size());
      noise.tau += kendall_tau_b(labels.a, labels.b);
      if (direction == Direction::Unspecified) continue;
      best_tenth += (best_tenth_tau(labels.a, labels.b, higher_is_better) +
                     best_tenth_tau(labels.b, labels.a, higher_is_better)) /
                    2.0;
    }
  }
  if (compared.empty()) return std::nullopt;
  noise.seeds.assign(compared.begin(), compared.end());
  noise.tau /= pairs;
  if (direction != Direction::Unspecified) noise.tau_best_tenth = best_tenth / pairs;
  return noise;
}

/// Whether two columns have the same value in each row that has both.
bool are_equal(std::span<const double> a, std::span<const double> b) {
  for (std::size_t row = 0; row < a.size(); ++row) {
    if (a[row] != b[row] && !std::isnan(a[row]) && !std::isnan(b[row])) return false;
  }
  return true;
}

/// Of a label, from the values of seeds, of which it is one or the mean.
double noise_of_label(bool is_one_of_them, std::span<const double> values) {
  if (values.size() < 2) return 0.0;
  const double variance = variance_of(values, mean_of(values));
  return std::sqrt(is_one_of_them ? variance : variance / static_cast<double>(values.size()));
}

}  // namespace

std::vector<SeedNoise> seed_noise(const BenchmarkTable& table) {
  std::vector<SeedNoise> result;
  for (const TableMetric& metric : table.metrics()) {
    const MetricName name = *MetricName::parse(metric.name);
    const std::vector<std::uint64_t> seeds = table.seeds(name.quantity, name.epochs);
    const bool is_known = std::ranges::any_of(result, [&](const SeedNoise& known) {
      return known.quantity == name.quantity && known.epochs == name.epochs;
    });
    if (seeds.size() < 2 || is_known) continue;
    if (auto noise = noise_of(table, name, seeds)) result.push_back(std::move(*noise));
  }
  return result;
}

std::vector<double> label_noise(const BenchmarkTable& table, const std::string& metric) {
  MetricName name = *MetricName::parse(table.metric(metric).name);
  const std::vector<std::uint64_t> seeds = table.seeds(name.quantity, name.epochs);
  if (seeds.size() < 2) {
    throw EvaluationError(
        fmt::format("{} has {} of {}, expected two seeds at least: one tells nothing of noise",
                    table.file().string(), seeds.empty() ? "no seed" : "one seed", metric));
  }
  const std::span<const double> labels = table.values(metric);
  std::vector<std::span<const double>> columns;
  for (const std::uint64_t seed : seeds) {
    name.seed = seed;
    columns.push_back(table.values(name.to_string()));
  }
  const bool is_of_seed = std::ranges::any_of(
      columns, [&](std::span<const double> column) { return are_equal(column, labels); });
  std::vector<double> noises;
  for (std::size_t row = 0; row < table.size(); ++row) {
    std::vector<double> values;
    for (const std::span<const double> column : columns) {
      if (!std::isnan(column[row])) values.push_back(column[row]);
    }
    noises.push_back(noise_of_label(is_of_seed, values));
  }
  return noises;
}

}  // namespace evonas::evaluation
