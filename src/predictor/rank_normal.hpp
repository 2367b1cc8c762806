#pragma once

#include <span>
#include <vector>

#include "predictor/predictor.hpp"

namespace evonas::predictor {

/// Labels as quantiles of the normal distribution: what a rank of r out of n would be on average.
/// Accuracies have a long tail of failures that says little about the good ones; in this scale all
/// ranks weigh alike. Immutable; safe from many threads.
class RankNormal {
 public:
  /// Needs at least one value. Equal values get equal scores.
  explicit RankNormal(std::span<const double> values);

  /// The score of a value, straight lines between those it was made of and beyond them.
  double score(double value) const;
  /// The value of a score: the inverse of score(), or the only value there is.
  double value(double score) const;
  /// The noise of the score of a value that has that noise (Label::noise): times the slope of the
  /// straight line between the scores so far below the value and so far above it, as far as there
  /// are values. The slope at the value itself would be a matter of chance, as the gap between two
  /// neighbours is. 0 for 0, and where there is only one value.
  double noise(double value, double noise) const;
  /// What a score that is known up to a deviation predicts of the value.
  Prediction prediction(double score, double deviation) const;

  nlohmann::json state() const;
  /// Reverse of state(). Throws PredictorError or nlohmann::json::exception for anything else.
  static RankNormal from_state(const nlohmann::json& state);

 private:
  RankNormal() = default;

  std::vector<double> values_;  // ascending, each once
  std::vector<double> scores_;  // ascending
};

/// Labels as predictors fit them.
struct RankedLabels {
  std::vector<spaces::Genotype> genotypes;
  RankNormal transform;
  std::vector<double> scores;  ///< by genotype
  std::vector<double> noises;  ///< by genotype: of the scores; 0 where nobody knows
};

/// Throws as check_labels() does.
RankedLabels rank(std::span<const Label> labels);

/// The labels with their scores as values, and the noises of these. A predictor that is fitted to
/// these predicts scores: in that scale a deviation means the same among good labels and bad ones.
std::vector<Label> scored_labels(const RankedLabels& ranked);

}  // namespace evonas::predictor
