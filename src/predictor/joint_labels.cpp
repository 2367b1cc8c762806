#include "predictor/joint_labels.hpp"

#include <unordered_map>

#include <fmt/format.h>

#include "base/json.hpp"

namespace evonas::predictor {

void check_label_lists(LabelLists labels, std::size_t metrics) {
  if (labels.size() != metrics) {
    throw PredictorError(fmt::format("labels of {} metrics were given to a predictor of {}",
                                     labels.size(), metrics));
  }
  for (std::size_t metric = 0; metric < metrics; ++metric) {
    try {
      check_labels(labels[metric]);
    } catch (const PredictorError& error) {
      if (metrics == 1) throw;
      throw PredictorError(fmt::format("metric {} of {}: {}", metric + 1, metrics, error.what()));
    }
  }
}

JoinedLabels join(LabelLists labels) {
  JoinedLabels joined;
  std::unordered_map<spaces::Genotype, std::vector<std::size_t>> rows_of;
  for (const std::vector<Label>& list : labels) {
    std::unordered_map<spaces::Genotype, std::size_t> seen;
    std::vector<std::size_t>& rows = joined.rows.emplace_back();
    for (const Label& label : list) {
      std::vector<std::size_t>& known = rows_of[label.genotype];
      const std::size_t before = seen[label.genotype]++;
      if (before == known.size()) {
        known.push_back(joined.architectures.size());
        joined.architectures.push_back(label.genotype);
      }
      rows.push_back(known[before]);
    }
  }
  return joined;
}

std::vector<RankedLabels> rank_each(LabelLists labels, std::size_t metrics) {
  check_label_lists(labels, metrics);
  std::vector<RankedLabels> ranked;
  for (const std::vector<Label>& list : labels) ranked.push_back(rank(list));
  return ranked;
}

std::vector<std::vector<Label>> scored_lists(std::span<const RankedLabels> ranked) {
  std::vector<std::vector<Label>> lists;
  for (const RankedLabels& list : ranked) lists.push_back(scored_labels(list));
  return lists;
}

std::vector<RankNormal> transforms_of(std::span<const RankedLabels> ranked) {
  std::vector<RankNormal> transforms;
  for (const RankedLabels& list : ranked) transforms.push_back(list.transform);
  return transforms;
}

nlohmann::json state_of(std::span<const RankNormal> transforms) {
  if (transforms.size() == 1) return transforms.front().state();
  nlohmann::json states = nlohmann::json::array();
  for (const RankNormal& transform : transforms) states.push_back(transform.state());
  return states;
}

std::vector<RankNormal> transforms_from(const nlohmann::json& state, std::size_t metrics) {
  const std::size_t given = state.is_array() ? state.size() : 1;
  if (given != metrics) {
    throw PredictorError(
        fmt::format("a predictor of {} metrics, expected one of {}", given, metrics));
  }
  if (!state.is_array()) return {RankNormal::from_state(state)};
  std::vector<RankNormal> transforms;
  for (const nlohmann::json& one : state) transforms.push_back(RankNormal::from_state(one));
  return transforms;
}

}  // namespace evonas::predictor
