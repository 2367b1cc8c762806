#include "search/guided/predictor_guided.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/parallel.hpp"
#include "base/random.hpp"
#include "base/scoped_timer.hpp"
#include "search/guided/batch_choice.hpp"
#include "search/guided/candidate_evolution.hpp"
#include "search/guided/initial_design.hpp"

namespace evonas::search {
namespace {

constexpr std::size_t kGuidedBatch = 5;

}  // namespace

PredictorGuided::PredictorGuided(const AlgorithmOptions& options, spaces::AnySpace space,
                                 Problem problem, const Guidance& guidance)
    : options_(options),
      novelty_(options, std::move(space)),
      batch_(options.batch > 0 ? static_cast<std::size_t>(options.batch) : kGuidedBatch),
      assessor_(options, novelty_.space(), std::move(problem), guidance),
      size_(novelty_.space(), guidance.known, std::array<std::string, 1>{"flops"}) {}

std::size_t PredictorGuided::batch_size() const {
  const auto initial = static_cast<std::size_t>(options_.guidance.initial);
  return asked_ < initial ? initial - asked_ : batch_;
}

std::vector<spaces::Genotype> PredictorGuided::ask(std::size_t count) {
  std::vector<spaces::Genotype> asked;
  forecasts_.clear();
  origins_.clear();
  const auto initial = static_cast<std::size_t>(options_.guidance.initial);
  while (asked.size() < count && asked_ + asked.size() < initial) {
    std::optional<spaces::Genotype> genotype = begin();
    if (!genotype) break;
    asked.push_back(std::move(*genotype));
  }
  if (asked.size() < count && !evaluated_.empty() && assessor_.can_learn()) {
    learn();
    std::vector<GuidedCandidate> candidates =
        breed_candidates(options_, novelty_, evaluated_, generation_,
                         [&](std::span<const spaces::Genotype> block) { return assess(block); });
    Rng rng(options_.seed, "exploration", generation_);
    const std::vector<std::size_t> chosen = choose(candidates, count - asked.size());
    for (auto next = chosen.begin(); asked.size() < count && next != chosen.end();) {
      if (rng.chance(options_.guidance.exploration)) {
        if (auto genotype = novelty_.sample()) {
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
  }
  while (asked.size() < count) {
    std::optional<spaces::Genotype> genotype = novelty_.sample();
    if (!genotype) break;
    asked.push_back(std::move(*genotype));
    origins_.emplace_back();
  }
  asked_ += asked.size();
  ++generation_;
  return asked;
}

std::optional<spaces::Genotype> PredictorGuided::begin() {
  if (!has_begun_) {
    has_begun_ = true;
    first_ =
        initial_design(options_, novelty_, assessor_.problem().limits, assessor_.known(), size_);
  }
  while (!first_.empty()) {
    spaces::Genotype genotype = std::move(first_.back());
    first_.pop_back();
    if (!novelty_.claim(novelty_.identity(genotype))) continue;
    origins_.push_back({.how = Operator::InitialDesign});
    return genotype;
  }
  std::optional<spaces::Genotype> genotype = novelty_.sample();
  if (genotype) origins_.emplace_back();
  return genotype;
}

void PredictorGuided::learn() {
  const ScopedTimer timer(time_.fit);
  assessor_.learn(evaluated_, generation_);
}

void PredictorGuided::imagine(const spaces::Genotype& chosen) {
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

std::vector<std::size_t> PredictorGuided::choose(std::span<const GuidedCandidate> candidates,
                                                 std::size_t count) {
  if (assessor_.problem().objectives.size() > 1) {
    return choose_for_front(candidates, evaluated_, options_.guidance,
                            Rng(options_.seed, "draws of a front", generation_), count);
  }
  Reassess reassess;
  if (assessor_.imagines()) {
    reassess = [&](const spaces::Genotype& chosen, std::span<const spaces::Genotype> open) {
      imagine(chosen);
      return assess(open);
    };
  }
  return choose_one_by_one(candidates, count, reassess);
}

void PredictorGuided::tell(std::span<const Individual> evaluated) {
  for (const Individual& individual : evaluated) {
    if (individual.failed()) continue;
    evaluated_.push_back(individual);
    assessor_.add(individual);
  }
}

}  // namespace evonas::search
