#include "search/front_benchmark.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/json.hpp"
#include "search/front_comparison.hpp"
#include "search/pareto.hpp"
#include "search/table_labels.hpp"
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
  if (!(setup.seconds > 0.0)) {
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

struct Trial {
  double rate = 0.0;
  double evaluations = 0.0;
  double share = 0.0;
  double seconds = 0.0;        ///< of the simulated clock
  std::optional<Front> front;  ///< nothing where an evonas kept the search that kept no fronts
};

nlohmann::json to_json(const Trial& trial) {
  nlohmann::json json = {{"evaluations_per_second", trial.rate},
                         {"evaluations", trial.evaluations},
                         {"hypervolume_share", trial.share},
                         {"training_seconds", trial.seconds}};
  if (trial.front) json["front"] = *trial.front;
  return json;
}

/// The trial that to_json() wrote; nothing where it is none.
std::optional<Trial> parse_trial(const nlohmann::json& json) {
  try {
    Trial trial{.rate = json.at("evaluations_per_second").get<double>(),
                .evaluations = json.at("evaluations").get<double>(),
                .share = json.at("hypervolume_share").get<double>(),
                .seconds = json.at("training_seconds").get<double>()};
    if (json.contains("front")) trial.front = json.at("front").get<Front>();
    return trial;
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

/// Of searches of the algorithm of that number.
TableBudget budget_of(const FrontBenchmarkSetup& setup, std::size_t algorithm) {
  if (setup.seconds > 0.0) return {.seconds = setup.seconds};
  return {.evaluations = evaluations_of(algorithm, setup.own_evaluations, setup.evaluations)};
}

/// Hypervolumes count up to a reference point, as shares of what is known.
struct VolumeScale {
  std::vector<double> reference;
  std::size_t front_size = 0;
  double exact = 1.0;  ///< so that shares are volumes where nothing is known
};

VolumeScale volume_scale(const FrontBenchmarkSetup& setup, const LabelSource& labels) {
  VolumeScale scale{.reference = reference_of(setup, labels)};
  if (labels.listed().empty()) return scale;
  const Front front = front_of(labels.listed());
  scale.front_size = front.size();
  scale.exact = front.empty() ? 0.0 : hypervolume(front, scale.reference);
  if (scale.exact > 0.0) return scale;
  throw SearchError(
      "no row of the table is within every limit and better than the reference point in every "
      "objective; loosen the limits or move the reference point");
}

/// Nothing where it was stopped.
std::optional<Trial> run_trial(const FrontBenchmarkSetup& setup, const LabelSource& labels,
                               const AlgorithmOptions& options, const TableBudget& budget,
                               const VolumeScale& scale, const std::stop_token& stop) {
  std::vector<Individual> all;
  const auto take = [&](std::span<Individual> evaluated, std::span<const double> /*clock*/) {
    std::ranges::move(evaluated, std::back_inserter(all));
  };
  all.reserve(static_cast<std::size_t>(budget.evaluations));
  const auto begin = std::chrono::steady_clock::now();
  const std::unique_ptr<Algorithm> algorithm =
      make_algorithm(options, setup.space, setup.problem, setup.guidance);
  const auto end = search_table(*algorithm, labels, budget, take, stop, options.guidance.screening);
  if (!end) return std::nullopt;
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
  Front front = front_of(all);
  const double share = hypervolume(front, scale.reference) / scale.exact;
  return Trial{.rate = static_cast<double>(all.size()) / elapsed.count(),
               .evaluations = static_cast<double>(all.size()),
               .share = share,
               .seconds = end->seconds,
               .front = std::move(front)};
}

FrontAlgorithmResult summarise(std::string name, std::vector<Trial> trials) {
  FrontAlgorithmResult result{.algorithm = std::move(name), .hypervolume_share_lowest = kInfinity};
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

/// What decides how all searches of a benchmark with that budget go, and what they are measured by.
std::string describe(const FrontBenchmarkSetup& setup, const Key& labels, const TableBudget& budget,
                     std::span<const double> reference) {
  return fmt::format("front\ntable: {}\nbudget: {} {}\nreference: {}\n", labels.hex(),
                     budget.evaluations, budget.seconds, fmt::join(reference, " ")) +
         describe_guidance(setup.guidance);
}

/// Nothing where a front is missing.
std::optional<NamedFronts> fronts_of(const std::string& name, std::span<const Trial> trials) {
  NamedFronts fronts{.algorithm = name};
  for (const Trial& trial : trials) {
    if (!trial.front) return std::nullopt;
    fronts.fronts.push_back(*trial.front);
  }
  return fronts;
}

/// Adds the figures of all algorithms, and how their fronts compare.
void add_figures(FrontBenchmarkResult& result, const Trials<Trial>& trials, bool timed) {
  std::vector<NamedFronts> fronts;
  trials.for_each_algorithm([&](std::string name, const std::vector<Trial>& own) {
    if (auto found = fronts_of(name, own)) fronts.push_back(std::move(*found));
    result.algorithms.push_back(summarise(std::move(name), own));
    if (timed) result.algorithms.back().training_seconds = mean_seconds(own);
  });
  if (fronts.size() == result.algorithms.size()) result.comparisons = compare_fronts(fronts);
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
  const VolumeScale scale = volume_scale(setup, *labels);
  FrontBenchmarkResult result{.front_size = scale.front_size,
                              .hypervolume = scale.front_size > 0 ? scale.exact : 0.0,
                              .seeds = setup.seeds};
  for (std::size_t i = 0; i < scale.reference.size(); ++i) {
    result.reference_point.push_back(turned(scale.reference[i], setup.problem.objectives[i].goal));
  }
  Trials<Trial> trials(setup.algorithms, setup.seeds, on_progress);
  if (log != nullptr) {
    const Key digest = labels->digest();
    trials.recall(
        *log,
        [&](std::size_t algorithm) {
          return describe(setup, digest, budget_of(setup, algorithm), scale.reference);
        },
        setup.space, setup.problem, parse_trial);
  }
  for (std::size_t i = 0; i < trials.size() && !stop.stop_requested(); ++i) {
    if (trials.has(i)) continue;
    const TableBudget budget = budget_of(setup, trials.algorithm_of(i));
    auto trial = run_trial(setup, *labels, trials.options(i), budget, scale, stop);
    if (trial) trials.add(i, std::move(*trial));
  }
  result.complete = trials.complete();
  if (result.complete) add_figures(result, trials, !setup.cost.empty());
  return result;
}

}  // namespace evonas::search
