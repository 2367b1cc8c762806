#include "search/guided/predictor_guided.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/parallel.hpp"
#include "base/random.hpp"
#include "base/scoped_timer.hpp"
#include "predictor/gene_choices.hpp"
#include "predictor/random_architectures.hpp"
#include "search/guided/candidate_evolution.hpp"
#include "search/guided/initial_design.hpp"
#include "search/guided/promising.hpp"
#include "search/guided/watched_fit.hpp"

namespace evonas::search {
namespace {

constexpr std::size_t kGuidedBatch = 5;
constexpr std::size_t kPlacing = 200;  // random architectures that show which genes are placed

std::size_t survey_of(const GuidanceOptions& options, const spaces::AnySpace& space) {
  if (options.survey >= 0) return static_cast<std::size_t>(options.survey);
  const auto some = predictor::random_architectures(space, kPlacing, 1, "genes at fixed places");
  return predictor::GeneChoices(space, some).places();
}

}  // namespace

PredictorGuided::PredictorGuided(const AlgorithmOptions& options, spaces::AnySpace space,
                                 Problem problem, const Guidance& guidance)
    : options_(options),
      novelty_(options, std::move(space)),
      batch_(options.batch > 0 ? static_cast<std::size_t>(options.batch) : kGuidedBatch),
      assessor_(options, novelty_.space(), std::move(problem), guidance),
      size_(novelty_.space(), guidance.known, std::array<std::string, 1>{"flops"}),
      waiting_(options.guidance.screening.size()),
      to_survey_(survey_of(options.guidance, novelty_.space())) {}

std::size_t PredictorGuided::batch_size() const {
  const auto initial = static_cast<std::size_t>(options_.guidance.initial);
  return asked_ < initial ? initial - asked_ : batch_;
}

std::vector<spaces::Genotype> PredictorGuided::ask(std::size_t count) {
  forecasts_.clear();
  origins_.clear();
  rungs_.clear();
  std::vector<spaces::Genotype> asked = waiting_.empty() ? propose(count) : ask_on_rungs(count);
  if (rungs_.empty()) {
    asked_ += asked.size();
    pending_.insert(pending_.end(), asked.begin(), asked.end());
  }
  ++generation_;
  return asked;
}

std::vector<spaces::Genotype> PredictorGuided::ask_on_rungs(std::size_t count) {
  // A stage for which nobody waits is passed over. Where the space holds nothing new, what was left
  // behind has its turn.
  for (std::size_t tries = 0; count > 0 && tries <= waiting_.size(); ++tries) {
    const std::size_t stage = stage_;
    stage_ = (stage_ + 1) % (waiting_.size() + 1);
    const std::size_t wanted = count * for_each_at(stage);
    std::vector<spaces::Genotype> asked = stage == 0 ? propose(wanted) : promote(stage, wanted);
    if (asked.empty()) continue;
    if (stage < waiting_.size()) {
      // What is to be expected of the metric itself is told once that is asked for.
      forecasts_.clear();
      rungs_.assign(asked.size(), static_cast<std::uint32_t>(stage + 1));
    }
    return asked;
  }
  return {};
}

std::size_t PredictorGuided::for_each_at(std::size_t stage) const {
  return screened_for_each(waiting_.size() - stage, options_.guidance.halving);
}

std::vector<spaces::Genotype> PredictorGuided::propose(std::size_t count) {
  std::vector<spaces::Genotype> asked;
  const std::size_t initial = static_cast<std::size_t>(options_.guidance.initial) * for_each_at(0);
  while (asked.size() < count && proposed_ + asked.size() < initial) {
    std::optional<spaces::Genotype> genotype = begin();
    if (!genotype) break;
    asked.push_back(std::move(*genotype));
  }
  const bool has_begun = pending_.empty() || proposed_ + asked.size() - pending_.size() >= initial;
  if (asked.size() < count && has_begun && !evaluated_.empty() && assessor_.can_learn()) {
    candidates_.clear();
    predicted_.clear();
    learn();
    if (!pending_.empty() && can_imagine()) imagine(pending_);
    std::vector<GuidedCandidate> candidates =
        breed_candidates(options_, novelty_, evaluated_, generation_,
                         [&](std::span<const spaces::Genotype> block) { return assess(block); });
    Rng rng(options_.seed, "exploration", generation_);
    const std::vector<std::size_t> chosen = choose(candidates, count - asked.size(), 0);
    for (auto next = chosen.begin(); asked.size() < count && next != chosen.end();) {
      if (surveys(proposed_ + asked.size())) {
        --to_survey_;
        if (auto genotype = novelty_.sample()) {
          asked.push_back(std::move(*genotype));
          origins_.emplace_back();
          continue;
        }
      }
      if (rng.chance(options_.guidance.exploration)) {
        if (auto genotype = draw()) {
          asked.push_back(std::move(*genotype));
          origins_.emplace_back();
          continue;
        }
      }
      GuidedCandidate& candidate = candidates[*next++];
      if (!novelty_.claim(candidate.individual.key)) continue;
      forecasts_.resize(asked.size());
      forecasts_.push_back(assessor_.forecast_of(candidate));
      asked.push_back(std::move(candidate.individual.genotype));
      origins_.push_back(candidate.origin);
    }
    candidates_ = std::move(candidates);
  }
  while (asked.size() < count) {
    std::optional<spaces::Genotype> genotype = draw();
    if (!genotype) break;
    asked.push_back(std::move(*genotype));
    origins_.emplace_back();
  }
  proposed_ += asked.size();
  return asked;
}

bool PredictorGuided::surveys(std::size_t number) const {
  return to_survey_ > 0 && number % 2 == 1;
}

std::vector<spaces::Genotype> PredictorGuided::promote(std::size_t stage, std::size_t count) {
  std::vector<Waiting>& waiting = waiting_[stage - 1];
  std::vector<GuidedCandidate> candidates;
  std::vector<std::size_t> chosen;
  if (!waiting.empty() && assessor_.can_learn()) {
    // What is expected is told in the scale of the fit that expects it.
    predicted_ = predicted_front();
    candidates_.clear();
    learn();
    std::vector<spaces::Genotype> genotypes;
    for (const Waiting& one : waiting) genotypes.push_back(one.genotype);
    candidates = assess(genotypes);
    chosen = choose(candidates, count, stage);
  }
  std::vector<bool> is_left(waiting.size(), true);
  for (const std::size_t i : chosen) is_left[i] = false;
  // Where a metric has no values yet that nothing says early, any are as good as others; and those
  // of which a known metric is missing come last.
  for (std::size_t i = 0; i < waiting.size() && chosen.size() < count; ++i) {
    if (!is_left[i]) continue;
    is_left[i] = false;
    chosen.push_back(i);
  }
  std::vector<spaces::Genotype> asked;
  for (const std::size_t i : chosen) {
    asked.push_back(waiting[i].genotype);
    origins_.push_back(waiting[i].origin);
    if (!candidates.empty()) forecasts_.push_back(assessor_.forecast_of(candidates[i]));
  }
  std::vector<Waiting> left;
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    if (is_left[i]) left.push_back(std::move(waiting[i]));
  }
  waiting = std::move(left);
  return asked;
}

