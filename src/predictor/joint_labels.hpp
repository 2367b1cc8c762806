#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "predictor/predictor.hpp"
#include "predictor/rank_normal.hpp"

namespace evonas::predictor {

/// Labels of several metrics: a list for each. An architecture that a list lacks has no value of
/// that metric.
using LabelLists = std::span<const std::vector<Label>>;

/// Throws PredictorError where these are not the lists of so many metrics, or where check_labels()
/// does for one of them.
void check_label_lists(LabelLists labels, std::size_t metrics);

/// The architectures of several lists of labels.
struct JoinedLabels {
  /// In the order in which they first appear, one list after the other. An architecture that is
  /// several times in one list is several times among them, and its labels in other lists belong to
  /// the first ones.
  std::vector<spaces::Genotype> architectures;
  std::vector<std::vector<std::size_t>> rows;  ///< by metric and label: its architecture
};

JoinedLabels join(LabelLists labels);

/// rank() of each list, which are those of so many metrics. Throws as check_label_lists() does.
std::vector<RankedLabels> rank_each(LabelLists labels, std::size_t metrics);

/// scored_labels() of each.
std::vector<std::vector<Label>> scored_lists(std::span<const RankedLabels> ranked);

/// The transforms of the labels of several metrics.
std::vector<RankNormal> transforms_of(std::span<const RankedLabels> ranked);

/// Transforms as JSON: one alone as RankNormal::state(), several as an array of these.
nlohmann::json state_of(std::span<const RankNormal> transforms);

/// Reverse of state_of(), for so many metrics. Throws PredictorError or nlohmann::json::exception
/// for anything else.
std::vector<RankNormal> transforms_from(const nlohmann::json& state, std::size_t metrics);

}  // namespace evonas::predictor
