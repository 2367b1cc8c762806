#include <algorithm>
#include <cmath>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "search/benchmark.hpp"

namespace evonas::search {
namespace {

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

/// The columns of all budgets.
MarkdownCells budget_heads(const BenchmarkResult& result) {
  MarkdownCells heads;
  for (const BudgetResult& budget : all_budgets(result)) {
    heads.push_back(budget.evaluations > 0 ? std::to_string(budget.evaluations)
                                           : fmt::format("{} s", budget.seconds));
  }
  return heads;
}

MarkdownCells head_of(const BenchmarkResult& result) {
  MarkdownCells head{"algorithm"};
  for (const std::string& budget : budget_heads(result)) {
    head.push_back(result.optimum_known ? budget : fmt::format("best after {}", budget));
  }
  if (result.optimum_known) {
    head.insert(head.end(), {"at optimum", "one in ten at it after", "median evaluations to it",
                             "nine in ten"});
    if (!result.cost.empty()) head.insert(head.end(), {"median seconds to it", "nine in ten"});
  }
  if (tells_evaluations(result)) head.emplace_back("evaluations");
  if (!result.cost.empty())
    head.emplace_back(result.wall_clock ? "wall seconds" : "training seconds");
  head.emplace_back("ms a search");
  if (result.algorithms.size() > 1) head.push_back(fmt::format("p against {}", result.against));
  return head;
}

std::string mean_cell(const BudgetResult& budget) {
  return fmt::format("{:.3f} ± {:.3f}", budget.regret_mean, budget.regret_deviation);
}

std::string median_cell(const BudgetResult& budget) {
  return fmt::format("{:.3f} ({:.3f} to {:.3f})", budget.regret_median,
                     budget.regret_lower_quartile, budget.regret_upper_quartile);
}

/// The name of an algorithm, and what `cell` makes of each budget of the benchmark.
template <class Cell>
MarkdownCells budget_cells(const AlgorithmResult& algorithm, const BenchmarkResult& result,
                           const Cell& cell) {
  MarkdownCells cells{algorithm.algorithm};
  for (std::size_t i = 0; i < all_budgets(result).size(); ++i) {
    cells.push_back(i < algorithm.budgets.size() ? cell(algorithm.budgets[i]) : "–");
  }
  return cells;
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
  cells.push_back(needed(algorithm.evaluations_to_optimum_10, 3, limit));
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
  MarkdownCells cells =
      budget_cells(algorithm, result, result.optimum_known ? mean_cell : median_cell);
  if (result.optimum_known) add_optimum_cells(cells, algorithm, result);
  if (tells_evaluations(result)) cells.push_back(evaluations_cell(algorithm));
  if (algorithm.clock) cells.push_back(fmt::format("{:.6g}", algorithm.clock->training_seconds));
  cells.push_back(fmt::format("{:.1f}", algorithm.engine_seconds * 1e3));
  if (result.algorithms.size() > 1) {
    cells.push_back(algorithm.p_against ? fmt::format("{:.2g}", *algorithm.p_against) : "–");
  }
  return cells;
}

/// What is published of one budget, as a cell; empty where nothing is.
std::string published_cell(const PublishedSearches& published, const BudgetResult& budget) {
  for (const PublishedSearches::Regret& regret : published.regrets) {
    if (regret.evaluations == budget.evaluations && regret.seconds == budget.seconds) {
      return fmt::format("{:.3f}", regret.mean);
    }
  }
  return {};
}

MarkdownCells published_cells(const PublishedSearches& published, const BenchmarkResult& result) {
  MarkdownCells cells{published.label};
  for (const BudgetResult& budget : all_budgets(result)) {
    cells.push_back(published_cell(published, budget));
  }
  for (const auto& needed :
       {published.median_evaluations_to_optimum, published.evaluations_to_optimum_90}) {
    cells.push_back(needed ? fmt::format("{:.3g}", *needed) : std::string());
  }
  cells.push_back(published.source);
  return cells;
}

void add_table(std::string& text, const MarkdownCells& head,
               const std::vector<MarkdownCells>& rows) {
  const auto add_row = [&](const MarkdownCells& cells) {
    for (const std::string& cell : cells) text += fmt::format("| {} ", cell);
    text += "|\n";
  };
  if (!text.empty()) text += '\n';
  add_row(head);
  for (std::size_t i = 0; i < head.size(); ++i) text += "|---";
  text += "|\n";
  for (const MarkdownCells& row : rows) add_row(row);
}

/// `first` and the columns of all budgets.
MarkdownCells before_budgets(std::string first, const BenchmarkResult& result) {
  MarkdownCells head{std::move(first)};
  std::ranges::move(budget_heads(result), std::back_inserter(head));
  return head;
}

void add_medians(std::string& text, const BenchmarkResult& result) {
  std::vector<MarkdownCells> rows;
  for (const AlgorithmResult& algorithm : result.algorithms) {
    rows.push_back(budget_cells(algorithm, result, median_cell));
  }
  add_table(text, before_budgets("median (quartiles)", result), rows);
}

void add_published(std::string& text, const BenchmarkResult& result) {
  MarkdownCells head = before_budgets("published (mean)", result);
  head.insert(head.end(), {"median evaluations to the optimum", "nine in ten", "source"});
  std::vector<MarkdownCells> rows;
  for (const PublishedSearches& published : result.published) {
    rows.push_back(published_cells(published, result));
  }
  add_table(text, head, rows);
}

}  // namespace

std::string to_markdown(const BenchmarkResult& result) {
  if (result.algorithms.empty()) return {};
  std::string text;
  std::vector<MarkdownCells> rows;
  for (const AlgorithmResult& algorithm : result.algorithms) {
    rows.push_back(cells_of(algorithm, result));
  }
  add_table(text, head_of(result), rows);
  if (result.optimum_known) add_medians(text, result);
  if (!result.published.empty()) add_published(text, result);
  return text;
}

}  // namespace evonas::search
