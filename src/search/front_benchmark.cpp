#include "search/front_benchmark.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <tbb/task_arena.h>

#include "base/json.hpp"
#include "base/parallel.hpp"
#include "search/algorithm_names.hpp"
#include "search/front_comparison.hpp"
#include "search/front_summary.hpp"
#include "search/pareto.hpp"
#include "search/table_labels.hpp"
#include "search/table_search.hpp"
#include "search/trials.hpp"
#include "search/volume_trace.hpp"

namespace evonas::search {
namespace {

void expect_valid(const FrontBenchmarkSetup& setup) {
  const bool timed = !setup.seconds.empty();
  if ((setup.evaluations < 1 && !timed) || setup.seeds < 1) {
    throw SearchError(
        fmt::format("a benchmark with {} evaluations and {} seeds has nothing to run; give at "
                    "least one of each",
                    setup.evaluations, setup.seeds));
  }
  expect_distinct_names(setup.algorithms, setup.names);
  expect_budgets(setup.seconds, setup.cost, setup.budgets, setup.evaluations);
  if (!timed) {
    expect_own_evaluations(setup.own_evaluations, setup.algorithms.size(), setup.evaluations);
  }
  const std::size_t given = setup.reference_point.size();
  if (given != 0 && given != setup.problem.objectives.size()) {
    throw SearchError(
        fmt::format("the reference point of the benchmark has {} values where the problem has {} "
                    "objectives; give one for each, or none",
                    given, setup.problem.objectives.size()));
  }
}

/// The reference point to be minimised.
std::vector<double> reference_of(const FrontBenchmarkSetup& setup, const LabelSource& labels) {
  const std::vector<Objective>& objectives = setup.problem.objectives;
  std::vector<double> reference;
  if (!setup.reference_point.empty()) {
    for (std::size_t i = 0; i < objectives.size(); ++i) {
      reference.push_back(turned(setup.reference_point[i], objectives[i].goal));
    }
    return reference;
  }
  if (labels.listed().empty()) {
    throw SearchError(
        "without a table a benchmark of fronts needs a reference point, up to which hypervolumes "
        "count; give a value for each objective");
  }
  for (const Individual& row : labels.listed()) {
    if (!row.feasible()) continue;
    if (reference.empty()) reference = row.objectives;
    for (std::size_t i = 0; i < reference.size(); ++i) {
      reference[i] = std::max(reference[i], row.objectives[i]);
    }
  }
  return reference;
}

Front front_of(std::span<const Individual> individuals) {
  Front front;
  for (const std::size_t i : pareto_front(individuals)) {
    front.push_back(individuals[i].objectives);
  }
  return front;
}

/// Of searches of the algorithm of that number.
TableBudget budget_of(const FrontBenchmarkSetup& setup, std::size_t algorithm) {
  if (!setup.seconds.empty())
    return {.seconds = setup.seconds.back(), .wall_clock = setup.wall_clock};
  return {.evaluations = evaluations_of(algorithm, setup.own_evaluations, setup.evaluations),
          .wall_clock = setup.wall_clock};
}

/// All there is to be found, and what hypervolumes are measured by.
struct Ground {
  Front exact_front;  ///< empty where it is not known
  VolumeScale scale;
};

Ground ground_of(const FrontBenchmarkSetup& setup, const LabelSource& labels) {
  Ground ground{.scale = {.reference = reference_of(setup, labels)}};
  if (labels.listed().empty()) return ground;
  ground.exact_front = front_of(labels.listed());
  ground.scale.exact =
      ground.exact_front.empty() ? 0.0 : hypervolume(ground.exact_front, ground.scale.reference);
  if (ground.scale.exact > 0.0) return ground;
  throw SearchError(
      "no row of the table is within every limit and better than the reference point in every "
      "objective; loosen the limits or move the reference point");
}

/// Nothing where it was stopped.
std::optional<VolumeTrace> run_trial(const FrontBenchmarkSetup& setup, const LabelSource& labels,
                                     const AlgorithmOptions& options, const TableBudget& budget,
                                     const VolumeScale& scale, const std::stop_token& stop) {
  std::vector<Individual> all;
  std::vector<double> seconds;
  const auto take = [&](std::span<Individual> evaluated, std::span<const double> clock) {
    std::ranges::move(evaluated, std::back_inserter(all));
    std::ranges::copy(clock, std::back_inserter(seconds));
  };
  all.reserve(static_cast<std::size_t>(budget.evaluations));
  seconds.reserve(all.capacity());
  const auto begin = std::chrono::steady_clock::now();
  const std::unique_ptr<Algorithm> algorithm =
      make_algorithm(options, setup.space, setup.problem, setup.guidance);
  const auto end = search_table(*algorithm, labels, budget, take, stop, options.guidance.screening);
  if (!end) return std::nullopt;
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
  return VolumeTrace{.steps = volume_steps(all, seconds, scale),
                     .front = front_of(all),
                     .end = *end,
                     .evaluations_per_second = static_cast<double>(all.size()) / elapsed.count()};
}

/// What decides how all searches of a benchmark with that budget go, and what they are measured by.
std::string describe(const FrontBenchmarkSetup& setup, const Key& labels, const TableBudget& budget,
                     std::span<const double> reference) {
  return fmt::format("front\ntable: {}\nbudget: {} {}\nreference: {}\n", labels.hex(),
                     budget.evaluations, budget.seconds, fmt::join(reference, " ")) +
         (setup.wall_clock ? "clock: wall\n" : "") + describe_guidance(setup.guidance);
}

/// What the log has of a search; nothing where it cannot be read.
std::optional<VolumeTrace> recalled(const nlohmann::json& json, const TrialLog& log) {
  // What was kept before hypervolumes were kept over evaluations.
  if (json.contains("hypervolume_share")) {
    throw SearchError(
        fmt::format("{} has searches that an earlier evonas kept without their hypervolume over "
                    "evaluations; remove the file or take another folder, and they are run again",
                    log.file().string()));
  }
  return parse_volume_trace(json);
}

/// Runs those searches that are not there yet.
void run_trials(Trials<VolumeTrace>& trials, const FrontBenchmarkSetup& setup,
                const LabelSource& labels, const VolumeScale& scale, const std::stop_token& stop) {
  const auto run = [&](std::size_t i) {
    if (trials.has(i) || stop.stop_requested()) return;
    // Isolated, so that the time of this search holds no part of another one.
    auto trace = tbb::this_task_arena::isolate([&] {
      return run_trial(setup, labels, trials.options(i), budget_of(setup, trials.algorithm_of(i)),
                       scale, stop);
    });
    if (trace) trials.add(i, std::move(*trace));
  };
  if (setup.alone) {
    for (std::size_t i = 0; i < trials.size(); ++i) run(i);
  } else {
    parallel_for(trials.size(), run);
  }
}

/// Adds the figures of all algorithms, and how they compare.
void add_figures(FrontBenchmarkResult& result, const Trials<VolumeTrace>& trials,
                 const FrontBenchmarkSetup& setup) {
  std::vector<NamedVolumes> algorithms;
  std::vector<NamedFronts> fronts;
  trials.for_each_algorithm([&](std::string name, std::vector<VolumeTrace> traces) {
    NamedFronts& own = fronts.emplace_back(NamedFronts{.algorithm = name});
    for (const VolumeTrace& trace : traces) own.fronts.push_back(trace.front);
    const std::int64_t evaluations = budget_of(setup, algorithms.size()).evaluations;
    algorithms.push_back({std::move(name), std::move(traces), evaluations});
  });
  result.algorithms = summarised(algorithms, setup);
  result.tests = volume_tests(algorithms, setup);
  result.comparisons = compare_fronts(fronts);
}

}  // namespace

FrontBenchmarkResult run_front_benchmark(
    const FrontBenchmarkSetup& setup,
    const std::function<void(std::size_t, std::size_t)>& on_progress, const std::stop_token& stop,
    TrialLog* log) {
  expect_valid(setup);
  std::shared_ptr<const LabelSource> labels = setup.labels;
  if (labels == nullptr) {
    labels = std::make_shared<const TableLabels>(setup.space, *setup.table, setup.problem,
                                                 setup.cost, screening_metrics(setup.algorithms));
  }
  const Ground ground = ground_of(setup, *labels);
  const VolumeScale& scale = ground.scale;
  FrontBenchmarkResult result{.front_size = ground.exact_front.size(),
                              .hypervolume = ground.exact_front.empty() ? 0.0 : scale.exact,
                              .seeds = setup.seeds,
                              .exact_front = turned_back(ground.exact_front, setup.problem),
                              .wall_clock = setup.wall_clock};
  result.reference_point = turned_back({scale.reference}, setup.problem).front();
  Trials<VolumeTrace> trials(setup.algorithms, setup.seeds, on_progress, setup.names);
  if (log != nullptr) {
    const Key digest = labels->digest();
    trials.recall(
        *log,
        [&](std::size_t algorithm) {
          return describe(setup, digest, budget_of(setup, algorithm), scale.reference);
        },
        setup.space, setup.problem,
        [&](const nlohmann::json& json) { return recalled(json, *log); });
  }
  if (!setup.alone) {
    const auto threads = static_cast<std::size_t>(tbb::this_task_arena::max_concurrency());
    result.searches_at_once = static_cast<std::int64_t>(std::min(threads, trials.size()));
  }
  run_trials(trials, setup, *labels, scale, stop);
  result.complete = trials.complete();
  if (result.complete) add_figures(result, trials, setup);
  return result;
}

}  // namespace evonas::search
