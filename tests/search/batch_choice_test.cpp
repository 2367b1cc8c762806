#include "search/guided/batch_choice.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <doctest/doctest.h>

#include "contract/algorithm_contract.hpp"
#include "search/additive_predictor.hpp"
#include "search/pareto.hpp"
#include "search/small_space.hpp"
#include "spaces/differing_genes.hpp"
// GuidanceOptions::batch_diversity and the choices of batches.
namespace evonas::search {
namespace {

using namespace evonas::tests;
using Positions = std::vector<std::size_t>;

spaces::Genotype with_genes(std::vector<spaces::Genotype::Gene> values) {
  return spaces::Genotype(std::move(values));
}

GuidedCandidate candidate_with(std::vector<spaces::Genotype::Gene> values,
                               std::vector<double> merits) {
  GuidedCandidate made;
  made.individual.genotype = with_genes(std::move(values));
  for (const double merit : merits) made.outlook.push_back({.mean = merit, .deviation = 0.0});
  made.individual.objectives = std::move(merits);
  return made;
}

double merit_of(const GuidedCandidate& of, std::size_t /*pick*/) {
  return of.individual.objectives.front();
}

TEST_CASE("architectures are as far apart as their genes differ, missing ones included") {
  CHECK(spaces::differing_genes(with_genes({1, 2, 3}), with_genes({1, 2, 3})) == 0);
  CHECK(spaces::differing_genes(with_genes({1, 2, 3}), with_genes({3, 2, 1})) == 2);
  CHECK(spaces::differing_genes(with_genes({1, 2, 3}), with_genes({1})) == 2);
  CHECK(spaces::differing_genes(with_genes({}), with_genes({1})) == 1);
}

TEST_CASE("those of a batch are apart, as far as there are such candidates") {
  const std::vector<GuidedCandidate> candidates{
      candidate_with({0, 0, 0}, {1.0}), candidate_with({0, 0, 1}, {2.0}),
      candidate_with({0, 1, 1}, {3.0}), candidate_with({1, 1, 1}, {4.0}),
      candidate_with({2, 2, 2}, {})};
  const auto chosen = [&](std::size_t distance, std::span<const spaces::Genotype> taken) {
    return choose_apart(candidates, 4, merit_of, BatchSpacing(candidates, taken, distance));
  };
  for (const std::size_t near : {0U, 1U}) CHECK((chosen(near, {}) == Positions{0, 1, 2, 3}));
  // Once none is two genes from all, one is enough.
  CHECK((chosen(2, {}) == Positions{0, 2, 1, 3}));
  CHECK((chosen(3, {}) == Positions{0, 3, 1, 2}));
  // What is under way takes room.
  const std::array under_way{with_genes({0, 0, 0})};
  CHECK((chosen(2, under_way) == Positions{2, 1, 3, 0}));
  // The lowest violation comes first.
  std::vector<GuidedCandidate> broken = candidates;
  broken[0].individual.violation = 1.0;
  CHECK((choose_apart(broken, 2, merit_of, BatchSpacing(broken, {}, 2)) == Positions{1, 3}));
}

TEST_CASE("each choice of a batch may see other values") {
  const std::vector<GuidedCandidate> candidates{
      candidate_with({0}, {1.0}), candidate_with({1}, {2.0}), candidate_with({2}, {3.0}),
      candidate_with({3}, {4.0})};
  const auto turning = [](const GuidedCandidate& of, std::size_t pick) {
    return pick % 2 == 0 ? of.individual.objectives.front() : -of.individual.objectives.front();
  };
  CHECK((choose_apart(candidates, 9, turning, BatchSpacing(candidates, {}, 0)) ==
         Positions{0, 3, 1, 2}));
}

TEST_CASE("the choice for a front is greedy") {
  Rng rng(2, "test");
  const std::vector<Individual> evaluated{{.objectives = {1.0, 0.2}}, {.objectives = {0.3, 1.0}}};
  GuidanceOptions options;
  options.acquisition = "mean";
  for (int trial = 0; trial < 20; ++trial) {
    std::vector<GuidedCandidate> candidates;
    for (spaces::Genotype::Gene i = 0; i < 30; ++i) {
      candidates.push_back(candidate_with({i}, {rng.uniform(), rng.uniform()}));
    }
    std::vector<std::vector<double>> grown{{1.0, 0.2}, {0.3, 1.0}};
    const std::vector<double> reference{1.0, 1.0};
    const FrontTerms terms{.gain = gain_beyond(evaluated, {}, options, Rng(1, "test"))};
    for (const std::size_t chosen :
         choose_for_front(candidates, terms, BatchSpacing(candidates, {}, 0), 4)) {
      const double volume = hypervolume(grown, reference);
      double most = 0.0;
      for (const GuidedCandidate& other : candidates) {
        std::vector<std::vector<double>> with = grown;
        with.push_back(other.individual.objectives);
        most = std::max(most, hypervolume(with, reference) - volume);
      }
      grown.push_back(candidates[chosen].individual.objectives);
      CHECK(hypervolume(grown, reference) - volume == doctest::Approx(most));
    }
  }
}

TEST_CASE("what is added to a front counts as likely as it is feasible, and apart if so asked") {
  const std::vector<Individual> evaluated{{.objectives = {10.0, 0.0}}, {.objectives = {0.0, 10.0}}};
  GuidanceOptions options;
  options.acquisition = "mean";
  std::vector<GuidedCandidate> candidates{candidate_with({0, 0}, {4.0, 4.0}),
                                          candidate_with({0, 1}, {5.0, 3.5}),
                                          candidate_with({1, 1}, {9.0, 8.0})};
  const auto chosen = [&](std::size_t distance) {
    const FrontTerms terms{.gain = gain_beyond(evaluated, {}, options, Rng(1, "test"))};
    return choose_for_front(candidates, terms, BatchSpacing(candidates, {}, distance), 2);
  };
  CHECK((chosen(0) == Positions{0, 1}));
  CHECK((chosen(2) == Positions{0, 2}));
  candidates[0].log_feasible = -5.0;
  CHECK((chosen(0) == Positions{1, 0}));
}

double sum_of_genes(const spaces::Genotype& genotype) {
  double sum = 0.0;
  for (const auto gene : genotype.genes()) sum += gene;
  return sum;
}

/// The least distance within the batches that a predictor has chosen, all in all.
std::size_t nearness(const std::string& diversity) {
  const spaces::AnySpace space{SmallSpace{.genes = 8, .values = 4}};
  AlgorithmOptions options{.algorithm = "predictor_guided", .seed = 5};
  options.guidance.initial = 10;
  options.guidance.candidates = 200;
  options.guidance.population = 40;
  options.guidance.batch_diversity = diversity;
  options.guidance.batch_distance = 3;
  const auto label = [](Individual& individual) {
    individual.objectives = {sum_of_genes(individual.genotype)};
    individual.violation = 0.0;
  };
  const Asked asked = run_algorithm(options, space, {.objectives = {{"sum", Goal::Minimize}}},
                                    label, 30, 0, additive_guidance());
  std::size_t least = 8;
  for (std::size_t batch = 10; batch < 30; batch += 5) {
    for (std::size_t i = batch; i < batch + 5; ++i) {
      for (std::size_t j = i + 1; j < batch + 5; ++j) {
        least = std::min(least, spaces::differing_genes(asked.genotypes[i], asked.genotypes[j]));
      }
    }
  }
  return least;
}

TEST_CASE("a search keeps its batches apart, whatever the predictor") {
  CHECK(nearness("distance") >= 3);
  CHECK(nearness("none") < 3);
  CHECK(nearness("imagined") < 3);  // which this predictor cannot
}

TEST_CASE("searches whose batches are apart keep the contract") {
  const spaces::AnySpace space{SmallSpace{}};
  AlgorithmOptions options{.algorithm = "predictor_guided", .seed = 3};
  options.guidance.initial = 10;
  options.guidance.candidates = 60;
  options.guidance.population = 20;
  options.guidance.batch_diversity = "distance";
  const Problem one{.objectives = {{"sum", Goal::Minimize}}};
  const Problem two{.objectives = {{"sum", Goal::Minimize}, {"first", Goal::Minimize}}};
  for (const Problem& problem : {one, two}) {
    const auto label = [&](Individual& individual) {
      individual.objectives = {sum_of_genes(individual.genotype)};
      if (problem.objectives.size() > 1) {
        individual.objectives.push_back(-1.0 * individual.genotype[0]);
      }
      individual.violation = 0.0;
    };
    check_algorithm(options, space, problem, label, 56, additive_guidance());
    check_asynchronous(options, space, problem, label, 56, additive_guidance());
  }
}

}  // namespace
}  // namespace evonas::search
