#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "contract/algorithm_contract.hpp"
#include "search/labelled_fixtures.hpp"
#include "search/small_space.hpp"

namespace evonas::search {
namespace {

using tests::Asked;
using tests::formula_source;
using tests::gene_sum;

const tests::SmallSpace kOfaSpace{.genes = 8, .values = 6};
const Problem kLimited{.objectives = {{"error", Goal::Minimize}},
                       .limits = {Limit::parse("sum <= 12")}};

/// The distance from a target whose sum is 16, so the limit binds.
void label_under_limit(Individual& individual) {
  tests::label_distance(individual);
  individual.limited = {gene_sum(individual.genotype)};
  individual.violation = kLimited.limits.front().violation(individual.limited.front());
}

Guidance guidance_with(evaluation::CostClass cost) {
  return {.make_predictor = {}, .known = {formula_source("sum", gene_sum, cost)}};
}

Asked evolve(const Problem& problem, const Guidance& guidance, std::size_t evaluations,
             std::int64_t population = 20, std::uint64_t seed = 1) {
  const AlgorithmOptions options{
      .algorithm = "ofa_evolution", .population = population, .identity = "genotype", .seed = seed};
  const tests::Labels labels = problem.limits.empty() ? tests::label_distance : label_under_limit;
  return tests::run_algorithm(options, spaces::AnySpace{kOfaSpace}, problem, labels, evaluations, 0,
                              guidance);
}

TEST_CASE("Once-for-All's evolution evaluates nothing that is known to break a limit") {
  const Asked asked = evolve(kLimited, guidance_with(evaluation::CostClass::Cheap), 200);
  CHECK(asked.genotypes.size() == 200);
  CHECK(std::ranges::all_of(asked.evaluated, &Individual::feasible));
  // What is not known before is evaluated, and never preferred.
  const Asked unknown = evolve(kLimited, guidance_with(evaluation::CostClass::Expensive), 200);
  CHECK_FALSE(std::ranges::all_of(unknown.evaluated, &Individual::feasible));
  CHECK(std::ranges::count_if(std::span(unknown.evaluated).last(100), &Individual::feasible) > 25);
}

TEST_CASE("a value that is not known keeps no limit") {
  const auto odd = [](const spaces::Genotype& genotype) {
    return genotype[0] % 2 == 0 ? std::nan("") : gene_sum(genotype);
  };
  const Guidance guidance{.make_predictor = {},
                          .known = {formula_source("sum", odd, evaluation::CostClass::Cheap)}};
  for (const spaces::Genotype& genotype : evolve(kLimited, guidance, 100).genotypes) {
    CHECK(genotype[0] % 2 == 1);
  }
}

TEST_CASE("a limit that nothing keeps does not hold the search up") {
  const Problem impossible{.objectives = {{"error", Goal::Minimize}},
                           .limits = {Limit::parse("sum <= -1")}};
  CHECK(evolve(impossible, guidance_with(evaluation::CostClass::Cheap), 30, 8).genotypes.size() ==
        30);
}

TEST_CASE("half of a generation are mutants and half crossovers of the best quarter") {
  const Asked asked = evolve({.objectives = {{"error", Goal::Minimize}}}, {}, 100);
  for (std::size_t i = 0; i < 20; ++i) CHECK(asked.origins[i].how == Operator::Random);
  for (std::size_t begin = 20; begin < 100; begin += 20) {
    std::vector<double> errors;
    for (std::size_t i = 0; i < begin; ++i) {
      errors.push_back(asked.evaluated[i].objectives.front());
    }
    std::ranges::sort(errors);
    for (std::size_t i = begin; i < begin + 20; ++i) {
      const Origin& origin = asked.origins[i];
      CAPTURE(i);
      CHECK(origin.how == (i - begin < 10 ? Operator::Mutation : Operator::Crossover));
      for (const auto& parent : {origin.parent, origin.other_parent}) {
        if (parent) CHECK(asked.evaluated[*parent].objectives.front() <= errors[4]);
      }
    }
  }
}

TEST_CASE("Once-for-All's evolution comes nearer than random search") {
  double evolved = 0.0;
  double drawn = 0.0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const auto best = [](const Asked& asked) {
      return std::ranges::min(
                 asked.evaluated, {},
                 [](const Individual& individual) { return individual.objectives.front(); })
          .objectives.front();
    };
    evolved += best(evolve({.objectives = {{"error", Goal::Minimize}}}, {}, 300, 20, seed));
    drawn += best(tests::run_algorithm(
        {.algorithm = "random", .identity = "genotype", .seed = seed}, spaces::AnySpace{kOfaSpace},
        {.objectives = {{"error", Goal::Minimize}}}, tests::label_distance, 300));
  }
  CHECK(evolved < 0.7 * drawn);
}

}  // namespace
}  // namespace evonas::search
