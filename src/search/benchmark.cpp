#include "search/benchmark.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <tbb/task_arena.h>

#include "base/parallel.hpp"
#include "search/regret_summary.hpp"
#include "search/table_search.hpp"
#include "search/trials.hpp"

namespace evonas::search {
namespace {

/// What a search is measured against: objectives to be minimised.
struct Scale {
  std::size_t best_row = 0;
  double best = 0.0;
  double worst = 0.0;
};

void expect_valid_budget(const BenchmarkSetup& setup) {
  if (setup.seconds.empty()) {
    for (const std::int64_t budget : setup.budgets) {
      if (budget >= 1 && budget <= setup.evaluations) continue;
      throw SearchError(
          fmt::format("the budget {} of a benchmark is outside its 1 to {} evaluations", budget,
                      setup.evaluations));
    }
    return;
  }
  expect_cost(setup.cost);
  double earlier = 0.0;
  for (const double seconds : setup.seconds) {
    if (!(seconds > earlier) || std::isinf(seconds)) {
      throw SearchError(
          fmt::format("the seconds of a benchmark must ascend from above 0, and {} follows {}",
                      seconds, earlier));
    }
    earlier = seconds;
  }
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
  expect_valid_budget(setup);
}

TableBudget budget_of(const BenchmarkSetup& setup) {
  if (setup.seconds.empty()) return {.evaluations = setup.evaluations};
  return {.seconds = setup.seconds.back()};
}

Scale scale_of(const TableLabels& labels, const Problem& problem) {
  Scale scale{.best = kInfinity, .worst = -kInfinity};
  for (const Individual& row : labels.rows()) {
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

/// Nothing where it was stopped.
std::optional<RegretTrace> run_trial(const BenchmarkSetup& setup, const TableLabels& labels,
                                     const Scale& scale, const AlgorithmOptions& options,
                                     const std::stop_token& stop) {
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
      if (better || count == 1) trace.steps.push_back({count, clock[i], best - scale.best});
    }
  };
  const auto end =
      search_table(*algorithm, labels, budget_of(setup), receive, stop, options.guidance.screening);
  if (!end) return std::nullopt;
  trace.end = *end;
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
  trace.engine_seconds = elapsed.count();
  return trace;
}

/// What decides how all searches of a benchmark go.
std::string describe(const BenchmarkSetup& setup, const TableLabels& labels) {
  const TableBudget budget = budget_of(setup);
  return fmt::format("regret\ntable: {}\nbudget: {} {}\n", labels.digest().hex(),
                     budget.evaluations, budget.seconds) +
         describe_guidance(setup.guidance);
}

}  // namespace

BenchmarkResult run_benchmark(const BenchmarkSetup& setup,
                              const std::function<void(std::size_t, std::size_t)>& on_progress,
                              std::stop_token stop, TrialLog* log) {
  expect_valid(setup);
  const TableLabels labels(setup.space, *setup.table, setup.problem, setup.cost,
                           screening_metrics(setup.algorithms));
  const Scale scale = scale_of(labels, setup.problem);
  Trials<RegretTrace> trials(setup.algorithms, setup.seeds, on_progress);
  if (log != nullptr) {
    trials.recall(*log, describe(setup, labels), setup.space, setup.problem,
                  [&](const nlohmann::json& json) {
                    return parse_regret_trace(json, scale.worst - scale.best);
                  });
  }
  parallel_for(trials.size(), [&](std::size_t i) {
    if (trials.has(i) || stop.stop_requested()) return;
    // Isolated, so that the time of this search holds no part of another one.
    auto trace = tbb::this_task_arena::isolate(
        [&] { return run_trial(setup, labels, scale, trials.options(i), stop); });
    if (trace) trials.add(i, std::move(*trace));
  });

  const TableBudget budget = budget_of(setup);
  BenchmarkResult result{
      .complete = trials.complete(),
      .optimum = turned(scale.best, setup.problem.objectives.front().goal),
      .optimum_architecture = setup.space.format(labels.rows()[scale.best_row].genotype),
      .evaluations = budget.evaluations,
      .seeds = setup.seeds,
      .cost = setup.cost,
      .seconds = budget.seconds};
  if (!result.complete) return result;
  std::vector<std::vector<double>> regrets;
  trials.for_each_algorithm([&](std::string name, const std::vector<RegretTrace>& traces) {
    result.algorithms.push_back(summarised(std::move(name), traces, setup));
    regrets.push_back(final_regrets(traces, setup));
  });
  compare_with_best(result, regrets);
  return result;
}

}  // namespace evonas::search
