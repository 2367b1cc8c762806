#include "search/guided/candidate_evolution.hpp"

#include <algorithm>
#include <utility>

#include "base/key_index.hpp"
#include "base/parallel.hpp"
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
  }
  parallel_for(count, [&](std::size_t i) {
    std::vector<Individual> dealt;
    for (std::size_t parent = i; parent < parents.size(); parent += count) {
      dealt.push_back(parents[parent]);
    }
    islands[i].tell(dealt);
  });
  return islands;
}

/// What each island asks for, beside the others: a population of children, `most` on all of them.
std::vector<std::vector<spaces::Genotype>> ask_all(std::vector<Nsga2>& islands,
                                                   std::size_t population, std::size_t most) {
  std::vector<std::vector<spaces::Genotype>> asked(islands.size());
  parallel_for(islands.size(), [&](std::size_t i) {
    const std::size_t earlier = std::min(most, i * population);
    if (earlier < most) asked[i] = islands[i].ask(std::min(population, most - earlier));
  });
  return asked;
}

/// Every island gets copies of the best of the one before, as they were before any left.
void migrate(std::vector<Nsga2>& islands) {
  std::vector<std::vector<Individual>> leaving;
  for (const Nsga2& island : islands) {
    const auto best = island.members().first(std::min(kMigrants, island.members().size()));
    leaving.emplace_back(best.begin(), best.end());
  }
  parallel_for(islands.size(), [&](std::size_t i) {
    Nsga2& island = islands[(i + 1) % islands.size()];
    std::erase_if(leaving[i], [&](const Individual& migrant) {
      return std::ranges::any_of(
          island.members(), [&](const Individual& member) { return member.key == migrant.key; });
    });
    island.tell(leaving[i]);
  });
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
    const auto asked = ask_all(islands, population, wanted - bred);
    std::vector<spaces::Genotype> block;
    for (const auto& of_island : asked)
      block.insert(block.end(), of_island.begin(), of_island.end());
    if (block.empty()) break;
    std::vector<GuidedCandidate> assessed = assess(block);
    // The numbers of members follow the order of the islands, whoever was done first.
    std::vector<std::vector<Individual>> children(islands.size());
    auto next = assessed.begin();
    for (std::size_t i = 0; i < islands.size(); ++i) {
      if (asked[i].empty()) continue;
      for (const Origin& origin : islands[i].origins()) {
        GuidedCandidate& candidate = *next++;
        children[i].push_back(candidate.individual);
        children[i].back().index = descent.size();
        candidate.origin = descent.add(origin);
        if (known.insert(candidate.individual.key).second) {
          candidates.push_back(std::move(candidate));
        }
      }
    }
    parallel_for(islands.size(), [&](std::size_t i) { islands[i].tell(children[i]); });
    bred += block.size();
    if (islands.size() > 1 && round % options.guidance.migration == 0) migrate(islands);
  }
  return candidates;
}

}  // namespace evonas::search
