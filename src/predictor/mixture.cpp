#include "predictor/mixture.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "base/json.hpp"
#include "predictor/fit_together.hpp"

namespace evonas::predictor {
namespace {

/// What the members of a mixture expect of an architecture, weighted.
struct Sums {
  void add(double weight, const Prediction& prediction) {
    const auto [score, deviation] = prediction;
    means += weight * score;
    squares += weight * score * score;
    variances += weight * deviation * deviation;
  }

  double means = 0.0;
  double squares = 0.0;    // of the members' means
  double variances = 0.0;  // that the members expect
};

}  // namespace

Mixture::Mixture(std::vector<Member> members) : members_(std::move(members)) {}

void Mixture::fit(LabelLists labels, const FitControl& control) {
  learn(labels, control, [](JointPredictor& member, LabelLists scored, const FitControl& own) {
    member.fit(scored, own);
  });
}

void Mixture::refresh(LabelLists labels, std::span<const std::size_t> known,
                      const FitControl& control) {
  learn(labels, control, [&](JointPredictor& member, LabelLists scored, const FitControl& own) {
    member.refresh(scored, known, own);
  });
}

void Mixture::learn(LabelLists labels, const FitControl& control,
                    const std::function<void(JointPredictor& member, LabelLists scored,
                                             const FitControl& own)>& learn_one) {
  const std::vector<RankedLabels> ranked = rank_each(labels, metrics());
  const std::vector<std::vector<Label>> scored = scored_lists(ranked);
  learn_or_leave(*this, [&] {
    fit_together(members_.size(), "member of a mixture", control,
                 [&](std::size_t i, const FitControl& own) {
                   learn_one(*members_[i].predictor, scored, own);
                 });
  });
  labels_ = transforms_of(ranked);
}

std::vector<std::vector<Prediction>> Mixture::predict(
    std::span<const spaces::Genotype> block) const {
  check_fitted();
  const double weights = sum_of_weights();
  std::vector<std::vector<Sums>> sums(metrics(), std::vector<Sums>(block.size()));
  for (const Member& member : members_) {
    const std::vector<std::vector<Prediction>> predictions = member.predictor->predict(block);
    const double weight = member.weight / weights;
    for (std::size_t metric = 0; metric < metrics(); ++metric) {
      for (std::size_t i = 0; i < block.size(); ++i) {
        sums[metric][i].add(weight, predictions[metric][i]);
      }
    }
  }
  std::vector<std::vector<Prediction>> predictions(metrics());
  for (std::size_t metric = 0; metric < metrics(); ++metric) {
    for (const Sums& of : sums[metric]) {
      const double spread = std::max(0.0, of.squares - of.means * of.means);
      predictions[metric].push_back(
          labels_[metric].prediction(of.means, std::sqrt(spread + of.variances)));
    }
  }
  return predictions;
}

double Mixture::sum_of_weights() const {
  double weights = 0.0;
  for (const Member& member : members_) weights += member.weight;
  return weights;
}

std::vector<double> Mixture::shares() const {
  check_fitted();
  std::vector<double> shares;
  for (const Member& member : members_) {
    const double share = member.weight / sum_of_weights();
    const Ensemble* const several = member.predictor->ensemble();
    for (const double part : several != nullptr ? several->shares() : std::vector{1.0}) {
      shares.push_back(share * part);
    }
  }
  return shares;
}

std::vector<MemberMeans> Mixture::predict_members(std::span<const spaces::Genotype> block) const {
  check_fitted();
  std::vector<MemberMeans> means(metrics());
  const auto add = [&](std::size_t metric, std::vector<double> scores) {
    for (double& score : scores) score = labels_[metric].value(score);
    means[metric].push_back(std::move(scores));
  };
  for (const Member& member : members_) {
    if (const Ensemble* const several = member.predictor->ensemble()) {
      std::vector<MemberMeans> own = several->predict_members(block);
      for (std::size_t metric = 0; metric < metrics(); ++metric) {
        for (std::vector<double>& scores : own[metric]) add(metric, std::move(scores));
      }
      continue;
    }
    const std::vector<std::vector<Prediction>> own = member.predictor->predict(block);
    for (std::size_t metric = 0; metric < metrics(); ++metric) {
      std::vector<double> scores;
      for (const Prediction& prediction : own[metric]) scores.push_back(prediction.mean);
      add(metric, std::move(scores));
    }
  }
  return means;
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
  return {{"labels", state_of(labels_)}, {"members", std::move(members)}};
}

void Mixture::restore(const nlohmann::json& state) {
  const nlohmann::json& members = state.at("members");
  if (members.size() != members_.size()) {
    throw PredictorError(
        fmt::format("a mixture of {} members, expected {}", members.size(), members_.size()));
  }
  std::vector<RankNormal> labels = transforms_from(state.at("labels"), metrics());
  learn_or_leave(*this, [&] {
    for (std::size_t i = 0; i < members_.size(); ++i) members_[i].predictor->restore(members[i]);
  });
  labels_ = std::move(labels);
}

void Mixture::check_fitted() const {
  if (labels_.empty()) throw PredictorError("the mixture has not been fitted yet");
}

}  // namespace evonas::predictor
