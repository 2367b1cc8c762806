#include "search/front_summary.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "base/rank_test.hpp"
#include "base/statistics.hpp"

namespace evonas::search {
namespace {

/// What `value` says of each search.
template <class Value>
std::vector<double> values_of(std::span<const VolumeTrace> traces, const Value& value) {
  std::vector<double> values;
  values.reserve(traces.size());
  for (const VolumeTrace& trace : traces) values.push_back(static_cast<double>(value(trace)));
  return values;
}

std::vector<double> volumes_after(std::span<const VolumeTrace> traces, std::int64_t evaluations) {
  return values_of(traces,
                   [&](const VolumeTrace& trace) { return trace.volume_after(evaluations); });
}

std::vector<double> volumes_at(std::span<const VolumeTrace> traces, double seconds) {
  return values_of(traces, [&](const VolumeTrace& trace) { return trace.volume_at(seconds); });
}

FrontBudgetResult budget_result(std::vector<double> volumes, std::int64_t evaluations,
                                double seconds) {
  const std::vector<double> sorted = ordered(std::move(volumes));
  const double mean = mean_of(sorted);
  return {.evaluations = evaluations,
          .seconds = seconds,
          .mean = mean,
          .deviation = deviation_of(sorted, mean),
          .lowest = sorted.front(),
          .lower_quartile = quantile(sorted, 0.25),
          .median = quantile(sorted, 0.5),
          .upper_quartile = quantile(sorted, 0.75)};
}

/// Evaluations to report at: those asked for, and where any searches end.
std::set<std::int64_t> all_budgets(std::span<const NamedVolumes> algorithms,
                                   const FrontBenchmarkSetup& setup) {
  std::set<std::int64_t> budgets(setup.budgets.begin(), setup.budgets.end());
  for (const NamedVolumes& algorithm : algorithms) budgets.insert(algorithm.evaluations);
  return budgets;
}

std::vector<FrontBudgetResult> budget_results(const NamedVolumes& algorithm,
                                              const std::set<std::int64_t>& budgets,
                                              std::span<const double> seconds) {
  std::vector<FrontBudgetResult> results;
  for (const double at : seconds) {
    results.push_back(budget_result(volumes_at(algorithm.traces, at), 0, at));
  }
  if (!seconds.empty()) return results;
  for (const std::int64_t count : budgets) {
    if (count > algorithm.evaluations) break;
    results.push_back(budget_result(volumes_after(algorithm.traces, count), count, 0.0));
  }
  return results;
}

/// The curve from `begin` to `end`, which are among its moments, with all between them where
/// `member` says that any search has a step and the figures change.
template <class Number, class Volumes>
VolumeCurve curve_of(std::span<const VolumeTrace> traces, Number VolumeStep::*member, Number begin,
                     Number end, const Volumes& volumes) {
  if (begin > end) return {};
  std::set<Number> moments{begin, end};
  for (const VolumeTrace& trace : traces) {
    for (const VolumeStep& step : trace.steps) {
      if (step.*member > begin && step.*member < end) moments.insert(step.*member);
    }
  }
  VolumeCurve curve;
  for (const Number moment : moments) {
    const FrontBudgetResult figures = budget_result(volumes(traces, moment), 0, 0.0);
    const bool same = !curve.moments.empty() && curve.median.back() == figures.median &&
                      curve.lower_quartile.back() == figures.lower_quartile &&
                      curve.upper_quartile.back() == figures.upper_quartile;
    if (same && moment != end) continue;
    curve.moments.push_back(static_cast<double>(moment));
    curve.lower_quartile.push_back(figures.lower_quartile);
    curve.median.push_back(figures.median);
    curve.upper_quartile.push_back(figures.upper_quartile);
  }
  return curve;
}

/// Over the clock: from where every search has a hypervolume, if it ever has one.
VolumeCurve clock_curve(std::span<const VolumeTrace> traces, double end) {
  double begin = 0.0;
  for (const VolumeTrace& trace : traces) {
    if (!trace.steps.empty()) begin = std::max(begin, trace.steps.front().seconds);
  }
  return curve_of(traces, &VolumeStep::seconds, begin, end, volumes_at);
}

FrontAlgorithmResult summary_of(const NamedVolumes& algorithm,
                                const std::set<std::int64_t>& budgets,
                                const FrontBenchmarkSetup& setup) {
  const std::span<const VolumeTrace> traces = algorithm.traces;
  const bool timed = !setup.seconds.empty();
  FrontAlgorithmResult result{.algorithm = algorithm.algorithm};
  result.evaluations_per_second =
      quantile(ordered(values_of(
                   traces, [](const VolumeTrace& trace) { return trace.evaluations_per_second; })),
               0.5);
  result.evaluations =
      mean_of(values_of(traces, [](const VolumeTrace& trace) { return trace.end.evaluations; }));
  result.budgets = budget_results(algorithm, budgets, setup.seconds);
  const std::int64_t last =
      timed ? shared_end(traces, &TableSearch::evaluations) : algorithm.evaluations;
  result.curve = curve_of(traces, &VolumeStep::evaluations, std::int64_t{1}, last, volumes_after);
  result.front = turned_back(traces.front().front, setup.problem);
  if (setup.cost.empty()) return result;
  result.clock =
      clock_curve(traces, timed ? setup.seconds.back() : shared_end(traces, &TableSearch::seconds));
  result.training_seconds =
      mean_of(values_of(traces, [](const VolumeTrace& trace) { return trace.end.seconds; }));
  return result;
}

/// Fills in how the volumes differ, all but the correction of `p`.
FrontTest compared(FrontTest test, std::span<const double> own, std::span<const double> other) {
  std::vector<double> differences;
  for (std::size_t i = 0; i < own.size(); ++i) {
    differences.push_back(own[i] - other[i]);
    if (own[i] > other[i]) ++test.larger;
    if (own[i] == other[i]) ++test.equal;
    if (own[i] < other[i]) ++test.smaller;
  }
  test.median_difference = quantile(ordered(std::move(differences)), 0.5);
  test.p = signed_rank_p_value(own, other);
  return test;
}

FrontTest test_after(const NamedVolumes& one, std::int64_t evaluations, const NamedVolumes& other,
                     std::int64_t other_evaluations) {
  return compared({.algorithm = one.algorithm,
                   .other = other.algorithm,
                   .evaluations = evaluations,
                   .other_evaluations = other_evaluations},
                  volumes_after(one.traces, evaluations),
                  volumes_after(other.traces, other_evaluations));
}

void add_tests(std::vector<FrontTest>& tests, const NamedVolumes& one, const NamedVolumes& other,
               const FrontBenchmarkSetup& setup) {
  if (!setup.seconds.empty()) {
    const double last = setup.seconds.back();
    tests.push_back(
        compared({.algorithm = one.algorithm, .other = other.algorithm, .seconds = last},
                 volumes_at(one.traces, last), volumes_at(other.traces, last)));
    return;
  }
  const std::int64_t both = std::min(one.evaluations, other.evaluations);
  tests.push_back(test_after(one, both, other, both));
  if (one.evaluations == other.evaluations) return;
  const bool is_shorter = one.evaluations < other.evaluations;
  const NamedVolumes& shorter = is_shorter ? one : other;
  const NamedVolumes& longer = is_shorter ? other : one;
  tests.push_back(test_after(shorter, shorter.evaluations, longer, longer.evaluations));
}

}  // namespace

std::vector<FrontAlgorithmResult> summarised(std::span<const NamedVolumes> algorithms,
                                             const FrontBenchmarkSetup& setup) {
  const std::set<std::int64_t> budgets = all_budgets(algorithms, setup);
  std::vector<FrontAlgorithmResult> results;
  for (const NamedVolumes& algorithm : algorithms) {
    results.push_back(summary_of(algorithm, budgets, setup));
  }
  return results;
}

std::vector<FrontTest> volume_tests(std::span<const NamedVolumes> algorithms,
                                    const FrontBenchmarkSetup& setup) {
  std::vector<FrontTest> tests;
  for (std::size_t i = 0; i < algorithms.size(); ++i) {
    for (std::size_t j = i + 1; j < algorithms.size(); ++j) {
      add_tests(tests, algorithms[i], algorithms[j], setup);
    }
  }
  std::vector<double> p_values;
  for (const FrontTest& test : tests) p_values.push_back(test.p);
  p_values = holm_corrected(p_values);
  for (std::size_t i = 0; i < tests.size(); ++i) tests[i].p = p_values[i];
  return tests;
}

std::vector<std::vector<double>> turned_back(const Front& front, const Problem& problem) {
  std::vector<std::vector<double>> points = front;
  for (std::vector<double>& point : points) {
    for (std::size_t i = 0; i < point.size(); ++i) {
      point[i] = turned(point[i], problem.objectives[i].goal) + 0.0;  // 0 has no sign
    }
  }
  return points;
}

}  // namespace evonas::search
