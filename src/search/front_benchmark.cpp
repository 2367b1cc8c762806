#include "search/front_benchmark.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <numeric>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "search/pareto.hpp"
#include "search/table_labels.hpp"

namespace evonas::search {
namespace {

void expect_valid(const FrontBenchmarkSetup& setup) {
  if (setup.evaluations < 1 || setup.seeds < 1) {
    throw SearchError(
        fmt::format("a benchmark with {} evaluations and {} seeds has nothing to run; give at "
                    "least one of each",
                    setup.evaluations, setup.seeds));
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
std::vector<double> reference_of(const FrontBenchmarkSetup& setup, const TableLabels& labels) {
  const std::vector<Objective>& objectives = setup.problem.objectives;
  std::vector<double> reference;
  if (!setup.reference_point.empty()) {
    for (std::size_t i = 0; i < objectives.size(); ++i) {
      reference.push_back(turned(setup.reference_point[i], objectives[i].goal));
    }
    return reference;
  }
  for (const Individual& row : labels.rows()) {
    if (!row.feasible()) continue;
    if (reference.empty()) reference = row.objectives;
    for (std::size_t i = 0; i < reference.size(); ++i) {
      reference[i] = std::max(reference[i], row.objectives[i]);
    }
  }
  return reference;
}

double volume_of(std::span<const Individual> individuals, std::span<const std::size_t> front,
                 std::span<const double> reference) {
  std::vector<std::vector<double>> points;
  points.reserve(front.size());
  for (const std::size_t i : front) points.push_back(individuals[i].objectives);
  return hypervolume(points, reference);
}

struct Trial {
  double rate = 0.0;
  double evaluations = 0.0;
  double share = 0.0;
};

Trial run_trial(const FrontBenchmarkSetup& setup, const TableLabels& labels,
                const AlgorithmOptions& options, std::span<const double> reference,
                double exact_volume) {
  const auto evaluations = static_cast<std::size_t>(setup.evaluations);
  std::vector<Individual> all;
  all.reserve(evaluations);
  const auto begin = std::chrono::steady_clock::now();
  const std::unique_ptr<Algorithm> algorithm =
      make_algorithm(options, setup.space, setup.problem, setup.guidance);
  while (all.size() < evaluations) {
    const std::size_t told = all.size();
    for (const spaces::Genotype& genotype :
         algorithm->ask(std::min(algorithm->batch_size(), evaluations - told))) {
      all.push_back(labels.label(genotype, all.size()));
    }
    if (all.size() == told) break;
    algorithm->tell(std::span(all).subspan(told));
  }
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
  return {.rate = static_cast<double>(all.size()) / elapsed.count(),
          .evaluations = static_cast<double>(all.size()),
          .share = volume_of(all, pareto_front(all), reference) / exact_volume};
}

FrontAlgorithmResult summarise(std::string name, std::vector<Trial> trials) {
  FrontAlgorithmResult result{.algorithm = std::move(name), .hypervolume_share_lowest = 1.0};
  for (const Trial& trial : trials) {
    result.evaluations += trial.evaluations / static_cast<double>(trials.size());
    result.hypervolume_share_mean += trial.share / static_cast<double>(trials.size());
    result.hypervolume_share_lowest = std::min(result.hypervolume_share_lowest, trial.share);
  }
  std::sort(trials.begin(), trials.end(),
            [](const Trial& a, const Trial& b) { return a.rate < b.rate; });
  const std::size_t middle = trials.size() / 2;
  result.evaluations_per_second = trials.size() % 2 == 1
                                      ? trials[middle].rate
                                      : (trials[middle - 1].rate + trials[middle].rate) / 2;
  return result;
}

}  // namespace

FrontBenchmarkResult run_front_benchmark(
    const FrontBenchmarkSetup& setup,
    const std::function<void(std::size_t, std::size_t)>& on_progress, const std::stop_token& stop) {
  expect_valid(setup);
  const TableLabels labels(setup.space, *setup.table, setup.problem);
  const std::vector<double> reference = reference_of(setup, labels);
  const std::vector<std::size_t> front = pareto_front(labels.rows());
  const double exact_volume = front.empty() ? 0.0 : volume_of(labels.rows(), front, reference);
  if (!(exact_volume > 0.0)) {
    throw SearchError(
        "no row of the table is within every limit and better than the reference point in every "
        "objective; loosen the limits or move the reference point");
  }
  FrontBenchmarkResult result{
      .front_size = front.size(), .hypervolume = exact_volume, .seeds = setup.seeds};
  for (std::size_t i = 0; i < reference.size(); ++i) {
    result.reference_point.push_back(turned(reference[i], setup.problem.objectives[i].goal));
  }
  const auto seeds = static_cast<std::size_t>(setup.seeds);
  std::map<std::string, int> uses;
  for (std::size_t i = 0; i < setup.algorithms.size(); ++i) {
    std::vector<Trial> trials;
    for (std::size_t seed = 1; seed <= seeds; ++seed) {
      if (stop.stop_requested()) {
        result.complete = false;
        result.algorithms.clear();
        return result;
      }
      AlgorithmOptions options = setup.algorithms[i];
      options.seed = seed;
      trials.push_back(run_trial(setup, labels, options, reference, exact_volume));
      if (on_progress) on_progress(i * seeds + seed, setup.algorithms.size() * seeds);
    }
    std::string name = setup.algorithms[i].algorithm;
    if (const int use = ++uses[name]; use > 1) name += fmt::format(" ({})", use);
    result.algorithms.push_back(summarise(std::move(name), std::move(trials)));
  }
  return result;
}

nlohmann::json to_json(const FrontBenchmarkResult& result) {
  nlohmann::json algorithms = nlohmann::json::object();
  for (const FrontAlgorithmResult& algorithm : result.algorithms) {
    algorithms[algorithm.algorithm] = {
        {"evaluations", algorithm.evaluations},
        {"evaluations_per_second", algorithm.evaluations_per_second},
        {"hypervolume_share_mean", algorithm.hypervolume_share_mean},
        {"hypervolume_share_lowest", algorithm.hypervolume_share_lowest}};
  }
  return {{"front_size", result.front_size},
          {"hypervolume", result.hypervolume},
          {"reference_point", result.reference_point},
          {"seeds", result.seeds},
          {"algorithms", std::move(algorithms)}};
}

std::string to_markdown(const FrontBenchmarkResult& result) {
  if (result.algorithms.empty()) return {};
  std::string text =
      "| algorithm | evaluations | hypervolume of exact, mean | lowest | evaluations/s |\n"
      "|---|---|---|---|---|\n";
  for (const FrontAlgorithmResult& algorithm : result.algorithms) {
    text += fmt::format("| {} | {:.0f} | {:.5f} | {:.5f} | {:.0f} |\n", algorithm.algorithm,
                        algorithm.evaluations, algorithm.hypervolume_share_mean,
                        algorithm.hypervolume_share_lowest, algorithm.evaluations_per_second);
  }
  return text;
}

}  // namespace evonas::search
