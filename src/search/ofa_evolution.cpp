#include "search/ofa_evolution.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "search/ordering.hpp"

namespace evonas::search {
namespace {

constexpr std::int64_t kOfaPopulation = 100;
constexpr std::size_t kOfaParents = 4;  ///< one in so many of the population
constexpr double kGeneProbability = 0.1;
/// After which a limit is held to be too tight, and the neighbourhood of the parents used up.
constexpr int kOfaAttempts = 300;

std::vector<std::string> limited_metrics(const std::vector<Limit>& limits) {
  std::vector<std::string> names;
  for (const Limit& limit : limits) names.push_back(limit.metric);
  return names;
}

}  // namespace

OfaEvolution::OfaEvolution(const AlgorithmOptions& options, spaces::AnySpace space,
                           const Problem& problem, const Guidance& guidance)
    : novelty_(options, std::move(space)),
      known_(novelty_.space(), guidance.known, limited_metrics(problem.limits)),
      population_(
          static_cast<std::size_t>(options.population > 0 ? options.population : kOfaPopulation)),
      batch_(static_cast<std::size_t>(options.batch)),
      seed_(options.seed) {
  for (const Limit& limit : problem.limits) {
    const auto name = std::ranges::find(known_.names(), limit.metric);
    if (name == known_.names().end()) continue;
    limits_.push_back(limit);
    limited_.push_back(static_cast<std::size_t>(name - known_.names().begin()));
  }
}

std::size_t OfaEvolution::batch_size() const {
  return batch_ > 0 ? batch_ : population_ - asked_ % population_;
}

std::vector<spaces::Genotype> OfaEvolution::ask(std::size_t count) {
  std::vector<spaces::Genotype> asked;
  origins_.clear();
  const std::uint64_t under_way = asked_ - told_;
  while (asked.size() < count) {
    Origin origin;
    std::optional<spaces::Genotype> genotype;
    if (asked_ - under_way >= population_ && !parents_.empty()) genotype = breed(origin);
    if (!genotype) genotype = draw();
    if (!genotype) break;
    asked.push_back(std::move(*genotype));
    origins_.push_back(origin);
    ++asked_;
  }
  return asked;
}

std::optional<spaces::Genotype> OfaEvolution::draw() {
  std::optional<spaces::Genotype> genotype;
  for (int attempt = 0; attempt < kOfaAttempts; ++attempt) {
    genotype = novelty_.sample();
    if (!genotype || keeps_limits(*genotype, novelty_.identity(*genotype))) break;
  }
  return genotype;
}

std::optional<spaces::Genotype> OfaEvolution::breed(Origin& origin) {
  Rng rng(seed_, "breed", asked_);
  for (int attempt = 0; attempt < kOfaAttempts; ++attempt) {
    Origin own;
    spaces::Genotype child = make_child(rng, own);
    const Key identity = novelty_.identity(child);
    if (novelty_.seen(identity) || !keeps_limits(child, identity)) continue;
    novelty_.claim(identity);
    origin = own;
    return child;
  }
  return std::nullopt;
}

spaces::Genotype OfaEvolution::make_child(Rng& rng, Origin& origin) const {
  const Individual& parent = parents_[rng.below(parents_.size())];
  origin = {.how = Operator::Mutation, .parent = parent.index, .generations = 1};
  if (asked_ % population_ < (population_ + 1) / 2) {
    spaces::Genotype child = parent.genotype;
    for (std::size_t gene = 0; gene < parent.genotype.size(); ++gene) {
      if (rng.chance(kGeneProbability)) child = novelty_.space().mutate(child, rng);
    }
    return child;
  }
  const Individual& other = parents_[rng.below(parents_.size())];
  origin.how = Operator::Crossover;
  if (other.index != parent.index) origin.other_parent = other.index;
  return novelty_.space().crossover(parent.genotype, other.genotype, rng);
}

bool OfaEvolution::keeps_limits(const spaces::Genotype& genotype, const Key& identity) {
  if (limits_.empty()) return true;
  const std::vector<evaluation::Measurement> values = known_.values({&genotype, 1}, {&identity, 1});
  for (std::size_t i = 0; i < limits_.size(); ++i) {
    const evaluation::Measurement& known = values[limited_[i]];
    if (std::isnan(known.value) || limits_[i].violation(known) > 0.0) return false;
  }
  return true;
}

void OfaEvolution::tell(std::span<const Individual> evaluated) {
  told_ += evaluated.size();
  for (const Individual& individual : evaluated) {
    if (!individual.failed()) parents_.push_back(individual);
  }
  std::ranges::stable_sort(parents_, is_better);
  // The best of all so far: of the parents before and their children.
  parents_.resize(std::min(parents_.size(), std::max<std::size_t>(population_ / kOfaParents, 1)));
}

}  // namespace evonas::search
