#include "search/guided/candidate_evolution.hpp"

#include <algorithm>
#include <utility>

#include "base/key_index.hpp"
#include "base/random.hpp"
#include "search/guided/descent.hpp"
#include "search/nsga2.hpp"

namespace evonas::search {
namespace {

/// Copies that leave an island at a time.
constexpr std::size_t kMigrants = 5;

std::vector<Nsga2> populate(AlgorithmOptions options, const Novelty& novelty,
                            std::uint64_t generation, std::span<const Individual> parents) {
  options.population = options.guidance.population;
  const std::uint64_t seed =
      derive_seed(options.seed, "evolution inside the predictor", generation);
  const auto count = static_cast<std::size_t>(options.guidance.islands);
  std::vector<Nsga2> islands;
  for (std::size_t i = 0; i < count; ++i) {
    options.seed = i == 0 ? seed : derive_seed(seed, "island", i);
    islands.emplace_back(options, novelty.reseeded(options.seed));
    std::vector<Individual> dealt;
    for (std::size_t parent = i; parent < parents.size(); parent += count) {
      dealt.push_back(parents[parent]);
    }
    islands.back().tell(dealt);
  }
  return islands;
}

/// Every island gets copies of the best of the one before, as they were before any left.
void migrate(std::vector<Nsga2>& islands) {
  std::vector<std::vector<Individual>> leaving;
  for (const Nsga2& island : islands) {
    const auto best = island.members().first(std::min(kMigrants, island.members().size()));
    leaving.emplace_back(best.begin(), best.end());
  }
  for (std::size_t i = 0; i < islands.size(); ++i) {
    Nsga2& island = islands[(i + 1) % islands.size()];
    std::erase_if(leaving[i], [&](const Individual& migrant) {
      return std::ranges::any_of(
          island.members(), [&](const Individual& member) { return member.key == migrant.key; });
    });
    island.tell(leaving[i]);
  }
}

}  // namespace

std::vector<GuidedCandidate> breed_candidates(const AlgorithmOptions& options,
                                              const Novelty& novelty,
                                              std::span<const Individual> evaluated,
                                              std::uint64_t generation, const Assess& assess) {
  // Members are told apart by the numbers that the descent gives them.
  Descent descent(evaluated);
  std::vector<spaces::Genotype> genotypes;
  for (const Individual& individual : evaluated) genotypes.push_back(individual.genotype);
  std::vector<Individual> told;
  for (GuidedCandidate& parent : assess(genotypes)) {
    told.push_back(std::move(parent.individual));
    told.back().index = told.size() - 1;
  }
  std::vector<Nsga2> islands = populate(options, novelty, generation, told);

  std::vector<GuidedCandidate> candidates;
  KeyIndex known;
  const auto wanted = static_cast<std::size_t>(options.guidance.candidates);
  const auto population = static_cast<std::size_t>(options.guidance.population);
  std::size_t bred = 0;
  for (std::int64_t round = 1; bred < wanted; ++round) {
    const std::size_t before = bred;
    for (Nsga2& island : islands) {
      const auto asked = island.ask(std::min(population, wanted - bred));
      if (asked.empty()) continue;
      const std::vector<Origin> origins = island.origins();
      told.clear();
      for (GuidedCandidate& candidate : assess(asked)) {
        told.push_back(candidate.individual);
        told.back().index = descent.size();
        candidate.origin = descent.add(origins[told.size() - 1]);
        if (known.insert(candidate.individual.key).second) {
          candidates.push_back(std::move(candidate));
        }
      }
      island.tell(told);
      bred += asked.size();
    }
    if (bred == before) break;
    if (islands.size() > 1 && round % options.guidance.migration == 0) migrate(islands);
  }
  return candidates;
}

}  // namespace evonas::search
