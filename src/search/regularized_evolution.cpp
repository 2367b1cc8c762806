#include "search/regularized_evolution.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "search/ordering.hpp"

namespace evonas::search {
namespace {

constexpr std::int64_t kEvolutionPopulation = 30;
constexpr int kEvolutionAttempts = 128;
/// Attempts after which one more mutation is made, since the nearer neighbourhood is used up.
constexpr int kEvolutionAttemptsPerMutation = 16;

}  // namespace

RegularizedEvolution::RegularizedEvolution(const AlgorithmOptions& options, spaces::AnySpace space)
    : novelty_(options, std::move(space)),
      population_(static_cast<std::size_t>(options.population > 0 ? options.population
                                                                  : kEvolutionPopulation)),
      tournament_(static_cast<std::size_t>(options.tournament)),
      tournament_share_(options.tournament_share),
      anyone_dies_(options.deaths != "none"),
      batch_(static_cast<std::size_t>(options.batch)),
      seed_(options.seed) {}

std::size_t RegularizedEvolution::batch_size() const {
  if (batch_ > 0) return batch_;
  return asked_ < population_ ? population_ - asked_ : 1;
}

std::vector<spaces::Genotype> RegularizedEvolution::ask(std::size_t count) {
  std::vector<spaces::Genotype> asked;
  origins_.clear();
  const std::uint64_t under_way = asked_ - told_;
  while (asked.size() < count) {
    std::optional<spaces::Genotype> genotype;
    Origin origin;
    if (asked_ - under_way >= population_ && !members_.empty()) {
      Rng rng(seed_, "breed", asked_);
      genotype = breed(rng, origin);
    }
    if (!genotype) genotype = novelty_.sample();
    if (!genotype) break;
    asked.push_back(std::move(*genotype));
    origins_.push_back(origin);
    ++asked_;
  }
  return asked;
}

std::optional<spaces::Genotype> RegularizedEvolution::breed(Rng& rng, Origin& origin) {
  const Individual* parent = &members_[rng.below(members_.size())];
  const std::size_t count = rivals();
  for (std::size_t i = 1; i < count; ++i) {
    const Individual& rival = members_[rng.below(members_.size())];
    if (is_better(rival, *parent)) parent = &rival;
  }
  for (int attempt = 0; attempt < kEvolutionAttempts; ++attempt) {
    spaces::Genotype child = novelty_.space().mutate(parent->genotype, rng);
    for (int i = 0; i < attempt / kEvolutionAttemptsPerMutation; ++i) {
      child = novelty_.space().mutate(child, rng);
    }
    if (!novelty_.claim(novelty_.identity(child))) continue;
    origin = {.how = Operator::Mutation, .parent = parent->index, .generations = 1};
    return child;
  }
  return std::nullopt;
}

/// How many compete to be a parent.
std::size_t RegularizedEvolution::rivals() const {
  if (tournament_share_ <= 0.0) return tournament_;
  const double share = tournament_share_ * static_cast<double>(members_.size());
  return std::max<std::size_t>(1, static_cast<std::size_t>(std::lround(share)));
}

void RegularizedEvolution::tell(std::span<const Individual> evaluated) {
  told_ += evaluated.size();
  for (const Individual& individual : evaluated) {
    if (!individual.failed()) members_.push_back(individual);
  }
  while (anyone_dies_ && members_.size() > population_) members_.pop_front();
}

}  // namespace evonas::search
