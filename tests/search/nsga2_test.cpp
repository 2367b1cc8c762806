#include "search/nsga2.hpp"

#include <algorithm>
#include <set>

#include <doctest/doctest.h>
#include <tbb/global_control.h>

#include "contract/algorithm_contract.hpp"
#include "search/pareto.hpp"
#include "search/small_space.hpp"

using namespace evonas;
using namespace evonas::search;
using namespace evonas::tests;

namespace {

/// Seven genes of five values: 78,125 genotypes.
const SmallSpace kWideSpace{.genes = 7, .values = 5};

/// A number of objectives that share the genes: objective k is low where genes near k are low and
/// the others high.
Labels conflicting(std::size_t objectives) {
  return [objectives](Individual& individual) {
    const auto genes = individual.genotype.genes();
    individual.objectives.assign(objectives, 0.0);
    for (std::size_t i = 0; i < genes.size(); ++i) {
      for (std::size_t k = 0; k < objectives; ++k) {
        individual.objectives[k] += i % objectives == k ? genes[i] : 0.5 * (4 - genes[i]);
      }
    }
    individual.violation = 0.0;
  };
}

double volume(const std::vector<Individual>& evaluated, std::size_t objectives) {
  std::vector<std::vector<double>> points;
  for (const std::size_t i : pareto_front(evaluated)) points.push_back(evaluated[i].objectives);
  return hypervolume(points, std::vector<double>(objectives, 28.0));
}

std::vector<Individual> search_with(const AlgorithmOptions& options, const Labels& labels,
                                    std::size_t evaluations) {
  const Problem problem{.objectives = {{"a"}, {"b"}}};
  return run_algorithm(options, spaces::AnySpace{kWideSpace}, problem, labels, evaluations)
      .evaluated;
}

}  // namespace

TEST_CASE("NSGA-II covers more of the front than random search, in two to five objectives") {
  for (std::size_t objectives = 2; objectives <= 5; ++objectives) {
    CAPTURE(objectives);
    double guided = 0.0;
    double random = 0.0;
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      const AlgorithmOptions options{.population = 40, .identity = "genotype", .seed = seed};
      AlgorithmOptions blind = options;
      blind.algorithm = "random";
      const Labels labels = conflicting(objectives);
      guided += volume(search_with(options, labels, 800), objectives);
      random += volume(search_with(blind, labels, 800), objectives);
    }
    CHECK(guided > 1.02 * random);
  }
}

TEST_CASE("NSGA-II finds the whole front of a small problem") {
  // Two objectives that split the genes: the front has one vector for every level.
  const std::vector<Individual> evaluated = search_with(
      {.population = 40, .identity = "genotype"},
      [](Individual& individual) {
        const auto genes = individual.genotype.genes();
        double waste = 0.0;
        for (std::size_t i = 1; i < genes.size(); ++i) waste += genes[i];
        individual.objectives = {genes[0] + waste, 4.0 - genes[0] + waste};
        individual.violation = 0.0;
      },
      2000);
  const std::vector<std::size_t> front = pareto_front(evaluated);
  REQUIRE(front.size() == 5);
  for (std::size_t i = 0; i < front.size(); ++i) {
    CHECK(evaluated[front[i]].objectives == std::vector<double>{double(i), 4.0 - double(i)});
  }
}

TEST_CASE("NSGA-II turns to the feasible region and stays there") {
  const std::vector<Individual> evaluated = search_with(
      {.population = 20, .identity = "genotype"},
      [](Individual& individual) {
        conflicting(2)(individual);
        int low = 0;
        for (const auto gene : individual.genotype.genes()) low += gene < 2 ? 1 : 0;
        individual.violation = low < 6 ? 6.0 - low : 0.0;
      },
      1000);
  // About 2 % of all genotypes are feasible.
  const auto feasible =
      std::count_if(evaluated.begin() + 500, evaluated.end(),
                    [](const Individual& individual) { return individual.feasible(); });
  CHECK(feasible > 100);
}

TEST_CASE("large blocks are bred alike on any number of threads") {
  const tbb::global_control eight(tbb::global_control::max_allowed_parallelism, 8);
  const auto asked_on = [&](int threads) {
    tbb::task_arena arena(threads);
    return arena.execute([] {
      const Problem problem{.objectives = {{"a"}, {"b"}}};
      return run_algorithm({.population = 100, .identity = "genotype"},
                           spaces::AnySpace{kWideSpace}, problem, conflicting(2), 1000, 100)
          .genotypes;
    });
  };
  const auto one = asked_on(1);
  CHECK(one.size() == 1000);
  for (const int threads : {2, 3, 8}) CHECK(asked_on(threads) == one);
}

TEST_CASE("without crossover and mutation children still differ from their parents") {
  const std::vector<Individual> evaluated = search_with({.population = 10,
                                                         .crossover_probability = 0.0,
                                                         .mutation_probability = 0.0,
                                                         .identity = "genotype"},
                                                        conflicting(2), 200);
  std::set<spaces::Genotype> distinct;
  for (const Individual& individual : evaluated) distinct.insert(individual.genotype);
  CHECK(distinct.size() == 200);
}

TEST_CASE("the better of two members is the parent three times in four") {
  const Problem problem{.objectives = {{"a"}, {"b"}}};
  int of_better = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const AlgorithmOptions options{
        .population = 2, .crossover_probability = 0.0, .identity = "genotype", .seed = seed};
    const auto algorithm = make_algorithm(options, spaces::AnySpace{kWideSpace}, problem);
    std::vector<Individual> pair;
    for (const spaces::Genotype& genotype : algorithm->ask(2)) {
      const double value = pair.empty() ? 2.0 : 1.0;
      pair.push_back({.genotype = genotype, .objectives = {value, value}, .index = pair.size()});
    }
    algorithm->tell(pair);
    const spaces::Genotype child = algorithm->ask(1).front();
    const auto neighbours = kWideSpace.neighbours(pair[1].genotype);
    of_better += std::count(neighbours.begin(), neighbours.end(), child) > 0 ? 1 : 0;
  }
  CHECK(of_better > 125);
  CHECK(of_better < 175);
}

TEST_CASE("the end of a long tail of failures is survived") {
  const std::vector<Individual> evaluated = search_with(
      {.population = 10, .identity = "genotype"},
      [](Individual& individual) {
        if (individual.index < 100) return;
        conflicting(2)(individual);
      },
      200);
  CHECK(evaluated.size() == 200);
  CHECK_FALSE(pareto_front(evaluated).empty());
}
