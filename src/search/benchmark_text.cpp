#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "search/benchmark.hpp"

namespace evonas::search {
namespace {

/// Null where it is infinite.
nlohmann::json finite(double value) {
  return std::isfinite(value) ? nlohmann::json(value) : nlohmann::json(nullptr);
}

nlohmann::json budget_json(const BudgetResult& budget) {
  return {{"regret_mean", budget.regret_mean},
          {"regret_std", budget.regret_deviation},
          {"regret_median", budget.regret_median},
          {"regret_quartiles", {budget.regret_lower_quartile, budget.regret_upper_quartile}},
          {"at_optimum", budget.at_optimum}};
}

nlohmann::json algorithm_json(const AlgorithmResult& algorithm) {
  nlohmann::json budgets = nlohmann::json::object();
  nlohmann::json seconds = nlohmann::json::object();
  for (const BudgetResult& budget : algorithm.budgets) {
    if (budget.evaluations > 0) {
      budgets[std::to_string(budget.evaluations)] = budget_json(budget);
    } else {
      seconds[fmt::format("{}", budget.seconds)] = budget_json(budget);
    }
  }
  nlohmann::json json = {
      {"budgets", std::move(budgets)},
      {"median_evaluations_to_optimum", finite(algorithm.median_evaluations_to_optimum)},
      {"evaluations_to_optimum_90", finite(algorithm.evaluations_to_optimum_90)},
      {"p_against_best", algorithm.p_against_best ? nlohmann::json(*algorithm.p_against_best)
                                                  : nlohmann::json(nullptr)},
      {"engine_seconds", algorithm.engine_seconds}};
  if (algorithm.clock) {
    json["evaluations"] = algorithm.evaluations;
    json["training_seconds"] = algorithm.clock->training_seconds;
    json["median_seconds_to_optimum"] = finite(algorithm.clock->median_seconds_to_optimum);
    json["seconds_to_optimum_90"] = finite(algorithm.clock->seconds_to_optimum_90);
    json["seconds"] = std::move(seconds);
  }
  if (algorithm.screenings > 0.0) json["screenings"] = algorithm.screenings;
  return json;
}

/// Cells of one row, or the heads of the columns.
using MarkdownCells = std::vector<std::string>;

MarkdownCells head_of(const BenchmarkResult& result) {
  MarkdownCells head{"algorithm"};
  for (const BudgetResult& budget : result.algorithms.front().budgets) {
    head.push_back(budget.evaluations > 0 ? std::to_string(budget.evaluations)
                                          : fmt::format("{} s", budget.seconds));
  }
  head.insert(head.end(), {"at optimum", "median evaluations to it", "nine in ten"});
  if (!result.cost.empty()) {
    head.insert(head.end(),
                {"median seconds to it", "nine in ten", "evaluations", "training seconds"});
  }
  head.emplace_back("ms a search");
  if (result.algorithms.size() > 1) head.push_back("p against " + result.best_algorithm);
  return head;
}

MarkdownCells cells_of(const AlgorithmResult& algorithm, const BenchmarkResult& result) {
  MarkdownCells cells{algorithm.algorithm};
  for (const BudgetResult& budget : algorithm.budgets) {
    cells.push_back(fmt::format("{:.3f} ± {:.3f}", budget.regret_mean, budget.regret_deviation));
  }
  cells.push_back(
      algorithm.budgets.empty() ? "" : fmt::format("{:.3f}", algorithm.budgets.back().at_optimum));
  const auto needed = [](double value, int digits, double limit) {
    if (std::isfinite(value)) return fmt::format("{:.{}g}", value, digits);
    return limit > 0.0 ? fmt::format("> {}", limit) : "–";
  };
  const auto limit = static_cast<double>(result.evaluations);
  cells.push_back(needed(algorithm.median_evaluations_to_optimum, 3, limit));
  cells.push_back(needed(algorithm.evaluations_to_optimum_90, 3, limit));
  if (algorithm.clock) {
    const ClockResult& clock = *algorithm.clock;
    cells.push_back(needed(clock.median_seconds_to_optimum, 6, result.seconds));
    cells.push_back(needed(clock.seconds_to_optimum_90, 6, result.seconds));
    cells.push_back(
        algorithm.screenings > 0.0
            ? fmt::format("{:.1f} + {:.1f} screened", algorithm.evaluations, algorithm.screenings)
            : fmt::format("{:.1f}", algorithm.evaluations));
    cells.push_back(fmt::format("{:.6g}", clock.training_seconds));
  }
  cells.push_back(fmt::format("{:.1f}", algorithm.engine_seconds * 1e3));
  if (result.algorithms.size() > 1) {
    cells.push_back(algorithm.p_against_best ? fmt::format("{:.2g}", *algorithm.p_against_best)
                                             : "–");
  }
  return cells;
}

}  // namespace

nlohmann::json to_json(const BenchmarkResult& result) {
  nlohmann::json algorithms = nlohmann::json::object();
  for (const AlgorithmResult& algorithm : result.algorithms) {
    algorithms[algorithm.algorithm] = algorithm_json(algorithm);
  }
  nlohmann::json json = {{"optimum", result.optimum},
                         {"optimum_architecture", result.optimum_architecture},
                         {"evaluations", result.evaluations},
                         {"seeds", result.seeds},
                         {"best_algorithm", result.best_algorithm},
                         {"algorithms", std::move(algorithms)}};
  if (!result.cost.empty()) {
    const auto given = [](auto limit) {
      return limit > 0 ? nlohmann::json(limit) : nlohmann::json(nullptr);
    };
    json["cost"] = result.cost;
    json["evaluations"] = given(result.evaluations);
    json["seconds"] = given(result.seconds);
  }
  return json;
}

std::string to_markdown(const BenchmarkResult& result) {
  if (result.algorithms.empty()) return {};
  std::string text;
  const auto add_row = [&](const MarkdownCells& cells) {
    for (const std::string& cell : cells) text += fmt::format("| {} ", cell);
    text += "|\n";
  };
  const MarkdownCells head = head_of(result);
  add_row(head);
  for (std::size_t i = 0; i < head.size(); ++i) text += "|---";
  text += "|\n";
  for (const AlgorithmResult& algorithm : result.algorithms) {
    add_row(cells_of(algorithm, result));
  }
  return text;
}

}  // namespace evonas::search
