#include "search/guided/arch2vec_rl.hpp"

#include <algorithm>
#include <memory>
#include <numeric>
#include <vector>

#include <doctest/doctest.h>

#include "contract/algorithm_contract.hpp"
#include "search/small_space.hpp"

using namespace evonas;
using namespace evonas::search;
using namespace evonas::tests;

namespace {

const Problem kNearest{.objectives = {{"distance", Goal::Minimize}}};

/// The genes are where an architecture lies.
std::vector<double> places_by_genes(std::span<const spaces::Genotype> block) {
  std::vector<double> numbers;
  for (const spaces::Genotype& genotype : block) {
    numbers.insert(numbers.end(), genotype.genes().begin(), genotype.genes().end());
  }
  return numbers;
}

/// Goes anywhere near where it is; notes what it is told.
class Wanderer final : public predictor::LatentPolicy {
 public:
  Wanderer(std::uint64_t seed, std::vector<std::vector<double>>* told)
      : rng_(seed, "wanderer"), told_(told) {}
  std::vector<double> step(std::span<const double> state) override {
    std::vector<double> target(state.begin(), state.end());
    for (double& number : target) number += rng_.normal();
    return target;
  }
  void learn(std::span<const double> advantages) override {
    if (told_ != nullptr) told_->emplace_back(advantages.begin(), advantages.end());
  }

 private:
  Rng rng_;
  std::vector<std::vector<double>>* told_;
};

/// Always goes to the same place.
class Homing final : public predictor::LatentPolicy {
 public:
  explicit Homing(double number) : number_(number) {}
  std::vector<double> step(std::span<const double> state) override {
    return std::vector<double>(state.size(), number_);
  }
  void learn(std::span<const double> /*advantages*/) override {}

 private:
  double number_;
};

Guidance wandering(std::vector<std::vector<double>>* told = nullptr) {
  return {
      .make_predictor = {},
      .known = {},
      .latent = {.embed = places_by_genes, .make_policy = [told](std::size_t, std::uint64_t seed) {
                   return std::make_unique<Wanderer>(seed, told);
                 }}};
}

AlgorithmOptions moving(std::int64_t candidates = 10000) {
  AlgorithmOptions options{.algorithm = "arch2vec_rl", .identity = "genotype", .seed = 3};
  options.guidance.candidates = candidates;
  return options;
}

Individual evaluated_as(const spaces::Genotype& genotype, std::uint64_t index, double value) {
  return {.genotype = genotype, .key = {}, .objectives = {value}, .limited = {}, .index = index};
}

}  // namespace

TEST_CASE("arch2vec_rl keeps the contract") {
  const spaces::AnySpace space{SmallSpace{}};
  const Labels with_failures_and_limit = [](Individual& individual) {
    int sum = 0;
    for (const auto gene : individual.genotype.genes()) sum += gene;
    if (sum % 7 == 3) return;
    individual.objectives = {static_cast<double>(individual.genotype[0] + sum % 5)};
    individual.violation = sum > 10 ? sum - 10.0 : 0.0;
  };
  for (const std::int64_t candidates : {10000, 20}) {  // one pool, and several
    CAPTURE(candidates);
    AlgorithmOptions options = moving(candidates);
    options.identity = "network";
    check_algorithm(options, space, kNearest, with_failures_and_limit, 56, wandering());
  }
}

TEST_CASE("arch2vec_rl asks for what lies nearest to where the policy goes") {
  const spaces::AnySpace space{SmallSpace{.genes = 3, .values = 3}};
  Guidance guidance = wandering();
  guidance.latent.make_policy = [](std::size_t width, std::uint64_t) {
    CHECK(width == 3);
    return std::make_unique<Homing>(1.2);
  };
  const auto algorithm = make_algorithm(moving(), space, kNearest, guidance);
  const std::vector<spaces::Genotype> asked = algorithm->ask(27);
  REQUIRE(asked.size() == 27);
  CHECK(asked.front() == spaces::Genotype({1, 1, 1}));
  std::vector<double> distances;
  for (const spaces::Genotype& genotype : asked) {
    double distance = 0.0;
    for (const auto gene : genotype.genes()) distance += (gene - 1.2) * (gene - 1.2);
    distances.push_back(distance);
  }
  CHECK(std::is_sorted(distances.begin(), distances.end(),
                       [](double a, double b) { return a < b - 1e-9; }));
}

TEST_CASE("the policy of arch2vec_rl learns after each episode what its steps were worth") {
  const spaces::AnySpace space{SmallSpace{}};
  std::vector<std::vector<double>> told;
  const auto algorithm = make_algorithm(moving(), space, kNearest, wandering(&told));
  CHECK(algorithm->batch_size() == 16);
  std::vector<Individual> first;
  for (const spaces::Genotype& genotype : algorithm->ask(4)) {
    first.push_back(evaluated_as(genotype, first.size(), static_cast<double>(first.size())));
  }
  first[1].objectives.clear();  // has failed
  first[1].violation = kInfinity;
  algorithm->tell(first);
  CHECK(told.empty());
  CHECK(algorithm->batch_size() == 12);
  std::vector<Individual> rest;
  for (const spaces::Genotype& genotype : algorithm->ask(12)) {
    const std::uint64_t index = 4 + rest.size();
    rest.push_back(evaluated_as(genotype, index, static_cast<double>(index)));
  }
  rest.back().violation = 1.0;  // worse than all that break no limit
  rest.back().objectives.front() = -5.0;
  algorithm->tell(rest);
  CHECK(algorithm->batch_size() == 16);
  REQUIRE(told.size() == 1);
  const std::vector<double>& worth = told.front();
  REQUIRE(worth.size() == 16);
  CHECK(worth[1] == 0.0);
  CHECK(worth[0] == *std::max_element(worth.begin(), worth.end()));
  CHECK(worth[15] == *std::min_element(worth.begin(), worth.end()));
  CHECK(worth[2] > worth[3]);
  CHECK(std::accumulate(worth.begin(), worth.end(), 0.0) == doctest::Approx(0.0).epsilon(1e-6));
}

TEST_CASE("episodes of arch2vec_rl are as long as its batch") {
  const spaces::AnySpace space{SmallSpace{}};
  std::vector<std::vector<double>> told;
  AlgorithmOptions options = moving();
  options.batch = 5;
  const Labels labels = label_distance;
  run_algorithm(options, space, kNearest, labels, 23, 0, wandering(&told));
  REQUIRE(told.size() == 4);
  for (const std::vector<double>& worth : told) CHECK(worth.size() == 5);
}

TEST_CASE("arch2vec_rl needs one objective and an embedding") {
  const spaces::AnySpace space{SmallSpace{}};
  CHECK_THROWS_WITH_AS(make_algorithm(moving(), space, kNearest),
                       "the algorithm arch2vec_rl was given nothing that embeds architectures",
                       SearchError);
  const Problem two{.objectives = {{"distance", Goal::Minimize}, {"cost", Goal::Minimize}}};
  CHECK_THROWS_AS(make_algorithm(moving(), space, two, wandering()), SearchError);
}
