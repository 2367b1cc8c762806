#include "predictor/mixture.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/json.hpp"
#include "predictor/fit_together.hpp"

namespace evonas::predictor {

Mixture::Mixture(std::vector<Member> members) : members_(std::move(members)) {}

void Mixture::fit(std::span<const Label> labels, const FitControl& control) {
  learn(labels, control,
        [](Predictor& member, std::span<const Label> scored, const FitControl& own) {
          member.fit(scored, own);
        });
}

void Mixture::refresh(std::span<const Label> labels, std::size_t known, const FitControl& control) {
  learn(labels, control,
        [&](Predictor& member, std::span<const Label> scored, const FitControl& own) {
          member.refresh(scored, known, own);
        });
}

void Mixture::learn(std::span<const Label> labels, const FitControl& control,
                    const std::function<void(Predictor& member, std::span<const Label> scored,
                                             const FitControl& own)>& learn_one) {
  RankedLabels ranked = rank(labels);
  const std::vector<Label> scored = scored_labels(ranked);
  learn_or_leave(*this, [&] {
    fit_together(members_.size(), "member of a mixture", control,
                 [&](std::size_t i, const FitControl& own) {
                   learn_one(*members_[i].predictor, scored, own);
                 });
  });
  labels_ = std::make_unique<const RankNormal>(std::move(ranked.transform));
}

std::vector<Prediction> Mixture::predict(std::span<const spaces::Genotype> block) const {
  check_fitted();
  double weights = 0.0;
  for (const Member& member : members_) weights += member.weight;
  std::vector<double> means(block.size(), 0.0);
  std::vector<double> squares(block.size(), 0.0);    // of the members' means
  std::vector<double> variances(block.size(), 0.0);  // that the members expect
  for (const Member& member : members_) {
    const std::vector<Prediction> predictions = member.predictor->predict(block);
    const double weight = member.weight / weights;
    for (std::size_t i = 0; i < block.size(); ++i) {
      const auto [score, deviation] = predictions[i];
      means[i] += weight * score;
      squares[i] += weight * score * score;
      variances[i] += weight * deviation * deviation;
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

double Mixture::multiply_accumulates(std::size_t nodes) const {
  double sum = 0.0;
  for (const Member& member : members_) sum += member.predictor->multiply_accumulates(nodes);
  return sum;
}

nlohmann::json Mixture::state() const {
  check_fitted();
  nlohmann::json members = nlohmann::json::array();
  for (const Member& member : members_) members.push_back(member.predictor->state());
  return {{"labels", labels_->state()}, {"members", std::move(members)}};
}

void Mixture::restore(const nlohmann::json& state) {
  const nlohmann::json& members = state.at("members");
  if (members.size() != members_.size()) {
    throw PredictorError(
        fmt::format("a mixture of {} members, expected {}", members.size(), members_.size()));
  }
  auto labels = std::make_unique<const RankNormal>(RankNormal::from_state(state.at("labels")));
  for (std::size_t i = 0; i < members_.size(); ++i) members_[i].predictor->restore(members[i]);
  labels_ = std::move(labels);
}

void Mixture::check_fitted() const {
  if (!labels_) throw PredictorError("the mixture has not been fitted yet");
}

}  // namespace evonas::predictor
