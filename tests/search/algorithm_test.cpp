#include "search/algorithm.hpp"

#include <limits>
#include <set>

#include <doctest/doctest.h>

#include "contract/algorithm_contract.hpp"
#include "search/session.hpp"
#include "search/small_space.hpp"

using namespace evonas;
using namespace evonas::search;
using namespace evonas::tests;

namespace {

/// Combinations of five out of four with repetition.
constexpr std::size_t kNetworks = 56;
const Problem kOneObjective{.objectives = {{"error", Goal::Minimize}}};
const Problem kTwoObjectives{.objectives = {{"error", Goal::Minimize}, {"cost", Goal::Minimize}}};

int sum_of(const spaces::Genotype& genotype) {
  int sum = 0;
  for (const auto gene : genotype.genes()) sum += gene;
  return sum;
}

/// An error that depends on the position of genes, a limit on some, a failure now and then.
void label_with_failures(Individual& individual) {
  const auto genes = individual.genotype.genes();
  const int sum = sum_of(individual.genotype);
  if (sum % 7 == 3) return;
  individual.objectives = {static_cast<double>((genes[0] - 2) * (genes[0] - 2) + genes[1]),
                           static_cast<double>(sum)};
  individual.violation = sum > 10 ? sum - 10.0 : 0.0;
}

std::string message_of_make(const AlgorithmOptions& options, const spaces::AnySpace& space,
                            const Problem& problem) {
  try {
    make_algorithm(options, space, problem);
  } catch (const SearchError& error) {
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("every algorithm keeps the contract") {
  const spaces::AnySpace space{SmallSpace{}};
  for (const auto& [name, problem] : {std::pair{"random", kTwoObjectives},
                                      {"regularized_evolution", kOneObjective},
                                      {"local_search", kOneObjective},
                                      {"nsga2", kTwoObjectives},
                                      {"ofa_evolution", kOneObjective}}) {
    for (const std::int64_t population : {0, 2, 40}) {
      CAPTURE(name);
      CAPTURE(population);
      const AlgorithmOptions options{.algorithm = name, .population = population, .seed = 3};
      check_algorithm(options, space, problem, label_with_failures, kNetworks);
      check_asynchronous(options, space, problem, label_with_failures, kNetworks);
    }
  }
}

TEST_CASE("evolution in which nobody dies keeps the contract") {
  for (const double share : {0.0, 0.05, 1.0}) {
    CAPTURE(share);
    const AlgorithmOptions options{.algorithm = "regularized_evolution",
                                   .population = 10,
                                   .tournament_share = share,
                                   .deaths = "none"};
    const spaces::AnySpace space{SmallSpace{}};
    check_algorithm(options, space, kOneObjective, label_with_failures, kNetworks);
    check_asynchronous(options, space, kOneObjective, label_with_failures, kNetworks);
  }
}

TEST_CASE("with the identity genotype every genotype is asked for once") {
  const SmallSpace small;
  for (const char* name :
       {"random", "regularized_evolution", "local_search", "nsga2", "ofa_evolution"}) {
    CAPTURE(name);
    const AlgorithmOptions options{.algorithm = name, .identity = "genotype"};
    const Asked asked = run_algorithm(options, spaces::AnySpace{small}, kOneObjective,
                                      label_with_failures, 2 * small.size());
    const std::set<spaces::Genotype> distinct(asked.genotypes.begin(), asked.genotypes.end());
    CHECK(asked.genotypes.size() == small.size());
    CHECK(distinct.size() == small.size());
  }
}

TEST_CASE("a space that cannot be enumerated is given up after bounded attempts") {
  const spaces::AnySpace space{OpaqueSpace{}};
  for (const char* name : {"random", "regularized_evolution", "nsga2", "ofa_evolution"}) {
    CAPTURE(name);
    const Asked asked =
        run_algorithm({.algorithm = name}, space, kOneObjective, label_with_failures, 1000);
    CHECK(asked.genotypes.size() > kNetworks / 2);
    CHECK(asked.genotypes.size() <= kNetworks);
  }
}

TEST_CASE("all algorithms begin with the same random architectures") {
  const spaces::AnySpace space{SmallSpace{}};
  const auto begin = make_algorithm({.algorithm = "random"}, space, kOneObjective)->ask(3);
  for (const char* name : {"regularized_evolution", "local_search", "nsga2", "ofa_evolution"}) {
    CHECK(make_algorithm({.algorithm = name}, space, kOneObjective)->ask(3) == begin);
  }
}

TEST_CASE("batches follow the option") {
  const spaces::AnySpace space{SmallSpace{}};
  for (const char* name :
       {"random", "regularized_evolution", "local_search", "nsga2", "ofa_evolution"}) {
    const AlgorithmOptions options{.algorithm = name, .batch = 4};
    CHECK(make_algorithm(options, space, kOneObjective)->batch_size() == 4);
  }
  CHECK(make_algorithm({.algorithm = "nsga2", .population = 12}, space, kOneObjective)
            ->batch_size() == 12);
  const auto evolution =
      make_algorithm({.algorithm = "regularized_evolution", .population = 5}, space, kOneObjective);
  CHECK(evolution->batch_size() == 5);
  evolution->ask(5);
  CHECK(evolution->batch_size() == 1);
}

TEST_CASE("an algorithm that cannot be made is refused with the reason") {
  const spaces::AnySpace space{SmallSpace{}};
  CHECK(message_of_make({.algorithm = "nsga3"}, space, kOneObjective)
            .find("'nsga3', did you mean nsga2?") != std::string::npos);
  CHECK(message_of_make({.algorithm = "random"}, space, {}).find("no objective") !=
        std::string::npos);
  for (const char* name : {"regularized_evolution", "local_search", "ofa_evolution"}) {
    CHECK(message_of_make({.algorithm = name}, space, kTwoObjectives)
              .find("one objective, but the problem has 2") != std::string::npos);
  }
  CHECK(
      message_of_make({.algorithm = "local_search"}, spaces::AnySpace{OpaqueSpace{}}, kOneObjective)
          .find("the space opaque does not") != std::string::npos);
  CHECK_FALSE(message_of_make({.population = -1}, space, kOneObjective).empty());
  CHECK_FALSE(message_of_make({.tournament = 0}, space, kOneObjective).empty());
  CHECK_FALSE(message_of_make({.tournament_share = 1.5}, space, kOneObjective).empty());
  CHECK(message_of_make({.deaths = "worst"}, space, kOneObjective).find("oldest or none") !=
        std::string::npos);
  CHECK_FALSE(message_of_make({.crossover_probability = 1.5}, space, kOneObjective).empty());
  CHECK_FALSE(message_of_make({.mutation_probability = -0.1}, space, kOneObjective).empty());
  CHECK_FALSE(message_of_make({.batch = -1}, space, kOneObjective).empty());
  CHECK_FALSE(message_of_make({.identity = "name"}, space, kOneObjective).empty());
  CHECK(message_of_make({.driver = "async"}, space, kOneObjective)
            .find("'driver' of the search algorithm is 'async'") != std::string::npos);
  AlgorithmOptions screening{.algorithm = "predictor_guided", .driver = "asynchronous"};
  screening.guidance.screening = {{.metric = "early", .of = "error", .share = 0.1}};
  CHECK(message_of_make(screening, space, kOneObjective).find("leave one of the two out") !=
        std::string::npos);
  CHECK(
      message_of_make({.algorithm = "arch2vec_rl", .driver = "asynchronous"}, space, kOneObjective)
          .find("learns from whole batches: use the synchronous driver") != std::string::npos);
}

TEST_CASE("algorithms with one objective find the optimum sooner than random search") {
  const SmallSpace large{.genes = 8, .values = 6};
  const auto mean_best = [&](const char* name) {
    double total = 0.0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      const AlgorithmOptions options{.algorithm = name, .identity = "genotype", .seed = seed};
      const Asked asked =
          run_algorithm(options, spaces::AnySpace{large}, kOneObjective, label_distance, 300);
      double best = std::numeric_limits<double>::infinity();
      for (const Individual& individual : asked.evaluated) {
        best = std::min(best, individual.objectives.front());
      }
      total += best / 20;
    }
    return total;
  };
  const double random = mean_best("random");
  CHECK(random > 5.0);
  CHECK(mean_best("regularized_evolution") < 0.5 * random);
  CHECK(mean_best("local_search") < 0.5 * random);
}

TEST_CASE("asked for one at a time, with many under way, they still find the optimum sooner") {
  const SmallSpace large{.genes = 8, .values = 6};
  const auto mean_best = [&](const char* name) {
    double total = 0.0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      const AlgorithmOptions options{.algorithm = name, .identity = "genotype", .seed = seed};
      double best = std::numeric_limits<double>::infinity();
      for (const Individual& individual :
           run_asynchronously(options, spaces::AnySpace{large}, kOneObjective, label_distance, 400,
                              8, seed)
               .evaluated) {
        best = std::min(best, individual.objectives.front());
      }
      total += best / 20;
    }
    return total;
  };
  const double random = mean_best("random");
  for (const char* name : {"regularized_evolution", "local_search", "nsga2"}) {
    CAPTURE(name);
    CHECK(mean_best(name) < 0.6 * random);
  }
}

namespace {

/// The parents of what is asked for after 60 random ones, of which the first is the best, and 300
/// of its descendants, each worse than all before.
std::set<std::uint64_t> parents_of_last(AlgorithmOptions options) {
  options.algorithm = "regularized_evolution";
  options.identity = "genotype";
  options.population = 60;
  const auto algorithm =
      make_algorithm(options, spaces::AnySpace{SmallSpace{.genes = 8, .values = 6}}, kOneObjective);
  std::set<std::uint64_t> parents;
  for (std::uint64_t index = 0; index < 360; ++index) {
    Individual asked{.genotype = algorithm->ask(1).at(0), .index = index};
    const Origin origin = algorithm->origins().at(0);
    if (index >= 300) parents.insert(origin.parent.value());
    asked.objectives = {static_cast<double>(index)};
    asked.violation = 0.0;
    algorithm->tell({&asked, 1});
  }
  return parents;
}

}  // namespace

TEST_CASE("where nobody dies, the best stays a parent for good") {
  // With everyone in the tournament (nearly) the best member always wins it.
  CHECK(*parents_of_last({.tournament = 400}).begin() >= 240);
  CHECK(parents_of_last({.tournament = 4000, .deaths = "none"}) == std::set<std::uint64_t>{0});
}

TEST_CASE("how members compete and die is a part of a search where it is not as it comes") {
  SearchSetup setup{.space = spaces::AnySpace{SmallSpace{}}};
  setup.algorithm = {.algorithm = "regularized_evolution"};
  const auto text = [&] { return describe_setup(setup).at("search.algorithm"); };
  CHECK(text().find("deaths") == std::string::npos);
  CHECK(text().find("tournament_share") == std::string::npos);
  setup.algorithm.deaths = "none";
  setup.algorithm.tournament_share = 0.05;
  CHECK(text().find("tournament_share=0.05 deaths=none") != std::string::npos);
}

TEST_CASE("a share of a population that grows competes") {
  // A single member is drawn at random: any may be a parent.
  CHECK(parents_of_last({.tournament_share = 0.001, .deaths = "none"}).size() > 40);
  // A twentieth of 300 and more is 15 and more: the best of them is rarely behind the first tenth.
  const auto parents = parents_of_last({.tournament_share = 0.05, .deaths = "none"});
  CHECK(parents.size() > 3);
  CHECK(parents.size() < 50);
  CHECK(*parents.rbegin() < 180);
  CHECK(parents == parents_of_last({.tournament_share = 0.05, .deaths = "none"}));
}

TEST_CASE("before the population is known, what is asked for is random") {
  const spaces::AnySpace space{SmallSpace{.genes = 8, .values = 6}};
  for (const std::string name : {"regularized_evolution", "nsga2", "ofa_evolution"}) {
    CAPTURE(name);
    const AlgorithmOptions options{.algorithm = name, .population = 8};
    const auto algorithm = make_algorithm(options, space, kOneObjective);
    std::vector<Individual> asked;
    const auto ask = [&] {
      asked.push_back({.genotype = algorithm->ask(1).at(0), .index = asked.size()});
      label_distance(asked.back());
      return algorithm->origins().at(0).how;
    };
    for (int i = 0; i < 12; ++i) CHECK(ask() == Operator::Random);
    for (int i = 0; i < 7; ++i) {
      algorithm->tell(std::span(asked).subspan(i, 1));
      CHECK(ask() == Operator::Random);
    }
    algorithm->tell(std::span(asked).subspan(7, 1));
    CHECK(ask() != Operator::Random);
  }
}

TEST_CASE(
    "a climb waits for its last neighbours with random architectures, and goes on from them") {
  const SmallSpace small{.genes = 4, .values = 4};
  const AlgorithmOptions options{.algorithm = "local_search", .identity = "genotype", .seed = 2};
  const auto algorithm = make_algorithm(options, spaces::AnySpace{small}, kOneObjective);
  std::vector<Individual> asked;
  const auto ask = [&] {
    asked.push_back({.genotype = algorithm->ask(1).at(0), .index = asked.size()});
    return algorithm->origins().at(0);
  };
  const auto tell = [&](std::size_t index, double error) {
    asked[index].objectives = {error};
    asked[index].violation = 0.0;
    algorithm->tell(std::span(asked).subspan(index, 1));
  };
  for (std::size_t i = 0; i < 3; ++i) CHECK(ask().how == Operator::Random);
  for (std::size_t i = 0; i < 3; ++i) tell(i, 10.0 + static_cast<double>(i));
  // The best start is climbed: it has twelve neighbours, of which some may have been starts.
  std::vector<std::size_t> neighbours;
  while (true) {
    const Origin origin = ask();
    if (origin.how != Operator::Neighbour) break;
    CHECK(origin.parent == std::optional<std::uint64_t>(0));
    neighbours.push_back(asked.size() - 1);
  }
  REQUIRE(neighbours.size() >= 10);
  REQUIRE(neighbours.size() <= 12);
  CHECK(ask().how == Operator::Random);
  for (std::size_t i = 0; i + 1 < neighbours.size(); ++i) tell(neighbours[i], 20.0);
  CHECK(ask().how == Operator::Random);
  // The last one is better: it is moved to, and no climb was begun anew.
  tell(neighbours.back(), 5.0);
  const Origin origin = ask();
  CHECK(origin.how == Operator::Neighbour);
  CHECK(origin.parent == std::optional<std::uint64_t>(neighbours.back()));
}

TEST_CASE("no infeasible architecture is preferred to a feasible one") {
  // The lower the error the more the limit is broken; the best feasible sum is 6.
  const Labels against_limit = [](Individual& individual) {
    const int sum = sum_of(individual.genotype);
    individual.objectives = {static_cast<double>(sum)};
    individual.violation = sum < 6 ? 6.0 - sum : 0.0;
  };
  const SmallSpace space{.genes = 6, .values = 5};
  for (const char* name : {"regularized_evolution", "local_search", "nsga2"}) {
    CAPTURE(name);
    int infeasible = 0;
    double best = 100.0;
    const AlgorithmOptions options{.algorithm = name, .identity = "genotype"};
    for (const Individual& individual :
         run_algorithm(options, spaces::AnySpace{space}, kOneObjective, against_limit, 400)
             .evaluated) {
      if (individual.feasible()) best = std::min(best, individual.objectives.front());
      infeasible += individual.feasible() ? 0 : 1;
    }
    CHECK(best == 6.0);
    CHECK(infeasible < 200);
  }
}