std::optional<spaces::Genotype> PredictorGuided::begin() {
  if (!has_begun_) {
    has_begun_ = true;
    AlgorithmOptions options = options_;
    options.guidance.initial *= static_cast<std::int64_t>(for_each_at(0));
    first_ =
        initial_design(options, novelty_, assessor_.problem().limits, assessor_.known(), size_);
  }
  while (!first_.empty()) {
    spaces::Genotype genotype = std::move(first_.back());
    first_.pop_back();
    if (!novelty_.claim(novelty_.identity(genotype))) continue;
    origins_.push_back({.how = Operator::InitialDesign});
    return genotype;
  }
  std::optional<spaces::Genotype> genotype = draw();
  if (genotype) origins_.emplace_back();
  return genotype;
}

std::optional<spaces::Genotype> PredictorGuided::draw() {
  constexpr int kTries = 100;
  for (int i = 0; i < kTries; ++i) {
    std::optional<spaces::Genotype> drawn = novelty_.sample();
    if (!drawn) break;
    if (assessor_.keeps_known_limits(*drawn, novelty_.identity(*drawn))) return drawn;
    beyond_limits_.push_back(std::move(*drawn));
  }
  if (beyond_limits_.empty()) return std::nullopt;
  spaces::Genotype last_resort = std::move(beyond_limits_.front());
  beyond_limits_.pop_front();
  return last_resort;
}

void PredictorGuided::learn() {
  watched_fit(time_.fit, watch_, [&] { assessor_.learn(evaluated_, generation_); });
}

void PredictorGuided::imagine(std::span<const spaces::Genotype> chosen) {
  const ScopedTimer timer(time_.fit);
  assessor_.imagine(chosen);
}

std::vector<GuidedCandidate> PredictorGuided::assess(std::span<const spaces::Genotype> block) {
  constexpr std::size_t kKeyGrain = 16;
  const ScopedTimer timer(time_.score);
  std::vector<Key> identities(block.size());
  parallel_for(
      block.size(), [&](std::size_t i) { identities[i] = novelty_.identity(block[i]); }, kKeyGrain);
  return assessor_.assess(block, identities);
}

PredictedFront PredictorGuided::predicted_front() const {
  PredictedFront front = predicted_;
  const auto is_taken = [&](const Key& identity) { return novelty_.seen(identity); };
  const std::vector<Objective>& objectives = assessor_.problem().objectives;
  for (const std::size_t i : most_promising(candidates_, is_taken)) {
    const GuidedCandidate& candidate = candidates_[i];
    Forecast metrics = assessor_.forecast_of(candidate);
    for (std::size_t j = 0; j < objectives.size(); ++j) {
      const auto [mean, deviation] = candidate.outlook[j];
      // What is known has no deviation.
      if (deviation > 0.0) continue;
      metrics.try_emplace(objectives[j].metric,
                          evaluation::Measurement{.value = turned(mean, objectives[j].goal)});
    }
    front.push_back({novelty_.space().format(candidate.individual.genotype), std::move(metrics)});
  }
  return front;
}

void PredictorGuided::tell(std::span<const Individual> evaluated) {
  for (std::size_t i = 0; i < evaluated.size(); ++i) {
    const Individual& individual = evaluated[i];
    if (individual.screened) {
      const std::size_t stage = rungs_.at(i) - 1;
      assessor_.add_screened(individual.genotype, stage, *individual.screened);
      waiting_[stage].push_back({.genotype = individual.genotype, .origin = origins_.at(i)});
    }
    if (const auto pending = std::ranges::find(pending_, individual.genotype);
        pending != pending_.end()) {
      pending_.erase(pending);
    }
    if (individual.failed()) continue;
    evaluated_.push_back(individual);
    assessor_.add(individual);
  }
}

}  // namespace evonas::search
