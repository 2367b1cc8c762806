#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/json.hpp"
#include "search/benchmark.hpp"

namespace evonas::search {
namespace {

/// Null where it is infinite.
nlohmann::json finite(double value) {
  return std::isfinite(value) ? nlohmann::json(value) : nlohmann::json(nullptr);
}

nlohmann::json budget_json(const BudgetResult& budget, bool optimum_known) {
  const std::string what = optimum_known ? "regret" : "best";
  nlohmann::json json = {
      {what + "_mean", budget.regret_mean},
      {what + "_std", budget.regret_deviation},
      {what + "_median", budget.regret_median},
      {what + "_quartiles", {budget.regret_lower_quartile, budget.regret_upper_quartile}}};
  if (optimum_known) json["at_optimum"] = budget.at_optimum;
  return json;
}

template <class Curves>
nlohmann::json curve_json(const Curves& curves) {
  return {{"lower_quartile", curves.lower_quartile},
          {"median", curves.median},
          {"upper_quartile", curves.upper_quartile}};
}

/// Only what is published is in it.
nlohmann::json published_json(const PublishedSearches& published) {
  nlohmann::json json = {{"label", published.label}, {"source", published.source}};
  for (const PublishedSearches::Regret& regret : published.regrets) {
    if (regret.evaluations > 0) {
      json["budgets"][std::to_string(regret.evaluations)] = regret.mean;
    } else {
      json["seconds"][fmt::format("{}", regret.seconds)] = regret.mean;
    }
  }
  const auto add = [&](const char* name, const std::optional<double>& needed) {
    if (needed) json[name] = *needed;
  };
  add("median_evaluations_to_optimum", published.median_evaluations_to_optimum);
  add("evaluations_to_optimum_90", published.evaluations_to_optimum_90);
  return json;
}

nlohmann::json algorithm_json(const AlgorithmResult& algorithm, bool optimum_known) {
  nlohmann::json budgets = nlohmann::json::object();
  nlohmann::json seconds = nlohmann::json::object();
  for (const BudgetResult& budget : algorithm.budgets) {
    if (budget.evaluations > 0) {
      budgets[std::to_string(budget.evaluations)] = budget_json(budget, optimum_known);
    } else {
      seconds[fmt::format("{}", budget.seconds)] = budget_json(budget, optimum_known);
    }
  }
  nlohmann::json json = {{"budgets", std::move(budgets)},
                         {"curve", curve_json(algorithm)},
                         {"p_against", algorithm.p_against ? nlohmann::json(*algorithm.p_against)
                                                           : nlohmann::json(nullptr)},
                         {"evaluations", algorithm.evaluations},
                         {"engine_seconds", algorithm.engine_seconds}};
  if (optimum_known) {
    json["evaluations_to_optimum_10"] = finite(algorithm.evaluations_to_optimum_10);
    json["median_evaluations_to_optimum"] = finite(algorithm.median_evaluations_to_optimum);
    json["evaluations_to_optimum_90"] = finite(algorithm.evaluations_to_optimum_90);
  }
  if (algorithm.screenings > 0.0) json["screenings"] = algorithm.screenings;
  if (!algorithm.running_tau.evaluations.empty()) {
    json["running_tau"] = curve_json(algorithm.running_tau);
    json["running_tau"]["evaluations"] = algorithm.running_tau.evaluations;
  }
  if (algorithm.times) json["times"] = to_json(*algorithm.times);
  if (!algorithm.clock) return json;
  json["training_seconds"] = algorithm.clock->training_seconds;
  json["clock_curve"] = curve_json(*algorithm.clock);
  json["clock_curve"]["seconds"] = algorithm.clock->seconds;
  json["seconds"] = std::move(seconds);
  if (optimum_known) {
    json["median_seconds_to_optimum"] = finite(algorithm.clock->median_seconds_to_optimum);
    json["seconds_to_optimum_90"] = finite(algorithm.clock->seconds_to_optimum_90);
  }
  return json;
}

}  // namespace

nlohmann::json to_json(const BenchmarkResult& result) {
  nlohmann::json algorithms = nlohmann::json::object();
  for (const AlgorithmResult& algorithm : result.algorithms) {
    algorithms[algorithm.algorithm] = algorithm_json(algorithm, result.optimum_known);
  }
  nlohmann::json json = {{"optimum", result.optimum},
                         {"optimum_architecture", result.optimum_architecture},
                         {"evaluations", result.evaluations},
                         {"seeds", result.seeds},
                         {"best_algorithm", result.best_algorithm},
                         {"against", result.against},
                         {"algorithms", std::move(algorithms)}};
  if (!result.optimum_known) {
    json["best_found"] = result.optimum;
    json["optimum"] = json["optimum_architecture"] = nullptr;
  }
  for (const PublishedSearches& published : result.published) {
    json["published"].push_back(published_json(published));
  }
  if (!result.cost.empty()) {
    const auto given = [](auto limit) {
      return limit > 0 ? nlohmann::json(limit) : nlohmann::json(nullptr);
    };
    json["cost"] = result.cost;
    if (result.wall_clock) json["clock"] = "wall";
    json["evaluations"] = given(result.evaluations);
    json["seconds"] = given(result.seconds);
  }
  return json;
}

}  // namespace evonas::search
