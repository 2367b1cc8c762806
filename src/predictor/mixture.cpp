#include "predictor/mixture.hpp"

#include <algorithm>
#include <cmath>

#include "predictor/fit_together.hpp"

namespace evonas::predictor {

Mixture::Mixture(std::vector<Member> members) : members_(std::move(members)) {}

void Mixture::fit(std::span<const Label> labels, const FitControl& control) {
  RankNormal transform = rank(labels).transform;
  fit_together(
      members_.size(), "member of a mixture", control,
      [&](std::size_t i, const FitControl& own) { members_[i].predictor->fit(labels, own); });
  labels_ = std::make_unique<const RankNormal>(std::move(transform));
}

std::vector<Prediction> Mixture::predict(std::span<const spaces::Genotype> block) const {
  if (!labels_) throw PredictorError("the mixture has not been fitted yet");
  double weights = 0.0;
  for (const Member& member : members_) weights += member.weight;
  std::vector<double> means(block.size(), 0.0);
  std::vector<double> squares(block.size(), 0.0);    // of the members' means
  std::vector<double> variances(block.size(), 0.0);  // that the members expect
  for (const Member& member : members_) {
    const std::vector<Prediction> predictions = member.predictor->predict(block);
    const double weight = member.weight / weights;
    for (std::size_t i = 0; i < block.size(); ++i) {
      const auto [mean, deviation] = predictions[i];
      const double score = labels_->score(mean);
      const double half =
          0.5 * (labels_->score(mean + deviation) - labels_->score(mean - deviation));
      means[i] += weight * score;
      squares[i] += weight * score * score;
      variances[i] += weight * half * half;
    }
  }
  std::vector<Prediction> predictions;
  for (std::size_t i = 0; i < block.size(); ++i) {
    const double spread = std::max(0.0, squares[i] - means[i] * means[i]);
    predictions.push_back(labels_->prediction(means[i], std::sqrt(spread + variances[i])));
  }
  return predictions;
}

std::size_t Mixture::parameters() const {
  std::size_t sum = 0;
  for (const Member& member : members_) sum += member.predictor->parameters();
  return sum;
}

}  // namespace evonas::predictor
