#include "search/guided/cheaper_scores.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace evonas::search {
namespace {

/// The correlation of a metric with a cheaper one, before anything is known of it.
constexpr double kUsualCorrelation = 0.7;
/// How many architectures with both count as much as that.
constexpr double kUsualPairs = 10.0;
constexpr double kLeastDeviation = 0.05;

/// 0 for none.
double middle_of(std::span<const double> values) {
  if (values.empty()) return 0.0;
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace

CheaperScores::CheaperScores(std::span<const double> values, std::span<const double> paired,
                             std::span<const double> scores)
    : cheaper_(values) {
  std::vector<double> cheaper;
  for (const double value : paired) cheaper.push_back(cheaper_.score(value));
  const double middle = middle_of(cheaper);
  const double middle_score = middle_of(scores);
  double squares = kUsualPairs;
  double products = kUsualPairs * kUsualCorrelation;
  for (std::size_t i = 0; i < cheaper.size(); ++i) {
    squares += (cheaper[i] - middle) * (cheaper[i] - middle);
    products += (cheaper[i] - middle) * (scores[i] - middle_score);
  }
  slope_ = std::max(0.0, products / squares);
  intercept_ = middle_score - slope_ * middle;
  double errors = kUsualPairs * (1.0 - kUsualCorrelation * kUsualCorrelation);
  for (std::size_t i = 0; i < cheaper.size(); ++i) {
    const double error = scores[i] - intercept_ - slope_ * cheaper[i];
    errors += error * error;
  }
  const double count = kUsualPairs + static_cast<double>(cheaper.size());
  deviation_ = std::max(kLeastDeviation, std::sqrt(errors / count));
}

predictor::Prediction CheaperScores::expected(double value) const {
  return {.mean = intercept_ + slope_ * cheaper_.score(value), .deviation = deviation_};
}

}  // namespace evonas::search
