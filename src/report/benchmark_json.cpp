#include <optional>
#include <span>
#include <utility>

#include "report/measurements_json.hpp"
#include "report/report_data.hpp"

namespace evonas::report {
namespace {

nlohmann::json budgets_json(const search::AlgorithmResult& algorithm) {
  nlohmann::json budgets = nlohmann::json::array();
  for (const search::BudgetResult& budget : algorithm.budgets) {
    budgets.push_back({{"evaluations", budget.evaluations},
                       {"seconds", budget.seconds},
                       {"regret_mean", budget.regret_mean},
                       {"regret_std", budget.regret_deviation},
                       {"regret_median", budget.regret_median},
                       {"regret_quartiles", nlohmann::json::array({budget.regret_lower_quartile,
                                                                   budget.regret_upper_quartile})},
                       {"at_optimum", budget.at_optimum}});
  }
  return budgets;
}

/// Null where evaluations have no cost.
nlohmann::json clock_json(const search::AlgorithmResult& algorithm) {
  if (!algorithm.clock) return nullptr;
  const search::ClockResult& clock = *algorithm.clock;
  return {{"seconds", clock.seconds},
          {"mean", clock.mean_regret},
          {"median", clock.median},
          {"lower", clock.lower_quartile},
          {"upper", clock.upper_quartile},
          {"median_seconds_to_optimum", clock.median_seconds_to_optimum},
          {"seconds_to_optimum_90", clock.seconds_to_optimum_90},
          {"training_seconds", clock.training_seconds}};
}

nlohmann::json tau_json(const search::TauCurve& curve) {
  return {{"evaluations", curve.evaluations},
          {"lower", curve.lower_quartile},
          {"median", curve.median},
          {"upper", curve.upper_quartile}};
}

nlohmann::json published_json(std::span<const search::PublishedSearches> all) {
  nlohmann::json json = nlohmann::json::array();
  const auto given = [](const std::optional<double>& needed) {
    return needed ? nlohmann::json(*needed) : nlohmann::json(nullptr);
  };
  for (const search::PublishedSearches& published : all) {
    nlohmann::json regrets = nlohmann::json::array();
    for (const auto& [evaluations, seconds, mean] : published.regrets) {
      regrets.push_back({{"evaluations", evaluations}, {"seconds", seconds}, {"mean", mean}});
    }
    json.push_back(
        {{"label", published.label},
         {"source", published.source},
         {"regrets", std::move(regrets)},
         {"median_evaluations_to_optimum", given(published.median_evaluations_to_optimum)},
         {"evaluations_to_optimum_90", given(published.evaluations_to_optimum_90)}});
  }
  return json;
}

}  // namespace

nlohmann::json report_json(const Benchmark& benchmark) {
  nlohmann::json curves = nlohmann::json::array();
  for (const search::AlgorithmResult& algorithm : benchmark.result.algorithms) {
    curves.push_back(
        {{"algorithm", algorithm.algorithm},
         {"budgets", budgets_json(algorithm)},
         {"mean", algorithm.mean_regret},
         {"median", algorithm.median},
         {"lower", algorithm.lower_quartile},
         {"upper", algorithm.upper_quartile},
         {"without_optimum", algorithm.without_optimum},
         {"evaluations_to_optimum_10", algorithm.evaluations_to_optimum_10},
         {"median_evaluations_to_optimum", algorithm.median_evaluations_to_optimum},
         {"evaluations_to_optimum_90", algorithm.evaluations_to_optimum_90},
         {"evaluations", algorithm.evaluations},
         {"p_against",
          algorithm.p_against ? nlohmann::json(*algorithm.p_against) : nlohmann::json(nullptr)},
         {"engine_seconds", algorithm.engine_seconds},
         {"times", algorithm.times ? search::to_json(*algorithm.times) : nlohmann::json(nullptr)},
         {"running_tau", tau_json(algorithm.running_tau)},
         {"clock", clock_json(algorithm)}});
  }
  // What is infinite becomes null.
  return readable({{"kind", "benchmark"},
                   {"name", benchmark.name},
                   {"space", benchmark.space},
                   {"metric", {{"name", benchmark.metric.name}, {"unit", benchmark.metric.unit}}},
                   {"optimum_known", benchmark.result.optimum_known},
                   {"optimum", benchmark.result.optimum},
                   {"optimum_architecture", benchmark.result.optimum_architecture},
                   {"evaluations", benchmark.result.evaluations},
                   {"cost", benchmark.result.cost},
                   {"clock", benchmark.result.wall_clock ? "wall" : "training"},
                   {"seconds", benchmark.result.seconds},
                   {"seeds", benchmark.result.seeds},
                   {"best_algorithm", benchmark.result.best_algorithm},
                   {"against", benchmark.result.against},
                   {"curves", std::move(curves)},
                   {"published", published_json(benchmark.result.published)},
                   {"host", benchmark.host},
                   {"configuration", benchmark.configuration}});
}

}  // namespace evonas::report
