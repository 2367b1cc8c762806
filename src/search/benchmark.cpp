#include "search/benchmark.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <mutex>
#include <numeric>
#include <utility>

#include <fmt/format.h>
#include <tbb/task_arena.h>

#include "base/parallel.hpp"
#include "base/rank_test.hpp"
#include "search/ordering.hpp"
#include "search/table_labels.hpp"

namespace evonas::search {
namespace {

/// What a search is measured against: objectives to be minimised.
struct Scale {
  std::size_t best_row = 0;
  double best = 0.0;
  double worst = 0.0;
};

struct SearchTrace {
  std::vector<double> regret;  ///< after each evaluation
  double seconds = 0.0;
};

void expect_valid(const BenchmarkSetup& setup) {
  if (setup.problem.objectives.size() != 1) {
    throw SearchError(
        fmt::format("a benchmark of regret has one objective, but the problem has {}; benchmark "
                    "several by hypervolume",
                    setup.problem.objectives.size()));
  }
  if (setup.evaluations < 1 || setup.seeds < 1) {
    throw SearchError(
        fmt::format("a benchmark with {} evaluations and {} seeds has nothing to run; give at "
                    "least one of each",
                    setup.evaluations, setup.seeds));
  }
  for (const std::int64_t budget : setup.budgets) {
    if (budget < 1 || budget > setup.evaluations) {
      throw SearchError(
          fmt::format("the budget {} of a benchmark is outside its 1 to {} evaluations", budget,
                      setup.evaluations));
    }
  }
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

SearchTrace run_search_on_table(const BenchmarkSetup& setup, const TableLabels& labels,
                                const Scale& scale, const AlgorithmOptions& options) {
  const auto begin = std::chrono::steady_clock::now();
  const auto evaluations = static_cast<std::size_t>(setup.evaluations);
  const std::unique_ptr<Algorithm> algorithm =
      make_algorithm(options, setup.space, setup.problem, setup.guidance);
  SearchTrace trace;
  trace.regret.reserve(evaluations);
  double best = scale.worst;
  std::vector<Individual> evaluated;
  while (trace.regret.size() < evaluations) {
    const std::size_t wanted = std::min(algorithm->batch_size(), evaluations - trace.regret.size());
    evaluated.clear();
    for (const spaces::Genotype& genotype : algorithm->ask(wanted)) {
      evaluated.push_back(labels.label(genotype, trace.regret.size()));
      if (evaluated.back().feasible()) best = std::min(best, evaluated.back().objectives.front());
      trace.regret.push_back(best - scale.best);
    }
    if (evaluated.empty()) break;
    algorithm->tell(evaluated);
  }
  trace.regret.resize(evaluations, best - scale.best);
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
  trace.seconds = elapsed.count();
  return trace;
}

/// Quantile of sorted values, interpolated between neighbours.
double quantile(const std::vector<double>& sorted, double share) {
  const double position = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const double weight = position - static_cast<double>(below);
  if (weight == 0.0) return sorted[below];
  return sorted[below] + weight * (sorted[below + 1] - sorted[below]);
}

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double deviation_of(const std::vector<double>& values, double mean) {
  if (values.size() < 2) return 0.0;
  double sum = 0.0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  return std::sqrt(sum / static_cast<double>(values.size() - 1));
}

std::vector<double> sorted_regrets(std::span<const SearchTrace> traces, std::size_t evaluation) {
  std::vector<double> regrets;
  regrets.reserve(traces.size());
  for (const SearchTrace& trace : traces) regrets.push_back(trace.regret[evaluation]);
  std::sort(regrets.begin(), regrets.end());
  return regrets;
}

BudgetResult budget_result(std::span<const SearchTrace> traces, std::int64_t budget) {
  const std::vector<double> regrets = sorted_regrets(traces, static_cast<std::size_t>(budget - 1));
  const double mean = mean_of(regrets);
  const auto found = std::count(regrets.begin(), regrets.end(), 0.0);
  return {.evaluations = budget,
          .regret_mean = mean,
          .regret_deviation = deviation_of(regrets, mean),
          .regret_median = quantile(regrets, 0.5),
          .regret_lower_quartile = quantile(regrets, 0.25),
          .regret_upper_quartile = quantile(regrets, 0.75),
          .at_optimum = static_cast<double>(found) / static_cast<double>(regrets.size())};
}

/// How many evaluations that share of searches needs to the optimum.
double evaluations_to_optimum(std::span<const SearchTrace> traces, double share) {
  std::vector<double> counts;
  for (const SearchTrace& trace : traces) {
    const auto found = std::find(trace.regret.begin(), trace.regret.end(), 0.0);
    counts.push_back(found == trace.regret.end()
                         ? kInfinity
                         : static_cast<double>(found - trace.regret.begin() + 1));
  }
  std::sort(counts.begin(), counts.end());
  const double position = share * static_cast<double>(counts.size() - 1);
  const double upper = counts[static_cast<std::size_t>(std::ceil(position))];
  return std::isinf(upper) ? upper : quantile(counts, share);
}

AlgorithmResult summarise(std::string name, std::span<const SearchTrace> traces,
                          const BenchmarkSetup& setup) {
  AlgorithmResult result{.algorithm = std::move(name)};
  for (const std::int64_t budget : setup.budgets) {
    result.budgets.push_back(budget_result(traces, budget));
  }
  for (std::size_t i = 0; i < static_cast<std::size_t>(setup.evaluations); ++i) {
    const std::vector<double> regrets = sorted_regrets(traces, i);
    result.mean_regret.push_back(mean_of(regrets));
    result.lower_quartile.push_back(quantile(regrets, 0.25));
    result.median.push_back(quantile(regrets, 0.5));
    result.upper_quartile.push_back(quantile(regrets, 0.75));
    const auto without =
        std::ranges::count_if(regrets, [](double regret) { return regret != 0.0; });
    result.without_optimum.push_back(static_cast<double>(without) /
                                     static_cast<double>(regrets.size()));
  }
  result.median_evaluations_to_optimum = evaluations_to_optimum(traces, 0.5);
  result.evaluations_to_optimum_90 = evaluations_to_optimum(traces, 0.9);
  for (const SearchTrace& trace : traces) result.engine_seconds += trace.seconds;
  result.engine_seconds /= static_cast<double>(traces.size());
  return result;
}

/// In the order of seeds.
std::vector<double> final_regrets(std::span<const SearchTrace> traces) {
  std::vector<double> regrets;
  regrets.reserve(traces.size());
  for (const SearchTrace& trace : traces) regrets.push_back(trace.regret.back());
  return regrets;
}

/// `traces` are those of the algorithms of `result`, equally many of each.
void compare_with_best(BenchmarkResult& result, std::span<const SearchTrace> traces) {
  std::vector<AlgorithmResult>& algorithms = result.algorithms;
  if (algorithms.empty()) return;
  const auto best = std::ranges::min_element(algorithms, {}, [](const AlgorithmResult& algorithm) {
    return algorithm.mean_regret.back();
  });
  result.best_algorithm = best->algorithm;
  const std::size_t seeds = traces.size() / algorithms.size();
  const auto regrets_of = [&](std::size_t i) {
    return final_regrets(traces.subspan(i * seeds, seeds));
  };
  const auto best_index = static_cast<std::size_t>(best - algorithms.begin());
  const std::vector<double> best_regrets = regrets_of(best_index);
  std::vector<double> p_values;
  for (std::size_t i = 0; i < algorithms.size(); ++i) {
    if (i != best_index) p_values.push_back(signed_rank_p_value(regrets_of(i), best_regrets));
  }
  p_values = holm_corrected(p_values);
  for (std::size_t i = 0, next = 0; i < algorithms.size(); ++i) {
    if (i != best_index) algorithms[i].p_against_best = p_values[next++];
  }
}

}  // namespace

BenchmarkResult run_benchmark(const BenchmarkSetup& setup,
                              const std::function<void(std::size_t, std::size_t)>& on_progress,
                              std::stop_token stop) {
  expect_valid(setup);
  const TableLabels labels(setup.space, *setup.table, setup.problem);
  const Scale scale = scale_of(labels, setup.problem);
  const auto seeds = static_cast<std::size_t>(setup.seeds);
  std::vector<SearchTrace> traces(setup.algorithms.size() * seeds);
  std::mutex progress;
  std::size_t finished = 0;
  parallel_for(traces.size(), [&](std::size_t i) {
    if (stop.stop_requested()) return;
    AlgorithmOptions options = setup.algorithms[i / seeds];
    options.seed = i % seeds + 1;
    // Isolated, so that the time of this search holds no part of another one.
    tbb::this_task_arena::isolate(
        [&] { traces[i] = run_search_on_table(setup, labels, scale, options); });
    const std::lock_guard lock(progress);
    ++finished;
    if (on_progress) on_progress(finished, traces.size());
  });

  const bool maximised = setup.problem.objectives.front().goal == Goal::Maximize;
  BenchmarkResult result{
      .complete = finished == traces.size(),
      .optimum = maximised ? -scale.best : scale.best,
      .optimum_architecture = setup.space.format(labels.rows()[scale.best_row].genotype),
      .evaluations = setup.evaluations,
      .seeds = setup.seeds};
  if (!result.complete) return result;
  std::map<std::string, int> uses;
  for (std::size_t i = 0; i < setup.algorithms.size(); ++i) {
    std::string name = setup.algorithms[i].algorithm;
    if (const int use = ++uses[name]; use > 1) name += fmt::format(" ({})", use);
    result.algorithms.push_back(
        summarise(std::move(name), std::span(traces).subspan(i * seeds, seeds), setup));
  }
  compare_with_best(result, traces);
  return result;
}

}  // namespace evonas::search
