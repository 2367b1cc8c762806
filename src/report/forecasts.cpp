#include "report/forecasts.hpp"

#include <map>
#include <optional>

#include "base/rank_correlation.hpp"
#include "search/running_tau.hpp"

namespace evonas::report {
namespace {

/// Expected and measured values of one metric, in the order of evaluation.
struct Pairs {
  std::vector<double> expected;
  std::vector<double> measured;
  std::size_t covered = 0;
  Curve running_tau;

  void note_tau(std::size_t evaluations) {
    const std::optional<double> tau = search::running_tau(expected, measured);
    if (tau) running_tau.push_back({evaluations, *tau});
  }
};

}  // namespace

std::vector<ForecastQuality> forecast_quality(const Run& run) {
  std::map<std::string, Pairs> by_metric;
  const auto& records = run.summary.evaluations;
  for (std::size_t i = 0; i < records.size(); ++i) {
    for (const auto& [metric, expected] : records[i].forecast) {
      const auto found = records[i].metrics.find(metric);
      if (found == records[i].metrics.end()) continue;
      Pairs& pairs = by_metric[metric];
      const double value = found->second.value;
      pairs.expected.push_back(expected.value);
      pairs.measured.push_back(value);
      if (expected.low && expected.high && *expected.low <= value && value <= *expected.high) {
        ++pairs.covered;
      }
    }
    const bool ends = i + 1 == records.size() || records[i + 1].generation != records[i].generation;
    if (!ends || records[i].forecast.empty()) continue;
    for (auto& [metric, pairs] : by_metric) pairs.note_tau(i + 1);
  }
  std::vector<ForecastQuality> result;
  for (auto& [metric, pairs] : by_metric) {
    result.push_back(
        {.metric = metric,
         .count = pairs.expected.size(),
         .kendall_tau = kendall_tau_b(pairs.expected, pairs.measured),
         .covered = static_cast<double>(pairs.covered) / static_cast<double>(pairs.expected.size()),
         .running_tau = std::move(pairs.running_tau)});
  }
  return result;
}

}  // namespace evonas::report
