#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "search/benchmark.hpp"

namespace evonas::search {

nlohmann::json to_json(const BenchmarkResult& result) {
  nlohmann::json algorithms = nlohmann::json::object();
  for (const AlgorithmResult& algorithm : result.algorithms) {
    nlohmann::json budgets = nlohmann::json::object();
    for (const BudgetResult& budget : algorithm.budgets) {
      budgets[std::to_string(budget.evaluations)] = {
          {"regret_mean", budget.regret_mean},
          {"regret_std", budget.regret_deviation},
          {"regret_median", budget.regret_median},
          {"regret_quartiles", {budget.regret_lower_quartile, budget.regret_upper_quartile}},
          {"at_optimum", budget.at_optimum}};
    }
    const auto finite = [](double value) {
      return std::isfinite(value) ? nlohmann::json(value) : nlohmann::json(nullptr);
    };
    algorithms[algorithm.algorithm] = {
        {"budgets", std::move(budgets)},
        {"median_evaluations_to_optimum", finite(algorithm.median_evaluations_to_optimum)},
        {"evaluations_to_optimum_90", finite(algorithm.evaluations_to_optimum_90)},
        {"p_against_best", algorithm.p_against_best ? nlohmann::json(*algorithm.p_against_best)
                                                    : nlohmann::json(nullptr)},
        {"engine_seconds", algorithm.engine_seconds}};
  }
  return {{"optimum", result.optimum},
          {"optimum_architecture", result.optimum_architecture},
          {"evaluations", result.evaluations},
          {"seeds", result.seeds},
          {"best_algorithm", result.best_algorithm},
          {"algorithms", std::move(algorithms)}};
}

std::string to_markdown(const BenchmarkResult& result) {
  if (result.algorithms.empty()) return {};
  std::string text = "| algorithm |";
  std::string line = "|---|";
  for (const BudgetResult& budget : result.algorithms.front().budgets) {
    text += fmt::format(" {} |", budget.evaluations);
    line += "---|";
  }
  text += " at optimum | median evaluations to it | nine in ten | ms a search |";
  line += "---|---|---|---|";
  const bool compared = result.algorithms.size() > 1;
  if (compared) {
    text += fmt::format(" p against {} |", result.best_algorithm);
    line += "---|";
  }
  text += "\n" + line + "\n";
  const auto count = [&](double evaluations) {
    return std::isfinite(evaluations) ? fmt::format("{:.3g}", evaluations)
                                      : fmt::format("> {}", result.evaluations);
  };
  for (const AlgorithmResult& algorithm : result.algorithms) {
    text += fmt::format("| {} |", algorithm.algorithm);
    for (const BudgetResult& budget : algorithm.budgets) {
      text += fmt::format(" {:.3f} ± {:.3f} |", budget.regret_mean, budget.regret_deviation);
    }
    text += fmt::format(
        " {} | {} | {} | {:.1f} |",
        algorithm.budgets.empty() ? "" : fmt::format("{:.3f}", algorithm.budgets.back().at_optimum),
        count(algorithm.median_evaluations_to_optimum), count(algorithm.evaluations_to_optimum_90),
        algorithm.engine_seconds * 1e3);
    if (compared) {
      text +=
          algorithm.p_against_best ? fmt::format(" {:.2g} |", *algorithm.p_against_best) : " – |";
    }
    text += "\n";
  }
  return text;
}

}  // namespace evonas::search
