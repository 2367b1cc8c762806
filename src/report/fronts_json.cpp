#include "report/columns.hpp"
#include "report/measurements_json.hpp"
#include "report/report_data.hpp"

namespace evonas::report {
namespace {

nlohmann::json objectives_json(const FrontBenchmark& benchmark) {
  nlohmann::json objectives = nlohmann::json::array();
  for (const auto& [metric, goal] : benchmark.objectives) {
    objectives.push_back({{"name", metric.name}, {"unit", metric.unit}, {"goal", to_string(goal)}});
  }
  return objectives;
}

nlohmann::json curve_json(const search::VolumeCurve& curve) {
  return {{"moments", curve.moments},
          {"median", curve.median},
          {"lower", curve.lower_quartile},
          {"upper", curve.upper_quartile}};
}

nlohmann::json budgets_json(const search::FrontAlgorithmResult& algorithm) {
  nlohmann::json budgets = nlohmann::json::array();
  for (const search::FrontBudgetResult& budget : algorithm.budgets) {
    budgets.push_back(
        {{"evaluations", budget.evaluations},
         {"seconds", budget.seconds},
         {"mean", budget.mean},
         {"std", budget.deviation},
         {"lowest", budget.lowest},
         {"quartiles", nlohmann::json::array({budget.lower_quartile, budget.upper_quartile})},
         {"median", budget.median}});
  }
  return budgets;
}

nlohmann::json algorithms_json(const search::FrontBenchmarkResult& result) {
  nlohmann::json algorithms = nlohmann::json::array();
  for (const search::FrontAlgorithmResult& algorithm : result.algorithms) {
    algorithms.push_back(
        {{"algorithm", algorithm.algorithm},
         {"budgets", budgets_json(algorithm)},
         {"curve", curve_json(algorithm.curve)},
         {"clock", algorithm.clock ? curve_json(*algorithm.clock) : nlohmann::json(nullptr)},
         {"evaluations", algorithm.evaluations},
         {"evaluations_per_second", algorithm.evaluations_per_second},
         {"training_seconds", algorithm.training_seconds
                                  ? nlohmann::json(*algorithm.training_seconds)
                                  : nlohmann::json(nullptr)},
         {"front", algorithm.front}});
  }
  return algorithms;
}

nlohmann::json tests_json(const search::FrontBenchmarkResult& result) {
  nlohmann::json tests = nlohmann::json::array();
  for (const search::FrontTest& test : result.tests) {
    tests.push_back({{"algorithm", test.algorithm},
                     {"other", test.other},
                     {"evaluations", test.evaluations},
                     {"other_evaluations", test.other_evaluations},
                     {"seconds", test.seconds},
                     {"larger", test.larger},
                     {"equal", test.equal},
                     {"smaller", test.smaller},
                     {"median_difference", test.median_difference},
                     {"p", test.p}});
  }
  return tests;
}

nlohmann::json comparisons_json(const search::FrontBenchmarkResult& result) {
  nlohmann::json comparisons = nlohmann::json::array();
  for (const search::FrontComparison& comparison : result.comparisons) {
    comparisons.push_back({{"algorithm", comparison.algorithm},
                           {"other", comparison.other},
                           {"dominates", comparison.dominates},
                           {"covers", comparison.covers}});
  }
  return comparisons;
}

}  // namespace

nlohmann::json report_json(const FrontBenchmark& benchmark) {
  const search::FrontBenchmarkResult& result = benchmark.result;
  return readable({{"kind", "fronts"},
                   {"name", benchmark.name},
                   {"space", benchmark.space},
                   {"objectives", objectives_json(benchmark)},
                   {"front_known", result.front_size > 0},
                   {"hypervolume", result.hypervolume},
                   {"reference_point", result.reference_point},
                   {"seeds", result.seeds},
                   {"searches_at_once", result.searches_at_once},
                   {"clock", result.wall_clock ? "wall" : "training"},
                   {"exact_front", result.exact_front},
                   {"algorithms", algorithms_json(result)},
                   {"tests", tests_json(result)},
                   {"comparisons", comparisons_json(result)},
                   {"host", benchmark.host},
                   {"configuration", benchmark.configuration}});
}

}  // namespace evonas::report
