#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/json.hpp"
#include "search/front_benchmark.hpp"

namespace evonas::search {

nlohmann::json to_json(const FrontBenchmarkResult& result) {
  const bool known = result.front_size > 0;
  const std::string volume = known ? "hypervolume_share" : "hypervolume";
  nlohmann::json algorithms = nlohmann::json::object();
  for (const FrontAlgorithmResult& algorithm : result.algorithms) {
    nlohmann::json& figures = algorithms[algorithm.algorithm];
    figures = {{"evaluations", algorithm.evaluations},
               {"evaluations_per_second", algorithm.evaluations_per_second},
               {volume + "_mean", algorithm.hypervolume_share_mean},
               {volume + "_lowest", algorithm.hypervolume_share_lowest}};
    if (algorithm.training_seconds) figures["training_seconds"] = *algorithm.training_seconds;
  }
  nlohmann::json comparisons = nlohmann::json::array();
  for (const FrontComparison& comparison : result.comparisons) {
    comparisons.push_back({{"algorithm", comparison.algorithm},
                           {"other", comparison.other},
                           {"dominates", comparison.dominates},
                           {"covers", comparison.covers}});
  }
  nlohmann::json json = {
      {"front_size", result.front_size},           {"hypervolume", result.hypervolume},
      {"reference_point", result.reference_point}, {"seeds", result.seeds},
      {"algorithms", std::move(algorithms)},       {"comparisons", std::move(comparisons)}};
  if (!known) json["front_size"] = json["hypervolume"] = nullptr;
  return json;
}

std::string to_markdown(const FrontBenchmarkResult& result) {
  if (result.algorithms.empty()) return {};
  const bool known = result.front_size > 0;
  const bool timed = result.algorithms.front().training_seconds.has_value();
  std::string text = fmt::format(
      "| algorithm | evaluations | hypervolume{}, mean | lowest | evaluations/s |{}\n"
      "|---|---|---|---|---|{}\n",
      known ? " of exact" : "", timed ? " training seconds |" : "", timed ? "---|" : "");
  for (const FrontAlgorithmResult& algorithm : result.algorithms) {
    text += fmt::format("| {} | {:.0f} | {:.5f} | {:.5f} | {:.0f} |", algorithm.algorithm,
                        algorithm.evaluations, algorithm.hypervolume_share_mean,
                        algorithm.hypervolume_share_lowest, algorithm.evaluations_per_second);
    if (timed) text += fmt::format(" {:.6g} |", *algorithm.training_seconds);
    text += "\n";
  }
  if (result.comparisons.empty()) return text;
  text +=
      "\n| front of | against that of | weakly dominates it, share of pairs of seeds | covers of "
      "it, "
      "mean |\n|---|---|---|---|\n";
  for (const FrontComparison& comparison : result.comparisons) {
    text += fmt::format("| {} | {} | {:.3f} | {:.3f} |\n", comparison.algorithm, comparison.other,
                        comparison.dominates, comparison.covers);
  }
  return text;
}

}  // namespace evonas::search
