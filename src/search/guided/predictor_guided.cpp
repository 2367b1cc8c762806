#include "search/guided/predictor_guided.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <tuple>
#include <utility>

#include "base/parallel.hpp"
#include "search/nsga2.hpp"
#include "search/pareto.hpp"

namespace evonas::search {
namespace {

constexpr std::size_t kBatch = 5;
/// Random architectures from which each of the first ones is chosen.
constexpr std::size_t kFirstChoice = 20;
/// With several objectives, candidates whose hypervolume is computed.
constexpr std::size_t kOutlooks = 300;
constexpr std::size_t kDraws = 32;
/// With one objective, the best candidates, among which a batch is chosen one by one.
constexpr std::size_t kListed = 500;

std::vector<std::string> metrics_of(const Problem& problem) {
  std::vector<std::string> names;
  for (const Objective& objective : problem.objectives) names.push_back(objective.metric);
  for (const Limit& limit : problem.limits) names.push_back(limit.metric);
  return names;
}

}  // namespace

PredictorGuided::PredictorGuided(const AlgorithmOptions& options, spaces::AnySpace space,
                                 Problem problem, const Guidance& guidance)
    : options_(options),
      problem_(std::move(problem)),
      novelty_(options, std::move(space)),
      batch_(options.batch > 0 ? static_cast<std::size_t>(options.batch) : kBatch),
      known_(novelty_.space(), guidance.known, metrics_of(problem_)),
      size_(novelty_.space(), guidance.known, std::array<std::string, 1>{"flops"}) {
  if (!guidance.make_predictor) {
    throw SearchError("the algorithm predictor_guided was given nothing that makes predictors");
  }
  for (std::size_t i = 0; i < problem_.objectives.size(); ++i) {
    objectives_.push_back(origin_of(problem_.objectives[i].metric, {true, i}, guidance));
  }
  for (std::size_t i = 0; i < problem_.limits.size(); ++i) {
    limits_.push_back(origin_of(problem_.limits[i].metric, {false, i}, guidance));
  }
}

PredictorGuided::Origin PredictorGuided::origin_of(const std::string& metric,
                                                   const Labelled& labels,
                                                   const Guidance& guidance) {
  const auto known = std::ranges::find(known_.names(), metric);
  if (known != known_.names().end()) {
    return {.is_known = true, .number = static_cast<std::size_t>(known - known_.names().begin())};
  }
  const auto belief = std::ranges::find(beliefs_, metric, &Belief::metric);
  const auto number = static_cast<std::size_t>(belief - beliefs_.begin());
  if (belief == beliefs_.end()) {
    const GuidanceOptions& options = options_.guidance;
    beliefs_.emplace_back(metric, guidance.make_predictor(options.predictor), options.refit);
    labelled_.push_back(labels);
  }
  return {.is_known = false, .number = number};
}

std::size_t PredictorGuided::batch_size() const {
  const auto initial = static_cast<std::size_t>(options_.guidance.initial);
  return asked_ < initial ? initial - asked_ : batch_;
}

std::vector<spaces::Genotype> PredictorGuided::ask(std::size_t count) {
  std::vector<spaces::Genotype> asked;
  forecasts_.clear();
  const auto initial = static_cast<std::size_t>(options_.guidance.initial);
  while (asked.size() < count && asked_ + asked.size() < initial) {
    std::optional<spaces::Genotype> genotype = begin();
    if (!genotype) break;
    asked.push_back(std::move(*genotype));
  }
  const auto has_labels = [](const Belief& belief) { return belief.labels() > 1; };
  if (asked.size() < count && !evaluated_.empty() && std::ranges::all_of(beliefs_, has_labels)) {
    learn();
    std::vector<Candidate> candidates = consider();
    Rng rng(options_.seed, "exploration", generation_);
    const std::vector<std::size_t> chosen = choose(candidates, count - asked.size());
    for (auto next = chosen.begin(); asked.size() < count && next != chosen.end();) {
      if (rng.chance(options_.guidance.exploration)) {
        if (auto genotype = novelty_.sample()) {
          asked.push_back(std::move(*genotype));
          continue;
        }
      }
      Candidate& candidate = candidates[*next++];
      if (!novelty_.claim(candidate.individual.key)) continue;
      forecasts_.resize(asked.size());
      forecasts_.push_back(forecast_of(candidate));
      asked.push_back(std::move(candidate.individual.genotype));
    }
  }
  while (asked.size() < count) {
    std::optional<spaces::Genotype> genotype = novelty_.sample();
    if (!genotype) break;
    asked.push_back(std::move(*genotype));
  }
  asked_ += asked.size();
  ++generation_;
  return asked;
}

Forecast PredictorGuided::forecast_of(const Candidate& candidate) const {
  constexpr double kNineInTen = 1.645;
  Forecast forecast;
  for (std::size_t i = 0; i < beliefs_.size(); ++i) {
    const auto [mean, deviation] = candidate.believed[i];
    const double reach = kNineInTen * deviation;
    forecast[beliefs_[i].metric()] = {.value = beliefs_[i].value(mean),
                                      .low = beliefs_[i].value(mean - reach),
                                      .high = beliefs_[i].value(mean + reach)};
  }
  return forecast;
}

std::optional<spaces::Genotype> PredictorGuided::begin() {
  if (known_.names().empty() && size_.names().empty()) return novelty_.sample();
  if (!has_begun_) draw_first();
  while (!first_.empty()) {
    spaces::Genotype genotype = std::move(first_.back());
    first_.pop_back();
    if (novelty_.claim(novelty_.identity(genotype))) return genotype;
  }
  return novelty_.sample();
}

/// Chooses the initial design: of many random architectures those within the limits that are known,
/// one from each of as many strata of the first metric of the problem that is known, or of FLOPs.
void PredictorGuided::draw_first() {
  has_begun_ = true;
  const auto initial = static_cast<std::size_t>(options_.guidance.initial);
  AlgorithmOptions own = options_;
  own.seed = derive_seed(options_.seed, "initial design", 0);
  Novelty drawn(own, novelty_.space());
  std::vector<spaces::Genotype> block;
  std::vector<Key> identities;
  while (block.size() < kFirstChoice * initial) {
    std::optional<spaces::Genotype> genotype = drawn.sample();
    if (!genotype) break;
    identities.push_back(novelty_.identity(*genotype));
    block.push_back(std::move(*genotype));
  }
  const std::vector<double> values = known_.values(block, identities);
  const std::size_t width = known_.names().size();
  const std::vector<double> spread = width > 0 ? values : size_.values(block, identities);
  const std::size_t spread_width = std::max<std::size_t>(width, 1);
  const auto violation_of = [&](std::size_t i) {
    double sum = 0.0;
    for (std::size_t j = 0; j < limits_.size(); ++j) {
      if (!limits_[j].is_known) continue;
      const double value = values[i * width + limits_[j].number];
      sum += std::isnan(value) ? kInfinity : problem_.limits[j].violation(value);
    }
    return sum;
  };
  std::vector<std::tuple<double, std::size_t>> by_violation;
  for (std::size_t i = 0; i < block.size(); ++i) by_violation.emplace_back(violation_of(i), i);
  std::ranges::sort(by_violation);
  std::size_t feasible = 0;
  while (feasible < block.size() && std::get<0>(by_violation[feasible]) == 0.0) ++feasible;
  by_violation.resize(std::max(std::min(initial, block.size()), feasible));
  std::vector<std::tuple<double, std::size_t>> by_value;
  for (const auto& [violation, i] : by_violation) {
    const double value = spread[i * spread_width];
    by_value.emplace_back(std::isnan(value) ? kInfinity : value, i);
  }
  std::ranges::sort(by_value);
  Rng rng(options_.seed, "strata");
  const std::size_t strata = std::min(initial, by_value.size());
  for (std::size_t i = 0; i < strata; ++i) {
    const std::size_t begin = i * by_value.size() / strata;
    const std::size_t end = (i + 1) * by_value.size() / strata;
    first_.push_back(block[std::get<1>(by_value[begin + rng.below(end - begin)])]);
  }
  rng.shuffle(std::span(first_));
}

void PredictorGuided::learn() {
  for (std::size_t i = 0; i < beliefs_.size(); ++i) {
    beliefs_[i].learn(derive_seed(options_.seed, "fit", i));
  }
}

std::vector<PredictorGuided::Candidate> PredictorGuided::consider() {
  AlgorithmOptions own = options_;
  own.population = options_.guidance.population;
  own.seed = derive_seed(options_.seed, "evolution inside the predictor", generation_);
  Nsga2 evolution(own, novelty_.reseeded(own.seed));
  std::vector<spaces::Genotype> parents;
  for (const Individual& individual : evaluated_) parents.push_back(individual.genotype);
  std::vector<Individual> told;
  for (Candidate& parent : assess(parents)) told.push_back(std::move(parent.individual));
  evolution.tell(told);
  std::vector<Candidate> considered;
  const auto wanted = static_cast<std::size_t>(options_.guidance.candidates);
  const auto population = static_cast<std::size_t>(own.population);
  while (considered.size() < wanted) {
    const auto asked = evolution.ask(std::min(population, wanted - considered.size()));
    if (asked.empty()) break;
    told.clear();
    for (Candidate& candidate : assess(asked)) {
      told.push_back(candidate.individual);
      considered.push_back(std::move(candidate));
    }
    evolution.tell(told);
  }
  return considered;
}

std::vector<PredictorGuided::Candidate> PredictorGuided::assess(
    std::span<const spaces::Genotype> block) {
  std::vector<Key> identities(block.size());
  constexpr std::size_t kKeyGrain = 16;
  parallel_for(
      block.size(), [&](std::size_t i) { identities[i] = novelty_.identity(block[i]); }, kKeyGrain);
  const std::vector<double> known = known_.values(block, identities);
  std::vector<std::vector<predictor::Prediction>> beliefs;
  for (const Belief& belief : beliefs_) beliefs.push_back(belief.predict(block));

  const std::size_t width = known_.names().size();
  std::vector<double> best(objectives_.size(), kInfinity);
  for (std::size_t j = 0; j < objectives_.size(); ++j) {
    for (const Individual& individual : evaluated_) {
      if (individual.feasible()) best[j] = std::min(best[j], individual.objectives[j]);
    }
  }
  std::vector<Candidate> candidates(block.size());
  for (std::size_t i = 0; i < block.size(); ++i) {
    const auto own = std::span(known).subspan(i * width, width);
    Candidate& candidate = candidates[i];
    candidate.individual = {.genotype = block[i], .key = identities[i], .index = i};
    candidate.individual.violation = violation(own, beliefs, i);
    for (const auto& belief : beliefs) candidate.believed.push_back(belief[i]);
    Rng rng(options_.seed, "draw", generation_, static_cast<std::uint32_t>(identities[i].low));
    for (std::size_t j = 0; j < objectives_.size(); ++j) {
      const Goal goal = problem_.objectives[j].goal;
      const auto [is_known, number] = objectives_[j];
      if (is_known) {
        const double value = turned(own[number], goal);
        candidate.individual.objectives.push_back(value);
        candidate.outlook.push_back({.mean = value, .deviation = 0.0});
        continue;
      }
      const Belief& belief = beliefs_[number];
      predictor::Prediction score = beliefs[number][i];
      score.mean = turned(score.mean, goal);
      const double target =
          std::isinf(best[j]) ? 0.0 : turned(belief.score(turned(best[j], goal)), goal);
      candidate.individual.objectives.push_back(
          merit(options_.guidance, score, target, rng.normal()));
      const double mean = turned(belief.value(turned(score.mean, goal)), goal);
      const double better = turned(belief.value(turned(score.mean - score.deviation, goal)), goal);
      candidate.outlook.push_back({.mean = mean, .deviation = std::max(0.0, mean - better)});
    }
    const auto is_missing = [](double value) { return std::isnan(value); };
    if (std::ranges::any_of(own, is_missing)) {
      candidate.individual.violation = kInfinity;
      candidate.individual.objectives.clear();
    }
  }
  return candidates;
}

double PredictorGuided::violation(std::span<const double> known,
                                  const std::vector<std::vector<predictor::Prediction>>& beliefs,
                                  std::size_t i) const {
  double sum = 0.0;
  for (std::size_t j = 0; j < limits_.size(); ++j) {
    const Limit& limit = problem_.limits[j];
    const auto [is_known, number] = limits_[j];
    if (is_known) {
      sum += limit.violation(known[number]);
      continue;
    }
    const double below = probability_below(beliefs[number][i], beliefs_[number].score(limit.bound));
    const double holds = limit.relation == Relation::AtMost ? below : 1.0 - below;
    sum += std::max(0.0, 1.0 - 2.0 * holds);
  }
  return sum;
}

std::vector<std::size_t> PredictorGuided::choose(std::span<const Candidate> candidates,
                                                 std::size_t count) {
  return objectives_.size() == 1 ? choose_one_objective(candidates, count)
                                 : choose_front(candidates, count);
}

PredictorGuided::Rank PredictorGuided::rank_of(const Candidate& candidate, std::size_t position) {
  return {candidate.individual.violation, candidate.individual.objectives.front(), position};
}

void PredictorGuided::imagine_chosen(std::span<const Candidate> candidates, std::size_t chosen,
                                     std::span<Rank> open) {
  for (Belief& belief : beliefs_) belief.imagine(candidates[chosen].individual.genotype);
  std::vector<spaces::Genotype> genotypes;
  for (const Rank& rank : open) {
    genotypes.push_back(candidates[std::get<std::size_t>(rank)].individual.genotype);
  }
  const std::vector<Candidate> again = assess(genotypes);
  for (std::size_t i = 0; i < open.size(); ++i) {
    open[i] = rank_of(again[i], std::get<std::size_t>(open[i]));
  }
}

std::vector<std::size_t> PredictorGuided::choose_one_objective(
    std::span<const Candidate> candidates, std::size_t count) {
  std::vector<Rank> ranks;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (!candidates[i].individual.failed()) ranks.push_back(rank_of(candidates[i], i));
  }
  const std::size_t listed = std::min(ranks.size(), std::max(count, kListed));
  std::ranges::partial_sort(ranks, ranks.begin() + static_cast<std::ptrdiff_t>(listed));
  std::vector<std::size_t> chosen;
  const bool imagines = std::ranges::all_of(beliefs_, &Belief::imagines);
  std::span<Rank> open = std::span(ranks).first(std::min(listed, imagines ? kListed : 0));
  while (chosen.size() < count && !open.empty()) {
    std::ranges::iter_swap(std::ranges::min_element(open), open.begin());
    chosen.push_back(std::get<std::size_t>(open.front()));
    open = open.subspan(1);
    if (chosen.size() < count) imagine_chosen(candidates, chosen.back(), open);
  }
  for (std::size_t i = chosen.size(); i < std::min(count, listed); ++i) {
    chosen.push_back(std::get<std::size_t>(ranks[i]));
  }
  return chosen;
}

