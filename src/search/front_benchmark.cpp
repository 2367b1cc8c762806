#include "search/front_benchmark.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "search/pareto.hpp"
#include "search/table_search.hpp"
#include "search/trials.hpp"

namespace evonas::search {
namespace {

void expect_valid(const FrontBenchmarkSetup& setup) {
  if (setup.seconds > 0.0) expect_cost(setup.cost);
  if ((setup.evaluations < 1 && !(setup.seconds > 0.0)) || setup.seeds < 1) {
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
  double seconds = 0.0;  ///< of the simulated clock
};

nlohmann::json to_json(const Trial& trial) {
  return {{"evaluations_per_second", trial.rate},
          {"evaluations", trial.evaluations},
          {"hypervolume_share", trial.share},
          {"training_seconds", trial.seconds}};
}

/// The trial that to_json() wrote; nothing where it is none.
std::optional<Trial> parse_trial(const nlohmann::json& json) {
  try {
    return Trial{.rate = json.at("evaluations_per_second").get<double>(),
                 .evaluations = json.at("evaluations").get<double>(),
                 .share = json.at("hypervolume_share").get<double>(),
                 .seconds = json.at("training_seconds").get<double>()};
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

TableBudget budget_of(const FrontBenchmarkSetup& setup) {
  if (setup.seconds > 0.0) return {.seconds = setup.seconds};
  return {.evaluations = setup.evaluations};
}

/// Nothing where it was stopped.
std::optional<Trial> run_trial(const FrontBenchmarkSetup& setup, const TableLabels& labels,
                               const AlgorithmOptions& options, std::span<const double> reference,
                               double exact_volume, const std::stop_token& stop) {
  std::vector<Individual> all;
  const auto take = [&](std::span<Individual> evaluated, std::span<const double> /*clock*/) {
    std::ranges::move(evaluated, std::back_inserter(all));
  };
  const TableBudget budget = budget_of(setup);
  all.reserve(static_cast<std::size_t>(budget.evaluations));
  const auto begin = std::chrono::steady_clock::now();
  const std::unique_ptr<Algorithm> algorithm =
      make_algorithm(options, setup.space, setup.problem, setup.guidance);
  const auto end = search_table(*algorithm, labels, budget, take, stop, options.guidance.screening);
  if (!end) return std::nullopt;
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
  return Trial{.rate = static_cast<double>(all.size()) / elapsed.count(),
               .evaluations = static_cast<double>(all.size()),
               .share = volume_of(all, pareto_front(all), reference) / exact_volume,
               .seconds = end->seconds};
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

/// Mean over the searches of one algorithm.
double mean_seconds(std::span<const Trial> trials) {
  double sum = 0.0;
  for (const Trial& trial : trials) sum += trial.seconds;
  return sum / static_cast<double>(trials.size());
}

/// What decides how all searches of a benchmark go, and what they are measured by.
std::string describe(const FrontBenchmarkSetup& setup, const TableLabels& labels,
                     std::span<const double> reference) {
  const TableBudget budget = budget_of(setup);
  return fmt::format("front\ntable: {}\nbudget: {} {}\nreference: {}\n", labels.digest().hex(),
                     budget.evaluations, budget.seconds, fmt::join(reference, " ")) +
         describe_guidance(setup.guidance);
}

}  // namespace

FrontBenchmarkResult run_front_benchmark(
    const FrontBenchmarkSetup& setup,
    const std::function<void(std::size_t, std::size_t)>& on_progress, const std::stop_token& stop,
    TrialLog* log) {
  expect_valid(setup);
  const TableLabels labels(setup.space, *setup.table, setup.problem, setup.cost,
                           screening_metrics(setup.algorithms));
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
  Trials<Trial> trials(setup.algorithms, setup.seeds, on_progress);
  if (log != nullptr) {
    trials.recall(*log, describe(setup, labels, reference), setup.space, setup.problem,
                  parse_trial);
  }
  for (std::size_t i = 0; i < trials.size() && !stop.stop_requested(); ++i) {
    if (trials.has(i)) continue;
    auto trial = run_trial(setup, labels, trials.options(i), reference, exact_volume, stop);
    if (trial) trials.add(i, *trial);
  }
  result.complete = trials.complete();
  if (!result.complete) return result;
  trials.for_each_algorithm([&](std::string name, const std::vector<Trial>& own) {
    result.algorithms.push_back(summarise(std::move(name), own));
    if (!setup.cost.empty()) result.algorithms.back().training_seconds = mean_seconds(own);
  });
  return result;
}

nlohmann::json to_json(const FrontBenchmarkResult& result) {
  nlohmann::json algorithms = nlohmann::json::object();
  for (const FrontAlgorithmResult& algorithm : result.algorithms) {
    nlohmann::json& figures = algorithms[algorithm.algorithm];
    figures = {{"evaluations", algorithm.evaluations},
               {"evaluations_per_second", algorithm.evaluations_per_second},
               {"hypervolume_share_mean", algorithm.hypervolume_share_mean},
               {"hypervolume_share_lowest", algorithm.hypervolume_share_lowest}};
    if (algorithm.training_seconds) figures["training_seconds"] = *algorithm.training_seconds;
  }
  return {{"front_size", result.front_size},
          {"hypervolume", result.hypervolume},
          {"reference_point", result.reference_point},
          {"seeds", result.seeds},
          {"algorithms", std::move(algorithms)}};
}

std::string to_markdown(const FrontBenchmarkResult& result) {
  if (result.algorithms.empty()) return {};
  const bool timed = result.algorithms.front().training_seconds.has_value();
  std::string text = fmt::format(
      "| algorithm | evaluations | hypervolume of exact, mean | lowest | evaluations/s |{}\n"
      "|---|---|---|---|---|{}\n",
      timed ? " training seconds |" : "", timed ? "---|" : "");
  for (const FrontAlgorithmResult& algorithm : result.algorithms) {
    text += fmt::format("| {} | {:.0f} | {:.5f} | {:.5f} | {:.0f} |", algorithm.algorithm,
                        algorithm.evaluations, algorithm.hypervolume_share_mean,
                        algorithm.hypervolume_share_lowest, algorithm.evaluations_per_second);
    if (timed) text += fmt::format(" {:.6g} |", *algorithm.training_seconds);
    text += "\n";
  }
  return text;
}

}  // namespace evonas::search
