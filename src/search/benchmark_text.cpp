#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

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
  nlohmann::json json = {
      {"budgets", std::move(budgets)},
      {"p_against_best", algorithm.p_against_best ? nlohmann::json(*algorithm.p_against_best)
                                                  : nlohmann::json(nullptr)},
      {"evaluations", algorithm.evaluations},
      {"engine_seconds", algorithm.engine_seconds}};
  if (optimum_known) {
    json["median_evaluations_to_optimum"] = finite(algorithm.median_evaluations_to_optimum);
    json["evaluations_to_optimum_90"] = finite(algorithm.evaluations_to_optimum_90);
  }
  if (algorithm.screenings > 0.0) json["screenings"] = algorithm.screenings;
  if (!algorithm.clock) return json;
  json["training_seconds"] = algorithm.clock->training_seconds;
  json["seconds"] = std::move(seconds);
  if (optimum_known) {
    json["median_seconds_to_optimum"] = finite(algorithm.clock->median_seconds_to_optimum);
    json["seconds_to_optimum_90"] = finite(algorithm.clock->seconds_to_optimum_90);
  }
  return json;
}

/// Cells of one row, or the heads of the columns.
using MarkdownCells = std::vector<std::string>;

/// All budgets of a benchmark: those of an algorithm whose searches end with the last.
const std::vector<BudgetResult>& all_budgets(const BenchmarkResult& result) {
  return std::ranges::max_element(
             result.algorithms, {},
             [](const AlgorithmResult& algorithm) { return algorithm.budgets.size(); })
      ->budgets;
}

/// Whether the table says how many evaluations a search had: where they are not the same for all.
bool tells_evaluations(const BenchmarkResult& result) {
  return !result.cost.empty() || !result.optimum_known ||
         std::ranges::any_of(result.algorithms, [&](const AlgorithmResult& algorithm) {
           return algorithm.budgets.size() < all_budgets(result).size();
         });
}

MarkdownCells head_of(const BenchmarkResult& result) {
  MarkdownCells head{"algorithm"};
  for (const BudgetResult& budget : all_budgets(result)) {
    head.push_back(fmt::format("{}{}", result.optimum_known ? "" : "best after ",
                               budget.evaluations > 0 ? std::to_string(budget.evaluations)
                                                      : fmt::format("{} s", budget.seconds)));
  }
  if (result.optimum_known) {
    head.insert(head.end(), {"at optimum", "median evaluations to it", "nine in ten"});
    if (!result.cost.empty()) head.insert(head.end(), {"median seconds to it", "nine in ten"});
  }
  if (tells_evaluations(result)) head.emplace_back("evaluations");
  if (!result.cost.empty()) head.emplace_back("training seconds");
  head.emplace_back("ms a search");
  if (result.algorithms.size() > 1) head.push_back("p against " + result.best_algorithm);
  return head;
}

std::string budget_cell(const BudgetResult& budget, bool optimum_known) {
  if (optimum_known) {
    return fmt::format("{:.3f} ± {:.3f}", budget.regret_mean, budget.regret_deviation);
  }
  return fmt::format("{:.3f} ({:.3f} to {:.3f})", budget.regret_median,
                     budget.regret_lower_quartile, budget.regret_upper_quartile);
}

/// What a search needs to the optimum.
void add_optimum_cells(MarkdownCells& cells, const AlgorithmResult& algorithm,
                       const BenchmarkResult& result) {
  cells.push_back(
      algorithm.budgets.empty() ? "" : fmt::format("{:.3f}", algorithm.budgets.back().at_optimum));
  const auto needed = [](double value, int digits, double limit) {
    if (std::isfinite(value)) return fmt::format("{:.{}g}", value, digits);
    return limit > 0.0 ? fmt::format("> {}", limit) : "–";
  };
  const double limit =
      result.evaluations > 0 ? static_cast<double>(algorithm.mean_regret.size()) : 0.0;
  cells.push_back(needed(algorithm.median_evaluations_to_optimum, 3, limit));
  cells.push_back(needed(algorithm.evaluations_to_optimum_90, 3, limit));
  if (!algorithm.clock) return;
  cells.push_back(needed(algorithm.clock->median_seconds_to_optimum, 6, result.seconds));
  cells.push_back(needed(algorithm.clock->seconds_to_optimum_90, 6, result.seconds));
}

std::string evaluations_cell(const AlgorithmResult& algorithm) {
  if (algorithm.screenings <= 0.0) return fmt::format("{:.1f}", algorithm.evaluations);
  return fmt::format("{:.1f} + {:.1f} screened", algorithm.evaluations, algorithm.screenings);
}

MarkdownCells cells_of(const AlgorithmResult& algorithm, const BenchmarkResult& result) {
  MarkdownCells cells{algorithm.algorithm};
  for (std::size_t i = 0; i < all_budgets(result).size(); ++i) {
    cells.push_back(i < algorithm.budgets.size()
                        ? budget_cell(algorithm.budgets[i], result.optimum_known)
                        : "–");
  }
  if (result.optimum_known) add_optimum_cells(cells, algorithm, result);
  if (tells_evaluations(result)) cells.push_back(evaluations_cell(algorithm));
  if (algorithm.clock) cells.push_back(fmt::format("{:.6g}", algorithm.clock->training_seconds));
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
    algorithms[algorithm.algorithm] = algorithm_json(algorithm, result.optimum_known);
  }
  nlohmann::json json = {{"optimum", result.optimum},
                         {"optimum_architecture", result.optimum_architecture},
                         {"evaluations", result.evaluations},
                         {"seeds", result.seeds},
                         {"best_algorithm", result.best_algorithm},
                         {"algorithms", std::move(algorithms)}};
  if (!result.optimum_known) {
    json["best_found"] = result.optimum;
    json["optimum"] = json["optimum_architecture"] = nullptr;
  }
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
