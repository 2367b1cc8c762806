#include <iterator>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/json.hpp"
#include "search/front_benchmark.hpp"

namespace evonas::search {
namespace {

bool front_known(const FrontBenchmarkResult& result) { return result.front_size > 0; }

/// `volume` is what keys of hypervolumes begin with.
nlohmann::json budget_json(const FrontBudgetResult& budget, const std::string& volume) {
  return {{volume + "_mean", budget.mean},
          {volume + "_std", budget.deviation},
          {volume + "_lowest", budget.lowest},
          {volume + "_median", budget.median},
          {volume + "_quartiles", {budget.lower_quartile, budget.upper_quartile}}};
}

nlohmann::json algorithm_json(const FrontAlgorithmResult& algorithm, const std::string& volume) {
  nlohmann::json json = {{"evaluations", algorithm.evaluations},
                         {"evaluations_per_second", algorithm.evaluations_per_second},
                         {volume + "_mean", algorithm.end().mean},
                         {volume + "_lowest", algorithm.end().lowest}};
  for (const FrontBudgetResult& budget : algorithm.budgets) {
    if (budget.evaluations > 0) {
      json["budgets"][std::to_string(budget.evaluations)] = budget_json(budget, volume);
    } else {
      json["seconds"][fmt::format("{}", budget.seconds)] = budget_json(budget, volume);
    }
  }
  if (algorithm.training_seconds) json["training_seconds"] = *algorithm.training_seconds;
  return json;
}

nlohmann::json test_json(const FrontTest& test) {
  nlohmann::json json = {{"algorithm", test.algorithm},
                         {"other", test.other},
                         {"larger", test.larger},
                         {"equal", test.equal},
                         {"smaller", test.smaller},
                         {"median_difference", test.median_difference},
                         {"p", test.p}};
  if (test.evaluations > 0) {
    json["evaluations"] = test.evaluations;
    json["other_evaluations"] = test.other_evaluations;
  } else {
    json["seconds"] = test.seconds;
  }
  return json;
}

/// A budget in words.
std::string budget_text(std::int64_t evaluations, double seconds) {
  return evaluations > 0 ? fmt::format("{} evaluations", evaluations)
                         : fmt::format("{} s", seconds);
}

/// Shares with five decimals, hypervolumes of any size with six digits.
std::string volume_text(double volume, bool share) {
  return share ? fmt::format("{:.5f}", volume) : fmt::format("{:.6g}", volume);
}

void add_volumes(std::string& text, const FrontBenchmarkResult& result) {
  const bool share = front_known(result);
  fmt::format_to(std::back_inserter(text), "Hypervolume of all that a search has evaluated{}; {}",
                 share ? fmt::format(", as a share of the {:.6g} of the table's exact front",
                                     result.hypervolume)
                       : "",
                 fmt::format("mean ± standard deviation, median and quartiles over {} seeds:\n\n",
                             result.seeds));
  text +=
      "| algorithm | after | hypervolume | median | quartiles | lowest |\n"
      "|---|---|---|---|---|---|\n";
  for (const FrontAlgorithmResult& algorithm : result.algorithms) {
    for (const FrontBudgetResult& budget : algorithm.budgets) {
      fmt::format_to(std::back_inserter(text), "| {} | {} | {} ± {} | {} | {} to {} | {} |\n",
                     algorithm.algorithm, budget_text(budget.evaluations, budget.seconds),
                     volume_text(budget.mean, share), volume_text(budget.deviation, share),
                     volume_text(budget.median, share), volume_text(budget.lower_quartile, share),
                     volume_text(budget.upper_quartile, share), volume_text(budget.lowest, share));
    }
  }
}

void add_tests(std::string& text, const FrontBenchmarkResult& result) {
  if (result.tests.empty()) return;
  const bool share = front_known(result);
  fmt::format_to(std::back_inserter(text),
                 "\nWhether the hypervolume of the first is larger than that of the second: with "
                 "how many of the {} seeds it is, and p, how likely chance alone sets them as far "
                 "apart (Wilcoxon's signed-rank test over seeds, two-sided, with Holm's correction "
                 "for all rows):\n\n"
                 "| first | second | larger | equal | smaller | median difference | p |\n"
                 "|---|---|---|---|---|---|---|\n",
                 result.seeds);
  for (const FrontTest& test : result.tests) {
    fmt::format_to(std::back_inserter(text),
                   "| {} after {} | {} after {} | {} | {} | {} | {} | {:.2g} |\n", test.algorithm,
                   budget_text(test.evaluations, test.seconds), test.other,
                   budget_text(test.other_evaluations, test.seconds), test.larger, test.equal,
                   test.smaller, volume_text(test.median_difference, share), test.p);
  }
}

void add_comparisons(std::string& text, const FrontBenchmarkResult& result) {
  if (result.comparisons.empty()) return;
  text +=
      "\nHow the fronts at the end of searches compare:\n\n"
      "| front of | against that of | weakly dominates it, share of pairs of seeds | covers of it, "
      "mean |\n"
      "|---|---|---|---|\n";
  for (const FrontComparison& comparison : result.comparisons) {
    fmt::format_to(std::back_inserter(text), "| {} | {} | {:.3f} | {:.3f} |\n",
                   comparison.algorithm, comparison.other, comparison.dominates, comparison.covers);
  }
}

/// What one search took.
void add_costs(std::string& text, const FrontBenchmarkResult& result) {
  const bool timed = result.algorithms.front().training_seconds.has_value();
  text += "\nOne search took";
  if (result.searches_at_once > 1) {
    fmt::format_to(std::back_inserter(text),
                   " (up to {} shared the cores, so evaluations/s are not those of a search alone)",
                   result.searches_at_once);
  }
  fmt::format_to(std::back_inserter(text),
                 ":\n\n"
                 "| algorithm | evaluations | evaluations/s |{}\n"
                 "|---|---|---|{}\n",
                 timed ? (result.wall_clock ? " wall seconds |" : " training seconds |") : "",
                 timed ? "---|" : "");
  for (const FrontAlgorithmResult& algorithm : result.algorithms) {
    fmt::format_to(std::back_inserter(text), "| {} | {:.0f} | {:.0f} |", algorithm.algorithm,
                   algorithm.evaluations, algorithm.evaluations_per_second);
    if (timed) fmt::format_to(std::back_inserter(text), " {:.6g} |", *algorithm.training_seconds);
    text += "\n";
  }
}

}  // namespace

nlohmann::json to_json(const FrontBenchmarkResult& result) {
  const std::string volume = front_known(result) ? "hypervolume_share" : "hypervolume";
  nlohmann::json algorithms = nlohmann::json::object();
  for (const FrontAlgorithmResult& algorithm : result.algorithms) {
    algorithms[algorithm.algorithm] = algorithm_json(algorithm, volume);
  }
  nlohmann::json tests = nlohmann::json::array();
  for (const FrontTest& test : result.tests) tests.push_back(test_json(test));
  nlohmann::json comparisons = nlohmann::json::array();
  for (const FrontComparison& comparison : result.comparisons) {
    comparisons.push_back({{"algorithm", comparison.algorithm},
                           {"other", comparison.other},
                           {"dominates", comparison.dominates},
                           {"covers", comparison.covers}});
  }
  nlohmann::json json = {{"front_size", result.front_size},
                         {"hypervolume", result.hypervolume},
                         {"reference_point", result.reference_point},
                         {"seeds", result.seeds},
                         {"searches_at_once", result.searches_at_once},
                         {"algorithms", std::move(algorithms)},
                         {"tests", std::move(tests)},
                         {"comparisons", std::move(comparisons)}};
  if (result.wall_clock) json["clock"] = "wall";
  if (!front_known(result)) json["front_size"] = json["hypervolume"] = nullptr;
  return json;
}

std::string to_markdown(const FrontBenchmarkResult& result) {
  if (result.algorithms.empty()) return {};
  std::string text;
  add_volumes(text, result);
  add_tests(text, result);
  add_comparisons(text, result);
  add_costs(text, result);
  return text;
}

}  // namespace evonas::search
