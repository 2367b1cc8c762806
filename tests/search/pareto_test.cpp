#include "search/pareto.hpp"

#include <algorithm>
#include <limits>

#include <doctest/doctest.h>
#include <rapidcheck.h>

using namespace evonas;
using namespace evonas::search;

namespace {

/// Small integers, so that ties are frequent; some infeasible, some failed.
std::vector<Individual> some_individuals(std::size_t dimensions) {
  const auto count = *rc::gen::inRange<std::size_t>(0, 40);
  std::vector<Individual> individuals(count);
  for (std::size_t i = 0; i < count; ++i) {
    individuals[i].index = i;
    const int kind = *rc::gen::inRange(0, 8);
    if (kind == 0) {
      individuals[i].violation = kInfinity;
      continue;
    }
    for (std::size_t k = 0; k < dimensions; ++k) {
      individuals[i].objectives.push_back(*rc::gen::inRange(0, 7));
    }
    if (kind < 3) individuals[i].violation = *rc::gen::inRange(1, 4);
  }
  return individuals;
}

/// Peels off what nothing left dominates.
std::vector<std::uint32_t> peeled_ranks(const std::vector<Individual>& individuals) {
  std::vector<std::uint32_t> ranks(individuals.size(), 0);
  std::vector<std::size_t> left;
  for (std::size_t i = 0; i < individuals.size(); ++i) left.push_back(i);
  for (std::uint32_t rank = 0; !left.empty(); ++rank) {
    std::vector<std::size_t> rest;
    for (const std::size_t i : left) {
      const bool dominated = std::any_of(left.begin(), left.end(), [&](std::size_t j) {
        return dominates(individuals[j], individuals[i]);
      });
      if (dominated) {
        rest.push_back(i);
      } else {
        ranks[i] = rank;
      }
    }
    left = rest;
  }
  return ranks;
}

std::vector<Individual> feasible(const std::vector<std::vector<double>>& points) {
  std::vector<Individual> individuals;
  for (const auto& point : points) {
    individuals.push_back({.objectives = point, .index = individuals.size()});
  }
  return individuals;
}

}  // namespace

TEST_CASE("ranks are those of peeling off front after front") {
  for (std::size_t dimensions = 1; dimensions <= 4; ++dimensions) {
    CHECK(rc::check([&] {
      const auto individuals = some_individuals(dimensions);
      RC_ASSERT(non_dominated_ranks(individuals) == peeled_ranks(individuals));
    }));
  }
}

TEST_CASE("the front holds the first of every feasible vector that nothing dominates") {
  for (std::size_t dimensions = 1; dimensions <= 4; ++dimensions) {
    CHECK(rc::check([&] {
      const auto individuals = some_individuals(dimensions);
      std::vector<std::size_t> expected;
      for (std::size_t i = 0; i < individuals.size(); ++i) {
        if (!individuals[i].feasible()) continue;
        bool stays = true;
        for (std::size_t j = 0; j < individuals.size(); ++j) {
          stays = stays && !dominates(individuals[j], individuals[i]);
          stays = stays && !(j < i && individuals[j].feasible() &&
                             individuals[j].objectives == individuals[i].objectives);
        }
        if (stays) expected.push_back(i);
      }
      std::sort(expected.begin(), expected.end(), [&](std::size_t a, std::size_t b) {
        return individuals[a].objectives < individuals[b].objectives;
      });
      RC_ASSERT(pareto_front(individuals) == expected);
    }));
  }
}

TEST_CASE("of equal vectors the earliest evaluation stays, whatever its position") {
  auto individuals = feasible({{1, 1}, {1, 1}, {1, 1}});
  individuals[0].index = 7;
  individuals[1].index = 2;
  individuals[2].index = 5;
  CHECK(pareto_front(individuals) == std::vector<std::size_t>{1});
}

TEST_CASE("crowding is the perimeter to the neighbours on the front") {
  const auto individuals = feasible({{0, 10}, {1, 6}, {4, 4}, {10, 0}, {5, 11}});
  const auto ranks = non_dominated_ranks(individuals);
  CHECK(ranks == std::vector<std::uint32_t>{0, 0, 0, 0, 1});
  const auto crowding = crowding_distances(individuals, ranks);
  CHECK(crowding[0] == kInfinity);
  CHECK(crowding[1] == doctest::Approx(0.4 + 0.6));
  CHECK(crowding[2] == doctest::Approx(0.9 + 0.6));
  CHECK(crowding[3] == kInfinity);
  CHECK(crowding[4] == kInfinity);
  CHECK(crowding_distances(individuals, ranks, 0)[1] == crowding[1]);
  CHECK(crowding_distances(individuals, ranks, 0)[4] == 0.0);
}

TEST_CASE("crowding bears fronts without extent and failures") {
  auto individuals = feasible({{1, 1}, {1, 1}, {1, 1}});
  individuals.push_back({.violation = kInfinity});
  const auto crowding = crowding_distances(individuals, non_dominated_ranks(individuals));
  CHECK(crowding == std::vector<double>{kInfinity, 0.0, kInfinity, 0.0});
  CHECK(crowding_distances({}, {}).empty());
  CHECK(non_dominated_ranks({}).empty());
  CHECK(pareto_front({}).empty());
}
