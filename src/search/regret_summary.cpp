#include "search/regret_summary.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "base/rank_test.hpp"
#include "base/statistics.hpp"

namespace evonas::search {
namespace {

/// Moments at which curves along the clock are told.
constexpr std::size_t kMoments = 200;

/// What `value` says of each search.
template <class Value>
std::vector<double> values_of(std::span<const RegretTrace> traces, const Value& value) {
  std::vector<double> values;
  values.reserve(traces.size());
  for (const RegretTrace& trace : traces) {
    values.push_back(static_cast<double>(std::invoke(value, trace)));
  }
  return values;
}

/// Of sorted regrets.
BudgetResult budget_result(const std::vector<double>& regrets) {
  const double mean = mean_of(regrets);
  const auto found = std::count(regrets.begin(), regrets.end(), 0.0);
  return {.regret_mean = mean,
          .regret_deviation = deviation_of(regrets, mean),
          .regret_median = quantile(regrets, 0.5),
          .regret_lower_quartile = quantile(regrets, 0.25),
          .regret_upper_quartile = quantile(regrets, 0.75),
          .at_optimum = static_cast<double>(found) / static_cast<double>(regrets.size())};
}

std::vector<BudgetResult> budget_results(std::span<const RegretTrace> traces,
                                         const BenchmarkSetup& setup, std::int64_t evaluations) {
  std::vector<BudgetResult> results;
  for (const double seconds : setup.seconds) {
    results.push_back(budget_result(ordered(
        values_of(traces, [&](const RegretTrace& trace) { return trace.regret_at(seconds); }))));
    results.back().seconds = seconds;
  }
  if (!setup.seconds.empty()) return results;
  for (const std::int64_t count : setup.budgets) {
    if (count > evaluations) continue;
    results.push_back(budget_result(ordered(
        values_of(traces, [&](const RegretTrace& trace) { return trace.regret_after(count); }))));
    results.back().evaluations = count;
  }
  return results;
}

/// Puts the figures of one more moment, sorted regrets, behind the curves of a result.
template <class Curves>
void add_moment(Curves& curves, const std::vector<double>& regrets) {
  curves.mean_regret.push_back(mean_of(regrets));
  curves.lower_quartile.push_back(quantile(regrets, 0.25));
  curves.median.push_back(quantile(regrets, 0.5));
  curves.upper_quartile.push_back(quantile(regrets, 0.75));
}

/// How much of it (RegretStep::evaluations or seconds) that share of searches needs to the optimum.
template <class Member>
double needed_to_optimum(std::span<const RegretTrace> traces, Member RegretStep::*member,
                         double share) {
  const std::vector<double> needed = ordered(values_of(traces, [&](const RegretTrace& trace) {
    const auto step = trace.optimum();
    return step ? static_cast<double>((*step).*member) : kInfinity;
  }));
  const double position = share * static_cast<double>(needed.size() - 1);
  const double upper = needed[static_cast<std::size_t>(std::ceil(position))];
  return std::isinf(upper) ? upper : quantile(needed, share);
}

ClockResult clock_result(std::span<const RegretTrace> traces, const BenchmarkSetup& setup) {
  ClockResult clock;
  double begin = 0.0;
  for (const RegretTrace& trace : traces) {
    if (!trace.steps.empty()) begin = std::max(begin, trace.steps.front().seconds);
  }
  const double end = setup.seconds.empty() ? shared_seconds(traces) : setup.seconds.back();
  for (std::size_t i = 0; i < kMoments && begin < end; ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(kMoments - 1);
    const double seconds = i + 1 == kMoments ? end : begin + share * (end - begin);
    clock.seconds.push_back(seconds);
    add_moment(clock, ordered(values_of(traces, [&](const RegretTrace& trace) {
                 return trace.regret_at(seconds);
               })));
  }
  clock.median_seconds_to_optimum = needed_to_optimum(traces, &RegretStep::seconds, 0.5);
  clock.seconds_to_optimum_90 = needed_to_optimum(traces, &RegretStep::seconds, 0.9);
  clock.training_seconds =
      mean_of(values_of(traces, [](const RegretTrace& trace) { return trace.end.seconds; }));
  return clock;
}

std::vector<std::vector<ForecastPair>> forecasts_of_all(std::span<const RegretTrace> traces) {
  std::vector<std::vector<ForecastPair>> forecasts;
  forecasts.reserve(traces.size());
  for (const RegretTrace& trace : traces) forecasts.push_back(trace.forecasts);
  return forecasts;
}

/// Of the searches that noted them; nothing where none did.
std::optional<TimeSplit> mean_times(std::span<const RegretTrace> traces) {
  const auto noted = std::ranges::count_if(
      traces, [](const RegretTrace& trace) { return trace.times.has_value(); });
  if (noted == 0) return std::nullopt;
  TimeSplit mean;
  for (const RegretTrace& trace : traces) {
    if (!trace.times) continue;
    for (const TimePart& part : kTimeParts) {
      mean.*part.seconds += *trace.times.*part.seconds / static_cast<double>(noted);
    }
  }
  return mean;
}

/// A minimised value as its metric counts it; 0 has no sign.
void turn(double& value, Goal goal) { value = turned(value, goal) + 0.0; }

/// The same of quartiles, of which the lower stays the lower.
void turn(double& lower, double& upper, Goal goal) {
  turn(lower, goal);
  turn(upper, goal);
  if (lower > upper) std::swap(lower, upper);
}

template <class Curves>
void turn_curves(Curves& curves, Goal goal) {
  for (double& value : curves.mean_regret) turn(value, goal);
  for (double& value : curves.median) turn(value, goal);
  for (std::size_t i = 0; i < curves.lower_quartile.size(); ++i) {
    turn(curves.lower_quartile[i], curves.upper_quartile[i], goal);
  }
}

}  // namespace

AlgorithmResult summarised(std::string name, std::span<const RegretTrace> traces,
                           const BenchmarkSetup& setup, std::int64_t evaluations) {
  AlgorithmResult result{.algorithm = std::move(name)};
  result.budgets = budget_results(traces, setup, evaluations);
  const std::int64_t last = setup.seconds.empty() ? evaluations : shared_evaluations(traces);
  for (std::int64_t count = 1; count <= last; ++count) {
    const std::vector<double> regrets = ordered(
        values_of(traces, [&](const RegretTrace& trace) { return trace.regret_after(count); }));
    add_moment(result, regrets);
    const auto without =
        std::ranges::count_if(regrets, [](double regret) { return regret != 0.0; });
    result.without_optimum.push_back(static_cast<double>(without) /
                                     static_cast<double>(regrets.size()));
  }
  result.evaluations_to_optimum_10 = needed_to_optimum(traces, &RegretStep::evaluations, 0.1);
  result.median_evaluations_to_optimum = needed_to_optimum(traces, &RegretStep::evaluations, 0.5);
  result.evaluations_to_optimum_90 = needed_to_optimum(traces, &RegretStep::evaluations, 0.9);
  result.engine_seconds = mean_of(values_of(traces, &RegretTrace::engine_seconds));
  result.evaluations =
      mean_of(values_of(traces, [](const RegretTrace& trace) { return trace.end.evaluations; }));
  result.screenings =
      mean_of(values_of(traces, [](const RegretTrace& trace) { return trace.end.screenings; }));
  if (!setup.cost.empty()) result.clock = clock_result(traces, setup);
  result.running_tau = tau_curve(forecasts_of_all(traces), last);
  result.times = mean_times(traces);
  return result;
}

void tell_as_values(AlgorithmResult& result, Goal goal) {
  for (BudgetResult& budget : result.budgets) {
    turn(budget.regret_mean, goal);
    turn(budget.regret_median, goal);
    turn(budget.regret_lower_quartile, budget.regret_upper_quartile, goal);
    budget.at_optimum = 0.0;
  }
  turn_curves(result, goal);
  result.without_optimum.clear();
  result.evaluations_to_optimum_10 = kInfinity;
  result.median_evaluations_to_optimum = kInfinity;
  result.evaluations_to_optimum_90 = kInfinity;
  if (!result.clock) return;
  turn_curves(*result.clock, goal);
  result.clock->median_seconds_to_optimum = kInfinity;
  result.clock->seconds_to_optimum_90 = kInfinity;
}

std::vector<double> final_regrets(std::span<const RegretTrace> traces,
                                  const BenchmarkSetup& setup) {
  return values_of(traces, [&](const RegretTrace& trace) {
    return setup.seconds.empty() ? trace.regret_after(setup.evaluations)
                                 : trace.regret_at(setup.seconds.back());
  });
}

void compare_algorithms(BenchmarkResult& result, std::span<const std::vector<double>> regrets) {
  std::vector<AlgorithmResult>& algorithms = result.algorithms;
  if (algorithms.empty()) return;
  const auto best = std::ranges::min_element(
      regrets, {}, [](const std::vector<double>& own) { return mean_of(ordered(own)); });
  result.best_algorithm = algorithms[static_cast<std::size_t>(best - regrets.begin())].algorithm;
  if (result.against.empty()) result.against = result.best_algorithm;
  const auto other = static_cast<std::size_t>(
      std::ranges::find(algorithms, result.against, &AlgorithmResult::algorithm) -
      algorithms.begin());
  std::vector<double> p_values;
  for (std::size_t i = 0; i < algorithms.size(); ++i) {
    if (i != other) p_values.push_back(signed_rank_p_value(regrets[i], regrets[other]));
  }
  p_values = holm_corrected(p_values);
  for (std::size_t i = 0, next = 0; i < algorithms.size(); ++i) {
    if (i != other) algorithms[i].p_against = p_values[next++];
  }
}

}  // namespace evonas::search
