#include "search/guided/assessor.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/random.hpp"

namespace evonas::search {
namespace {

template <class Parts>
std::vector<std::string> metrics_of_parts(const Parts& parts) {
  std::vector<std::string> names;
  for (const auto& part : parts) names.push_back(part.metric);
  return names;
}

std::vector<std::string> metrics_of(const Problem& problem) {
  std::vector<std::string> names = metrics_of_parts(problem.objectives);
  for (const Limit& limit : problem.limits) names.push_back(limit.metric);
  return names;
}

}  // namespace

Assessor::Assessor(const AlgorithmOptions& options, const spaces::AnySpace& space, Problem problem,
                   const Guidance& guidance)
    : options_(options.guidance),
      seed_(options.seed),
      problem_(std::move(problem)),
      known_(space, guidance.known, metrics_of(problem_)) {
  if (!guidance.make_predictor) {
    throw SearchError("the algorithm predictor_guided was given nothing that makes predictors");
  }
  if (options_.heads == "shared") share_heads(guidance);
  for (std::size_t i = 0; i < problem_.objectives.size(); ++i) {
    objectives_.push_back(origin_of(problem_.objectives[i].metric, {true, i}, guidance));
  }
  for (std::size_t i = 0; i < problem_.limits.size(); ++i) {
    limits_.push_back(origin_of(problem_.limits[i].metric, {false, i}, guidance));
  }
  expect_screenings();
  weighs_limits_ = options_.feasibility == "weighed" && objectives_.size() == 1 &&
                   std::ranges::any_of(limits_, [](const Origin& of) { return !of.is_known; });
}

void Assessor::share_heads(const Guidance& guidance) {
  std::set<std::string> predicted;
  for (const std::string& metric : metrics_of(problem_)) {
    if (std::ranges::count(known_.names(), metric) == 0) predicted.insert(metric);
  }
  if (predicted.size() < 2) return;
  if (!guidance.make_joint_predictor) {
    throw SearchError(
        "the algorithm predictor_guided was given nothing that makes predictors with shared heads");
  }
  joint_ = guidance.make_joint_predictor(options_.predictor, predicted.size());
}

void Assessor::expect_screenings() {
  const auto faults =
      screening_faults(options_.screening, options_.halving, metrics_of_parts(problem_.objectives),
                       metrics_of_parts(problem_.limits));
  if (!faults.empty()) {
    throw SearchError(fmt::format("the option 'guidance.{}' of the search algorithm: {}",
                                  faults.front().field, faults.front().what));
  }
  for (const ScreeningOptions& screening : options_.screening) {
    const auto belief = std::ranges::find(beliefs_, screening.of, &Belief::metric);
    if (belief == beliefs_.end()) {
      throw SearchError(
          fmt::format("the metric '{}' is to say early what '{}' will be, but that is known of "
                      "every architecture and costs nothing; leave the screening out",
                      screening.metric, screening.of));
    }
    screened_.push_back(static_cast<std::size_t>(belief - beliefs_.begin()));
  }
}

Assessor::Origin Assessor::origin_of(const std::string& metric, const Labelled& labels,
                                     const Guidance& guidance) {
  const auto known = std::ranges::find(known_.names(), metric);
  if (known != known_.names().end()) {
    return {.is_known = true, .number = static_cast<std::size_t>(known - known_.names().begin())};
  }
  const auto belief = std::ranges::find(beliefs_, metric, &Belief::metric);
  const auto number = static_cast<std::size_t>(belief - beliefs_.begin());
  if (belief == beliefs_.end()) {
    std::unique_ptr<predictor::Predictor> predictor =
        joint_ ? std::make_unique<predictor::OneMetric>(joint_, number)
               : guidance.make_predictor(options_.predictor);
    beliefs_.emplace_back(metric, std::move(predictor), options_);
    labelled_.push_back(labels);
  }
  return {.is_known = false, .number = number};
}

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

  const std::size_t width = known_.names().size();
  std::vector<GuidedCandidate> candidates(block.size());
  for (std::size_t i = 0; i < block.size(); ++i) {
    candidates[i].individual = {.genotype = block[i], .key = identities[i], .index = i};
    for (const auto& belief : beliefs) candidates[i].believed.push_back(belief[i]);
    judge(candidates[i], std::span(known).subspan(i * width, width));
  }
  return candidates;
}

void Assessor::judge(GuidedCandidate& candidate,
                     std::span<const evaluation::Measurement> known) const {
  Individual& individual = candidate.individual;
  individual.violation = known_violation(known);
  if (!weighs_limits_) individual.violation += believed_violation(candidate.believed);
  Rng rng(seed_, "draw", generation_, static_cast<std::uint32_t>(individual.key.low));
  for (std::size_t j = 0; j < objectives_.size(); ++j) {
    const Prospect expected = prospect(j, candidate, known);
    double value = expected.score.mean;
    if (weighs_limits_) {
      value = weighed_merit(expected, candidate.believed);
    } else if (!objectives_[j].is_known) {
      value = merit(options_, expected.score, std::isinf(expected.best) ? 0.0 : expected.best,
                    rng.normal());
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
  double log_merit =
      std::isinf(prospect.best) ? 0.0 : log_expected_improvement(prospect.score, prospect.best);
  for (std::size_t j = 0; j < limits_.size(); ++j) {
    if (!limits_[j].is_known) log_merit += log_probability_of(j, believed);
  }
  return -log_merit;
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
