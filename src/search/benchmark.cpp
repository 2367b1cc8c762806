#include "search/benchmark.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <tbb/task_arena.h>

#include "base/json.hpp"
#include "base/nearest_name.hpp"
#include "base/parallel.hpp"
#include "search/algorithm_names.hpp"
#include "search/regret_summary.hpp"
#include "search/table_labels.hpp"
#include "search/table_search.hpp"
#include "search/trials.hpp"

namespace evonas::search {
namespace {

/// What a search is measured against: objectives to be minimised. Where nothing is known of them,
/// regrets from 0 are the objectives themselves.
struct Scale {
  bool known = false;
  std::size_t best_row = 0;
  double best = 0.0;
  double worst = kInfinity;
};

/// That the others are compared with.
void expect_known_other(const BenchmarkSetup& setup) {
  const std::vector<std::string> names = algorithm_names(setup.algorithms, setup.names);
  if (setup.against.empty() || std::ranges::find(names, setup.against) != names.end()) return;
  throw SearchError(
      fmt::format("a benchmark cannot compare its algorithms with '{}', which is none of them ({})",
                  setup.against, nearest_or_known(setup.against, names)));
}

void expect_valid(const BenchmarkSetup& setup) {
  if (setup.problem.objectives.size() != 1) {
    throw SearchError(
        fmt::format("a benchmark of regret has one objective, but the problem has {}; benchmark "
                    "several by hypervolume",
                    setup.problem.objectives.size()));
  }
  const bool endless = setup.seconds.empty() && setup.evaluations < 1;
  if (endless || setup.seeds < 1) {
    throw SearchError(
        fmt::format("a benchmark with {} evaluations and {} seeds has nothing to run; give at "
                    "least one of each",
                    setup.evaluations, setup.seeds));
  }
  expect_distinct_names(setup.algorithms, setup.names);
  expect_known_other(setup);
  expect_budgets(setup.seconds, setup.cost, setup.budgets, setup.evaluations);
  if (setup.seconds.empty()) {
    expect_own_evaluations(setup.own_evaluations, setup.algorithms.size(), setup.evaluations);
  }
}

/// Of searches of the algorithm of that number.
TableBudget budget_of(const BenchmarkSetup& setup, std::size_t algorithm) {
  if (!setup.seconds.empty())
    return {.seconds = setup.seconds.back(), .wall_clock = setup.wall_clock};
  return {.evaluations = evaluations_of(algorithm, setup.own_evaluations, setup.evaluations),
          .wall_clock = setup.wall_clock};
}

Scale scale_of(const LabelSource& labels, const Problem& problem) {
  if (labels.listed().empty()) return {};
  Scale scale{.known = true, .best = kInfinity, .worst = -kInfinity};
  for (const Individual& row : labels.listed()) {
    if (!row.feasible()) continue;
    const double value = row.objectives.front();
    if (value < scale.best) {
      scale.best = value;
      scale.best_row = row.index;
    }
    scale.worst = std::max(scale.worst, value);
  }
  if (std::isinf(scale.best)) {
    throw SearchError(
        fmt::format("no row of the table has a value of '{}' within every limit; loosen the limits",
                    problem.objectives.front().metric));
  }
  return scale;
}

/// Puts what was expected of `evaluated`, the evaluations behind the first `count`, into the trace.
void add_forecasts(RegretTrace& trace, std::span<const Individual> evaluated,
                   std::span<const Forecast> forecasts, std::int64_t count,
                   const Objective& objective) {
  for (std::size_t i = 0; i < forecasts.size(); ++i) {
    const auto expected = forecasts[i].find(objective.metric);
    if (evaluated[i].failed() || expected == forecasts[i].end()) continue;
    const double measured = turned(evaluated[i].objectives.front(), objective.goal);
    if (!std::isfinite(expected->second.value) || !std::isfinite(measured)) continue;
    trace.forecasts.push_back({.evaluation = count + static_cast<std::int64_t>(i) + 1,
                               .expected = expected->second.value,
                               .measured = measured});
  }
}

/// Nothing where it was stopped.
std::optional<RegretTrace> run_trial(const BenchmarkSetup& setup, const LabelSource& labels,
                                     const Scale& scale, const AlgorithmOptions& options,
                                     const TableBudget& budget, const std::stop_token& stop) {
  const auto begin = std::chrono::steady_clock::now();
  const std::unique_ptr<Algorithm> algorithm =
      make_algorithm(options, setup.space, setup.problem, setup.guidance);
  RegretTrace trace{.without = scale.worst - scale.best};
  double best = scale.worst;
  std::int64_t count = 0;
  const auto receive = [&](std::span<Individual> evaluated, std::span<const double> clock) {
    for (std::size_t i = 0; i < evaluated.size(); ++i) {
      const Individual& individual = evaluated[i];
      const bool better = individual.feasible() && individual.objectives.front() < best;
      if (better) best = individual.objectives.front();
      ++count;
      if (better || (count == 1 && scale.known)) {
        trace.steps.push_back({count, clock[i], best - scale.best});
      }
    }
  };
  const auto receive_forecasts = [&](std::span<const Individual> evaluated,
                                     std::span<const Forecast> forecasts) {
    add_forecasts(trace, evaluated, forecasts, count, setup.problem.objectives.front());
  };
  const auto end = search_table(*algorithm, labels, budget, receive, stop,
                                options.guidance.screening, receive_forecasts);
  if (!end) return std::nullopt;
  trace.end = *end;
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
  trace.engine_seconds = elapsed.count();
  trace.times = end->times;
  trace.times->rest += std::max(0.0, trace.engine_seconds - end->times.total());
  return trace;
}

/// What decides how all searches of a benchmark with that budget go.
std::string describe(const BenchmarkSetup& setup, const Key& labels, const TableBudget& budget) {
  return fmt::format("regret\ntable: {}\nbudget: {} {}\n", labels.hex(), budget.evaluations,
                     budget.seconds) +
         (setup.wall_clock ? "clock: wall\n" : "") + describe_guidance(setup.guidance);
}

/// The searches of one algorithm.
struct NamedTraces {
  std::string name;
  std::vector<RegretTrace> traces;
};

/// Where nothing was known of the objectives: a search that has found nothing feasible counts as
/// the worst with which any began. Returns the best that any has found.
double measure_by_each_other(std::span<NamedTraces> algorithms, const Problem& problem) {
  double worst = -kInfinity;
  double best = kInfinity;
  for (const NamedTraces& algorithm : algorithms) {
    for (const RegretTrace& trace : algorithm.traces) {
      if (trace.steps.empty()) continue;
      worst = std::max(worst, trace.steps.front().regret);
      best = std::min(best, trace.steps.back().regret);
    }
  }
  if (std::isinf(best)) {
    throw SearchError(
        fmt::format("no search of the benchmark found a value of '{}' within every limit; loosen "
                    "the limits or let searches go on for longer",
                    problem.objectives.front().metric));
  }
  for (NamedTraces& algorithm : algorithms) {
    for (RegretTrace& trace : algorithm.traces) trace.without = worst;
  }
  return best;
}

/// Adds what the searches have found; where that is not known, the optimum too.
void add_figures(BenchmarkResult& result, std::vector<NamedTraces> algorithms,
                 const BenchmarkSetup& setup) {
  const Goal goal = setup.problem.objectives.front().goal;
  if (!result.optimum_known && !algorithms.empty()) {
    result.optimum = turned(measure_by_each_other(algorithms, setup.problem), goal);
  }
  std::vector<std::vector<double>> regrets;
  for (std::size_t i = 0; i < algorithms.size(); ++i) {
    auto& [name, traces] = algorithms[i];
    const std::int64_t own = evaluations_of(i, setup.own_evaluations, setup.evaluations);
    result.algorithms.push_back(summarised(std::move(name), traces, setup, own));
    regrets.push_back(final_regrets(traces, setup));
  }
  compare_algorithms(result, regrets);
  if (result.optimum_known) return;
  for (AlgorithmResult& algorithm : result.algorithms) tell_as_values(algorithm, goal);
}

}  // namespace

BenchmarkResult run_benchmark(const BenchmarkSetup& setup,
                              const std::function<void(std::size_t, std::size_t)>& on_progress,
                              std::stop_token stop, TrialLog* log) {
  expect_valid(setup);
  std::shared_ptr<const LabelSource> labels = setup.labels;
  if (labels == nullptr) {
    labels = std::make_shared<const TableLabels>(setup.space, *setup.table, setup.problem,
                                                 setup.cost, screening_metrics(setup.algorithms));
  }
  const Scale scale = scale_of(*labels, setup.problem);
  Trials<RegretTrace> trials(setup.algorithms, setup.seeds, on_progress, setup.names);
  if (log != nullptr) {
    const Key digest = labels->digest();
    trials.recall(
        *log,
        [&](std::size_t algorithm) { return describe(setup, digest, budget_of(setup, algorithm)); },
        setup.space, setup.problem,
        [&](const nlohmann::json& json) {
          return parse_regret_trace(json, scale.worst - scale.best);
        });
  }
  parallel_for(trials.size(), [&](std::size_t i) {
    if (trials.has(i) || stop.stop_requested()) return;
    // Isolated, so that the time of this search holds no part of another one.
    auto trace = tbb::this_task_arena::isolate([&] {
      return run_trial(setup, *labels, scale, trials.options(i),
                       budget_of(setup, trials.algorithm_of(i)), stop);
    });
    if (trace) trials.add(i, std::move(*trace));
  });

  const bool timed = !setup.seconds.empty();
  BenchmarkResult result{.complete = trials.complete(),
                         .optimum_known = scale.known,
                         .optimum = turned(scale.best, setup.problem.objectives.front().goal),
                         .evaluations = timed ? 0 : setup.evaluations,
                         .seeds = setup.seeds,
                         .against = setup.against,
                         .cost = setup.cost,
                         .seconds = timed ? setup.seconds.back() : 0.0,
                         .wall_clock = setup.wall_clock};
  if (scale.known) {
    result.optimum_architecture = setup.space.format(labels->listed()[scale.best_row].genotype);
  }
  if (!result.complete) return result;
  std::vector<NamedTraces> algorithms;
  trials.for_each_algorithm([&](std::string name, std::vector<RegretTrace> traces) {
    algorithms.push_back({std::move(name), std::move(traces)});
  });
  add_figures(result, std::move(algorithms), setup);
  return result;
}

}  // namespace evonas::search
