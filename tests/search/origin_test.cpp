#include "search/origin.hpp"

#include <algorithm>
#include <map>

#include <doctest/doctest.h>

#include "contract/algorithm_contract.hpp"
#include "predictor/plain_predictors.hpp"
#include "search/guided/descent.hpp"
#include "search/small_space.hpp"

namespace evonas::search {
namespace {

using tests::Asked;
using tests::SmallSpace;

const SmallSpace kWide{.genes = 7, .values = 5};
const Problem kOne{.objectives = {{"distance", Goal::Minimize}}};

Asked run(const AlgorithmOptions& options, std::size_t evaluations, const Guidance& guidance = {}) {
  return tests::run_algorithm(options, spaces::AnySpace{kWide}, kOne, tests::label_distance,
                              evaluations, 0, guidance);
}

std::map<Operator, std::size_t> counts(const Asked& asked) {
  std::map<Operator, std::size_t> result;
  for (const Origin& origin : asked.origins) ++result[origin.how];
  return result;
}

/// Genes in which an architecture differs from the evaluation that it says it is made from.
std::size_t differences(const Asked& asked, std::size_t i) {
  const spaces::Genotype& parent = asked.genotypes[asked.origins[i].parent.value()];
  std::size_t count = 0;
  for (std::size_t g = 0; g < parent.size(); ++g) count += parent[g] != asked.genotypes[i][g];
  return count;
}

TEST_CASE("operators keep their names") {
  for (const Operator how :
       {Operator::Random, Operator::InitialDesign, Operator::Mutation, Operator::Crossover,
        Operator::CrossoverAndMutation, Operator::Neighbour}) {
    CHECK(parse_operator(to_string(how)) == how);
  }
  CHECK(to_string(Operator::CrossoverAndMutation) == "crossover_and_mutation");
  CHECK_THROWS_AS(parse_operator("magic"), SearchError);
}

TEST_CASE("random search and first populations are drawn at random") {
  CHECK(counts(run({.algorithm = "random"}, 30)) ==
        std::map<Operator, std::size_t>{{Operator::Random, 30}});
  const Asked evolution = run({.algorithm = "regularized_evolution", .population = 10}, 40);
  CHECK(counts(evolution) ==
        std::map<Operator, std::size_t>{{Operator::Random, 10}, {Operator::Mutation, 30}});
  for (std::size_t i = 10; i < 40; ++i) CHECK(differences(evolution, i) <= 8);
}

TEST_CASE("mutants and neighbours differ from their parents in one gene") {
  const Asked climb = run({.algorithm = "local_search", .identity = "genotype"}, 60);
  CHECK(counts(climb)[Operator::Neighbour] > 40);
  const Asked evolution =
      run({.algorithm = "regularized_evolution", .population = 10, .identity = "genotype"}, 60);
  for (const Asked* asked : {&climb, &evolution}) {
    for (std::size_t i = 0; i < asked->origins.size(); ++i) {
      if (asked->origins[i].parent) CHECK(differences(*asked, i) == 1);
    }
  }
}

TEST_CASE("children of NSGA-II have the genes of their parents, but for mutations") {
  AlgorithmOptions options{.population = 20,
                           .crossover_probability = 1.0,
                           .mutation_probability = 0.0,
                           .identity = "genotype"};
  const Asked crossed = run(options, 200);
  std::size_t pure = 0;
  for (std::size_t i = 20; i < 200; ++i) {
    const Origin& origin = crossed.origins[i];
    if (origin.how != Operator::Crossover) continue;
    ++pure;
    const auto& first = crossed.genotypes[origin.parent.value()];
    const auto& second = crossed.genotypes[origin.other_parent.value()];
    for (std::size_t g = 0; g < first.size(); ++g) {
      const auto gene = crossed.genotypes[i][g];
      CHECK((gene == first[g] || gene == second[g]));
    }
  }
  CHECK(pure > 50);
  options.crossover_probability = 0.0;
  options.mutation_probability = 1.0;
  const Asked mutated = run(options, 100);
  CHECK(counts(mutated)[Operator::Crossover] == 0);
  CHECK(counts(mutated)[Operator::CrossoverAndMutation] == 0);
  CHECK(counts(mutated)[Operator::Mutation] > 70);
}

TEST_CASE("a guided search follows its networks back through the predictor") {
  const spaces::AnySpace space{kWide};
  const Guidance guidance{.make_predictor = [=](const std::string&, const std::string&) {
    return std::make_unique<predictor::RandomPredictor>(space);
  }};
  AlgorithmOptions options{.algorithm = "predictor_guided", .batch = 10};
  options.guidance.initial = 10;
  options.guidance.candidates = 400;
  options.guidance.population = 20;
  options.guidance.exploration = 0.2;
  const Asked asked = run(options, 110, guidance);
  std::size_t bred = 0;
  std::size_t deep = 0;
  std::size_t explored = 0;
  for (std::size_t i = 10; i < 110; ++i) {
    bred += asked.origins[i].parent.has_value();
    deep += asked.origins[i].generations > 1;
    explored += asked.origins[i].how == Operator::Random;
  }
  CHECK(bred > 25);
  CHECK(deep > 10);
  CHECK(explored > 5);
  CHECK(asked.origins[0].how == Operator::Random);  // no metric is known to spread a design over
}

TEST_CASE("descent follows the first parent that leads to an evaluated architecture") {
  const std::vector<Individual> evaluated{{.index = 7}, {.index = 9}};
  Descent descent(evaluated);
  CHECK(descent.size() == 2);
  // Number 2 is a child of 7 and 9, number 3 random, number 4 a child of these two.
  CHECK(descent.add({.how = Operator::Crossover, .parent = 0, .other_parent = 1}) ==
        Origin{.how = Operator::Crossover, .parent = 7, .other_parent = 9, .generations = 1});
  CHECK(descent.add({}) == Origin{});
  CHECK(descent.add({.how = Operator::Crossover, .parent = 3, .other_parent = 2}) ==
        Origin{.how = Operator::Crossover, .parent = 7, .generations = 2});
  // Both parents descend from the same one.
  CHECK(descent.add({.how = Operator::CrossoverAndMutation, .parent = 4, .other_parent = 0}) ==
        Origin{.how = Operator::CrossoverAndMutation, .parent = 7, .generations = 3});
  CHECK(descent.add({.how = Operator::Mutation, .parent = 3}) ==
        Origin{.how = Operator::Mutation, .generations = 1});
}

}  // namespace
}  // namespace evonas::search
