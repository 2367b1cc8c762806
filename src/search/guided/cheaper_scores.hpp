#pragma once

#include <span>

#include "predictor/predictor.hpp"
#include "predictor/rank_normal.hpp"

namespace evonas::search {

/// What values of a cheaper metric say of the scores (RankNormal) of the metric that they stand
/// for: a straight line over the rank-normal scores of the cheaper metric, and how far from it
/// scores are.
///
/// The line is a regression on the architectures that have both. Those are no fair sample, because
/// the cheaper metric chose them. A correlation would be too low for that, since they are alike in
/// the cheaper metric, and the middle of their scores is not that of all; but what is expected of
/// one variable at each value of another is the same, whatever values of the other were chosen. So
/// an architecture that did not pass comes out as much lower as the line says. While there are few
/// with both, the line is held to the slope and the errors of a correlation of 0.7. Immutable; safe
/// from many threads.
class CheaperScores {
 public:
  /// `values` are those of the cheaper metric, of all architectures that have one: at least one.
  /// `paired` are values of those that have a score too, and `scores` are these, in the same order;
  /// there may be none.
  CheaperScores(std::span<const double> values, std::span<const double> paired,
                std::span<const double> scores);

  /// The score that is expected of an architecture with that value of the cheaper metric, and how
  /// far off it is (standard deviation, above 0).
  predictor::Prediction expected(double value) const;

 private:
  predictor::RankNormal cheaper_;
  double intercept_ = 0.0;
  double slope_ = 0.0;
  double deviation_ = 0.0;
};

}  // namespace evonas::search
