#include "search/guided/assessor.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "base/parallel.hpp"
#include "base/random.hpp"
#include "search/guided/batch_choice.hpp"

namespace evonas::search {
namespace {

/// Candidates that one task judges; fewer are not worth a task.
constexpr std::size_t kJudgedPerTask = 32;

}  // namespace

bool Assessor::keeps_known_limits(const spaces::Genotype& genotype, const Key& identity) {
  return known_violation(known_.values({&genotype, 1}, {&identity, 1})) <= 0.0;
}

void Assessor::add(const Individual& evaluated) {
  for (std::size_t i = 0; i < beliefs_.size(); ++i) {
    const auto [is_objective, number] = labelled_[i];
    beliefs_[i].add(evaluated.genotype, is_objective ? turned(evaluated.objectives[number],
                                                              problem_.objectives[number].goal)
                                                     : evaluated.limited[number]);
  }
}

void Assessor::add_screened(const spaces::Genotype& genotype, std::size_t rung, double value) {
  beliefs_[screened_.at(rung)].add_cheaper(genotype, rung, value);
}

bool Assessor::can_learn() const {
  return std::ranges::all_of(beliefs_, [](const Belief& belief) { return belief.labels() > 1; });
}

void Assessor::learn(std::span<const Individual> evaluated, std::uint64_t generation) {
  if (joint_) {
    Belief::learn_together(beliefs_, *joint_, derive_seed(seed_, "fit", 0));
  } else {
    for (std::size_t i = 0; i < beliefs_.size(); ++i) {
      beliefs_[i].learn(derive_seed(seed_, "fit", i));
    }
  }
  best_.assign(objectives_.size(), kInfinity);
  for (const Individual& individual : evaluated) {
    if (!individual.feasible()) continue;
    for (std::size_t j = 0; j < best_.size(); ++j) {
      best_[j] = std::min(best_[j], individual.objectives[j]);
    }
  }
  generation_ = generation;
  front_.reset();
  if (objectives_.size() > 1 && for_front_.acquisition == "expected_hypervolume") {
    front_ = gain_beyond(evaluated, {}, for_front_, Rng(seed_, "draws of candidates", generation));
  }
  shares_.assign(beliefs_.size(), {});
  if (options_.acquisition != "thompson" || weighs_limits_) return;
  for (std::size_t i = 0; i < beliefs_.size(); ++i) {
    const predictor::Ensemble* const several = joint_ ? joint_->ensemble() : beliefs_[i].ensemble();
    if (several != nullptr) shares_[i] = several->shares();
  }
}

bool Assessor::imagines() const { return std::ranges::all_of(beliefs_, &Belief::imagines); }

void Assessor::imagine(std::span<const spaces::Genotype> genotypes) {
  for (Belief& belief : beliefs_) belief.imagine(genotypes);
}

std::vector<GuidedCandidate> Assessor::assess(std::span<const spaces::Genotype> block,
                                              std::span<const Key> identities) {
  const std::vector<evaluation::Measurement> known = known_.values(block, identities);
  std::vector<std::vector<predictor::Prediction>> beliefs;
  if (joint_) {
    beliefs = joint_->predict(block);
  } else {
    for (const Belief& belief : beliefs_) beliefs.push_back(belief.predict(block));
  }

  const std::vector<predictor::MemberMeans> members = predict_members(block);

  const std::size_t width = known_.names().size();
  std::vector<GuidedCandidate> candidates(block.size());
  parallel_for(
      block.size(),
      [&](std::size_t i) {
        candidates[i].individual = {.genotype = block[i], .key = identities[i], .index = i};
        for (const auto& belief : beliefs) candidates[i].believed.push_back(belief[i]);
        for (const predictor::MemberMeans& of_belief : members) {
          std::vector<double>& own = candidates[i].members.emplace_back();
          for (const std::vector<double>& member : of_belief) own.push_back(member[i]);
        }
        judge(candidates[i], std::span(known).subspan(i * width, width));
      },
      kJudgedPerTask);
  return candidates;
}

void Assessor::judge(GuidedCandidate& candidate,
                     std::span<const evaluation::Measurement> known) const {
  Individual& individual = candidate.individual;
  individual.violation = known_violation(known);
  if (!weighs_limits_) individual.violation += believed_violation(candidate.believed);
  const auto slot = static_cast<std::uint32_t>(individual.key.low);
  Rng rng(seed_, "draw", generation_, slot);
  for (std::size_t j = 0; j < objectives_.size(); ++j) {
    const Prospect expected = prospect(j, candidate, known);
    double value = expected.score.mean;
    if (weighs_limits_) {
      value = weighed_merit(expected, candidate.believed);
    } else if (!objectives_[j].is_known) {
      const auto member = member_of(objectives_[j].number, "member of a candidate", slot);
      const double draw = rng.normal();
      value = member ? turned(candidate.members[objectives_[j].number][*member],
                              problem_.objectives[j].goal)
                     : merit(options_, expected.score,
                             std::isinf(expected.best) ? 0.0 : expected.best, draw);
    }
    individual.objectives.push_back(value);
    candidate.outlook.push_back(expected.outlook);
  }
  const auto is_missing = [](const evaluation::Measurement& value) {
    return std::isnan(value.value);
  };
  if (std::ranges::any_of(known, is_missing)) {
    individual.violation = kInfinity;
    individual.objectives.clear();
  } else if (objectives_.size() > 1) {
    weigh_for_front(candidate);
  }
}

void Assessor::weigh_for_front(GuidedCandidate& candidate) const {
  if (weighs_limits_) candidate.log_feasible = log_feasible(candidate.believed);
  if (!front_ && !weighs_limits_) return;
  const double log_gain = front_ ? front_->log_of(candidate.outlook) : 0.0;
  std::vector<double>& merits = candidate.individual.objectives;
  merits = {-(log_gain + candidate.log_feasible)};
  for (std::size_t j = 0; j < objectives_.size(); ++j) {
    if (objectives_[j].is_known) merits.push_back(candidate.outlook[j].mean);
  }
}

Assessor::Prospect Assessor::prospect(std::size_t objective, const GuidedCandidate& candidate,
                                      std::span<const evaluation::Measurement> known) const {
  const Goal goal = problem_.objectives[objective].goal;
  const double best = best_[objective];
  const auto [is_known, number] = objectives_[objective];
  if (is_known) {
    const predictor::Prediction value{.mean = turned(known[number].value, goal), .deviation = 0.0};
    return {.score = value, .best = best, .outlook = value};
  }
  const Belief& belief = beliefs_[number];
  predictor::Prediction score = candidate.believed[number];
  score.mean = turned(score.mean, goal);
  const double mean = turned(belief.value(turned(score.mean, goal)), goal);
  const double better = turned(belief.value(turned(score.mean - score.deviation, goal)), goal);
  return {.score = score,
          .best = std::isinf(best) ? best : turned(belief.score(turned(best, goal)), goal),
          .outlook = {.mean = mean, .deviation = std::max(0.0, mean - better)}};
}

double Assessor::weighed_merit(const Prospect& prospect,
                               std::span<const predictor::Prediction> believed) const {
  const double log_merit =
      std::isinf(prospect.best) ? 0.0 : log_expected_improvement(prospect.score, prospect.best);
  return -log_feasible(believed, log_merit);
}

double Assessor::log_feasible(std::span<const predictor::Prediction> believed,
                              double log_weighed) const {
  for (std::size_t j = 0; j < limits_.size(); ++j) {
    if (!limits_[j].is_known) log_weighed += log_probability_of(j, believed);
  }
  return log_weighed;
}

double Assessor::known_violation(std::span<const evaluation::Measurement> known) const {
  double sum = 0.0;
  for (std::size_t j = 0; j < limits_.size(); ++j) {
    if (limits_[j].is_known) sum += problem_.limits[j].violation(known[limits_[j].number]);
  }
  return sum;
}

double Assessor::believed_violation(std::span<const predictor::Prediction> believed) const {
  double sum = 0.0;
  for (std::size_t j = 0; j < limits_.size(); ++j) {
    if (limits_[j].is_known) continue;
    // None where a limit holds likelier than not; else the more, the unlikelier.
    sum += std::max(0.0, -std::numbers::ln2 - log_probability_of(j, believed));
  }
  return sum;
}

double Assessor::log_probability_of(std::size_t limit,
                                    std::span<const predictor::Prediction> believed) const {
  const Belief& belief = beliefs_[limits_[limit].number];
  if (!belief.has_scale()) return 0.0;  // nothing says where the bound lies
  predictor::Prediction value = believed[limits_[limit].number];
  double bound = belief.score(problem_.limits[limit].bound);
  if (problem_.limits[limit].relation == Relation::AtLeast) {
    value.mean = -value.mean;
    bound = -bound;
  }
  return log_probability_below(value, bound);
}

Forecast Assessor::forecast_of(const GuidedCandidate& candidate) const {
  constexpr double kNineInTen = 1.645;
  Forecast forecast;
  for (std::size_t i = 0; i < beliefs_.size(); ++i) {
    if (!beliefs_[i].has_scale()) continue;
    const auto [mean, deviation] = candidate.believed[i];
    const double reach = kNineInTen * deviation;
    forecast[beliefs_[i].metric()] = {.value = beliefs_[i].value(mean),
                                      .low = beliefs_[i].value(mean - reach),
                                      .high = beliefs_[i].value(mean + reach)};
  }
  return forecast;
}

GeneImportances Assessor::gene_importance(const spaces::AnySpace& space) const {
  const std::uint64_t seed = derive_seed(seed_, "gene importance", 0);
  std::vector<std::vector<double>> shares;
  if (joint_) {
    shares = Belief::gene_importance_together(beliefs_, *joint_, space, seed);
  } else {
    for (const Belief& belief : beliefs_) shares.push_back(belief.gene_importance(space, seed));
  }
  GeneImportances importance;
  for (std::size_t i = 0; i < beliefs_.size(); ++i) {
    if (!shares[i].empty()) importance[beliefs_[i].metric()] = std::move(shares[i]);
  }
  return importance;
}

}  // namespace evonas::search
