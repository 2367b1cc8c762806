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
         {"median_evaluations_to_optimum", algorithm.median_evaluations_to_optimum},
         {"evaluations_to_optimum_90", algorithm.evaluations_to_optimum_90},
         {"evaluations", algorithm.evaluations},
         {"p_against_best", algorithm.p_against_best ? nlohmann::json(*algorithm.p_against_best)
                                                     : nlohmann::json(nullptr)},
         {"engine_seconds", algorithm.engine_seconds},
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
                   {"seconds", benchmark.result.seconds},
                   {"seeds", benchmark.result.seeds},
                   {"best_algorithm", benchmark.result.best_algorithm},
                   {"curves", std::move(curves)},
                   {"host", benchmark.host},
                   {"configuration", benchmark.configuration}});
}

}  // namespace evonas::report