std::vector<std::size_t> PredictorGuided::choose_front(std::span<const Candidate> candidates,
                                                       std::size_t count) const {
  std::vector<Individual> individuals;
  for (const Candidate& candidate : candidates) individuals.push_back(candidate.individual);
  const std::vector<std::uint32_t> ranks = non_dominated_ranks(individuals);
  const std::vector<double> crowding = crowding_distances(individuals, ranks);
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (!individuals[i].failed()) order.push_back(i);
  }
  std::ranges::sort(order, {},
                    [&](std::size_t i) { return std::tuple(ranks[i], -crowding[i], i); });

  std::vector<std::vector<double>> front;
  std::vector<double> reference(objectives_.size(), -kInfinity);
  for (const Individual& individual : evaluated_) {
    if (!individual.feasible()) continue;
    front.push_back(individual.objectives);
    for (std::size_t j = 0; j < reference.size(); ++j) {
      reference[j] = std::max(reference[j], individual.objectives[j]);
    }
  }
  std::vector<std::size_t> chosen;
  if (!front.empty()) {
    std::vector<std::size_t> positions;
    std::vector<Outlook> outlooks;
    for (const std::size_t i : order) {
      if (outlooks.size() == kOutlooks) break;
      if (!individuals[i].feasible()) continue;
      positions.push_back(i);
      outlooks.push_back(candidates[i].outlook);
    }
    std::vector<std::vector<double>> draws;
    const GuidanceOptions& options = options_.guidance;
    if (options.acquisition == "expected_improvement") draws.resize(kDraws);
    if (options.acquisition == "thompson") draws.resize(1);
    Rng rng(options_.seed, "draws of a front", generation_);
    for (std::vector<double>& draw : draws) {
      for (std::size_t j = 0; j < objectives_.size(); ++j) draw.push_back(rng.normal());
    }
    const double deviations = options.acquisition == "upper_bound" ? options.deviations : 0.0;
    for (const std::size_t i :
         choose_by_hypervolume(outlooks, std::move(front), reference, deviations, draws, count)) {
      chosen.push_back(positions[i]);
    }
  }
  // What adds nothing comes by rank.
  for (const std::size_t i : order) {
    if (chosen.size() >= count) break;
    if (std::ranges::find(chosen, i) == chosen.end()) chosen.push_back(i);
  }
  return chosen;
}

void PredictorGuided::tell(std::span<const Individual> evaluated) {
  for (const Individual& individual : evaluated) {
    if (individual.failed()) continue;
    evaluated_.push_back(individual);
    for (std::size_t i = 0; i < beliefs_.size(); ++i) {
      const auto [is_objective, number] = labelled_[i];
      beliefs_[i].add(individual.genotype, is_objective ? turned(individual.objectives[number],
                                                                 problem_.objectives[number].goal)
                                                        : individual.limited[number]);
    }
  }
}

}  // namespace evonas::search
