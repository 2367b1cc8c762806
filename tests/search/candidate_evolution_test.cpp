#include "search/guided/candidate_evolution.hpp"

#include <algorithm>
#include <set>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/parallel.hpp"
#include "search/small_space.hpp"

using namespace evonas;
using namespace evonas::search;
using namespace evonas::tests;

namespace {

/// 2 million genotypes.
const SmallSpace kBredSpace{.genes = 7, .values = 8};

double distance(const spaces::Genotype& genotype) {
  double result = 0.0;
  for (const auto gene : genotype.genes()) result += std::abs(gene - 3);
  return result;
}

AlgorithmOptions on_islands(std::int64_t islands, std::int64_t migration) {
  AlgorithmOptions options{.algorithm = "predictor_guided", .identity = "genotype", .seed = 5};
  options.guidance.candidates = 600;
  options.guidance.population = 10;
  options.guidance.islands = islands;
  options.guidance.migration = migration;
  return options;
}

std::vector<Individual> parents(std::size_t count) {
  std::vector<Individual> result;
  Rng rng(1, "parents");
  for (std::size_t i = 0; i < count; ++i) {
    const spaces::Genotype genotype = kBredSpace.sample(rng);
    result.push_back({.genotype = genotype,
                      .key = key_of_genes(genotype),
                      .objectives = {distance(genotype)},
                      .violation = 0.0,
                      .index = 100 + i});
  }
  return result;
}

std::vector<GuidedCandidate> assess_distance(std::span<const spaces::Genotype> block) {
  std::vector<GuidedCandidate> candidates;
  for (const spaces::Genotype& genotype : block) {
    GuidedCandidate candidate;
    candidate.individual = {.genotype = genotype,
                            .key = key_of_genes(genotype),
                            .objectives = {distance(genotype)},
                            .violation = 0.0};
    candidates.push_back(std::move(candidate));
  }
  return candidates;
}

std::vector<GuidedCandidate> breed(const AlgorithmOptions& options,
                                   std::span<const Individual> evaluated,
                                   const Assess& assess = assess_distance) {
  Novelty novelty(options, spaces::AnySpace(kBredSpace));
  for (const Individual& individual : evaluated) novelty.claim(individual.key);
  return breed_candidates(options, novelty, evaluated, 3, assess);
}

/// Everything about candidates, as text.
std::string text_of(std::span<const GuidedCandidate> candidates) {
  const auto number = [](const std::optional<std::uint64_t>& parent) {
    return parent ? fmt::format("{}", *parent) : std::string("-");
  };
  std::string text;
  for (const GuidedCandidate& candidate : candidates) {
    const Origin& origin = candidate.origin;
    text += fmt::format("{} {:a} {} {} {} {}\n", candidate.individual.genotype.to_string(),
                        candidate.individual.objectives.front(), to_string(origin.how),
                        number(origin.parent), number(origin.other_parent), origin.generations);
  }
  return text;
}

double best_of(std::span<const GuidedCandidate> candidates) {
  double best = kInfinity;
  for (const GuidedCandidate& candidate : candidates) {
    best = std::min(best, candidate.individual.objectives.front());
  }
  return best;
}

}  // namespace

TEST_CASE("candidates are new, distinct and descend from the evaluated, on any islands") {
  const std::vector<Individual> evaluated = parents(9);
  for (const std::int64_t islands : {1, 3, 20}) {
    CAPTURE(islands);
    const auto candidates = breed(on_islands(islands, 2), evaluated);
    CHECK(candidates.size() > 400);
    CHECK(candidates.size() <= 600);
    std::set<std::string> seen;
    for (const Individual& individual : evaluated) seen.insert(individual.genotype.to_string());
    for (const GuidedCandidate& candidate : candidates) {
      CHECK(seen.insert(candidate.individual.genotype.to_string()).second);
      if (!candidate.origin.parent) continue;
      CHECK(*candidate.origin.parent >= 100);
      CHECK(*candidate.origin.parent < 109);
    }
  }
}

TEST_CASE("the same seed breeds the same candidates on islands") {
  const std::vector<Individual> evaluated = parents(9);
  const auto first = breed(on_islands(4, 3), evaluated);
  const auto second = breed(on_islands(4, 3), evaluated);
  REQUIRE(first.size() == second.size());
  for (std::size_t i = 0; i < first.size(); ++i) {
    CHECK(first[i].individual.genotype == second[i].individual.genotype);
  }
}

TEST_CASE("islands breed the same candidates on 1, 2, 3 and 8 threads") {
  const std::vector<Individual> evaluated = parents(9);
  AlgorithmOptions options = on_islands(4, 2);
  options.guidance.candidates = 3000;
  options.guidance.population = 50;
  std::string expected;
  for (const std::size_t threads : {1, 2, 3, 8}) {
    CAPTURE(threads);
    ThreadArena arena(threads);
    const std::string text = arena.execute([&] { return text_of(breed(options, evaluated)); });
    if (expected.empty()) expected = text;
    CHECK(text == expected);
  }
  CHECK(std::ranges::count(expected, '\n') > 2000);
}

TEST_CASE("what a generation has bred on all islands is assessed at once") {
  const std::vector<Individual> evaluated = parents(9);
  std::vector<std::size_t> blocks;
  const Assess assess = [&](std::span<const spaces::Genotype> block) {
    blocks.push_back(block.size());
    return assess_distance(block);
  };
  AlgorithmOptions options = on_islands(4, 3);
  options.guidance.candidates = 95;
  breed(options, evaluated, assess);
  CHECK(blocks == std::vector<std::size_t>{9, 40, 40, 15});
}

TEST_CASE("what one island finds reaches the others by migration only") {
  // One parent is far better than what a few generations make of the others.
  std::vector<Individual> evaluated = parents(4);
  const spaces::Genotype good({3, 3, 3, 3, 3, 3, 2});
  evaluated[0].genotype = good;
  evaluated[0].key = key_of_genes(good);
  const auto descendants = [&](std::int64_t migration) {
    const auto candidates = breed(on_islands(4, migration), evaluated);
    return std::ranges::count_if(candidates, [](const GuidedCandidate& candidate) {
      return candidate.origin.parent == 100U || candidate.origin.other_parent == 100U;
    });
  };
  CHECK(descendants(1) > 3 * descendants(1000) / 2);
  CHECK(best_of(breed(on_islands(4, 1), evaluated)) == 0.0);
}
