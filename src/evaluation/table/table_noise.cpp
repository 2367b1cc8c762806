#include "evaluation/table/table_noise.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/rank_correlation.hpp"
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

/// Tau among the tenth that `chosen` calls best; of equally good ones, the earlier rows.
double tau_of_best_tenth(std::span<const double> chosen, std::span<const double> other,
                         Direction direction) {
  std::vector<std::size_t> rows(chosen.size());
  std::iota(rows.begin(), rows.end(), 0);
  std::stable_sort(rows.begin(), rows.end(), [&](std::size_t x, std::size_t y) {
    return direction == Direction::Maximize ? chosen[x] > chosen[y] : chosen[x] < chosen[y];
  });
  rows.resize((rows.size() + 9) / 10);
  Labels best;
  for (const std::size_t row : rows) {
    best.a.push_back(chosen[row]);
    best.b.push_back(other[row]);
  }
  return kendall_tau_b(best.a, best.b);
}

SeedNoise noise_of(const BenchmarkTable& table, const MetricName& name,
                   const std::vector<std::uint64_t>& seeds) {
  SeedNoise noise{.quantity = name.quantity, .epochs = name.epochs, .seeds = seeds};
  noise.rows = table.size();
  const auto full_name = [&](std::uint64_t seed) {
    return MetricName{.quantity = name.quantity, .epochs = name.epochs, .seed = seed}.to_string();
  };
  const Direction direction = table.metric(full_name(seeds[0])).direction;
  double best_tenth = 0.0;
  double pairs = 0.0;
  for (std::size_t i = 0; i < seeds.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j, ++pairs) {
      const Labels labels =
          common_labels(table.values(full_name(seeds[i])), table.values(full_name(seeds[j])));
      noise.rows = std::min(noise.rows, labels.a.size());
      noise.tau += kendall_tau_b(labels.a, labels.b);
      if (direction == Direction::Unspecified) continue;
      best_tenth += (tau_of_best_tenth(labels.a, labels.b, direction) +
                     tau_of_best_tenth(labels.b, labels.a, direction)) /
                    2.0;
    }
  }
  noise.tau /= pairs;
  if (direction != Direction::Unspecified) noise.tau_best_tenth = best_tenth / pairs;
  return noise;
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
    if (seeds.size() >= 2 && !is_known) result.push_back(noise_of(table, name, seeds));
  }
  return result;
}

}  // namespace evonas::evaluation
