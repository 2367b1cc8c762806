#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <functional>
#include <limits>
#include <set>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <tbb/global_control.h>
#include <tbb/task_arena.h>

#include "search/algorithm.hpp"

namespace evonas::tests {

/// Labels an architecture; leaves `objectives` empty and `violation` infinite for a failure.
using Labels = std::function<void(search::Individual&)>;

/// Screens an architecture on a rung; leaves `screened` empty for a failure.
using Screens = std::function<void(search::Individual&, std::uint32_t rung)>;

/// One objective: how far the genes are from 0, 1, 2, 3, 4, 5, 0, 1 and so on.
inline void label_distance(search::Individual& individual) {
  double error = 0.0;
  for (std::size_t i = 0; i < individual.genotype.size(); ++i) {
    error += std::abs(individual.genotype[i] - static_cast<int>(i) % 6);
  }
  individual.objectives = {error};
  individual.violation = 0.0;
}

/// What an algorithm asked, in order, over a search of `evaluations`.
struct Asked {
  std::vector<spaces::Genotype> genotypes;
  std::vector<search::Individual> evaluated;
  std::vector<search::Origin> origins;              ///< of screenings too
  std::vector<search::Individual> told;             ///< screenings too
  std::vector<std::vector<spaces::Genotype>> asks;  ///< one after the other, screenings too
};

/// Parents are evaluations of before that have not failed.
inline void check_origin(const search::Origin& origin,
                         std::span<const search::Individual> evaluated) {
  for (const auto& parent : {origin.parent, origin.other_parent}) {
    if (!parent) continue;
    REQUIRE(*parent < evaluated.size());
    CHECK_FALSE(evaluated[*parent].failed());
  }
  CHECK((origin.parent || !origin.other_parent));
  CHECK((!origin.other_parent || *origin.other_parent != *origin.parent));
  using search::Operator;
  if (origin.how == Operator::Random || origin.how == Operator::InitialDesign) {
    CHECK_FALSE(origin.parent);
    CHECK(origin.generations == 0);
  } else {
    CHECK(origin.generations > 0);
  }
}

/// Runs a search; `batch` 0 lets the algorithm choose its own. Checks every ask on the way.
inline Asked run_algorithm(const search::AlgorithmOptions& options, const spaces::AnySpace& space,
                           const search::Problem& problem, const Labels& labels,
                           std::size_t evaluations, std::size_t batch = 0,
                           const search::Guidance& guidance = {}, const Screens& screens = {}) {
  const auto algorithm = search::make_algorithm(options, space, problem, guidance);
  Asked asked;
  std::set<std::pair<std::uint32_t, spaces::Genotype>> known;  // by rung
  while (asked.genotypes.size() < evaluations) {
    REQUIRE(algorithm->batch_size() > 0);
    const std::size_t wanted =
        std::min(batch > 0 ? batch : algorithm->batch_size(), evaluations - asked.genotypes.size());
    const std::vector<spaces::Genotype> proposed = algorithm->ask(wanted);
    std::vector<std::uint32_t> rungs = algorithm->rungs();
    REQUIRE((rungs.empty() || rungs.size() == proposed.size()));
    rungs.resize(proposed.size(), 0);
    REQUIRE(static_cast<std::size_t>(std::count(rungs.begin(), rungs.end(), 0U)) <= wanted);
    const std::vector<search::Origin> origins = algorithm->origins();
    REQUIRE(origins.size() == proposed.size());
    for (const search::Origin& origin : origins) check_origin(origin, asked.told);
    asked.origins.insert(asked.origins.end(), origins.begin(), origins.end());
    asked.asks.push_back(proposed);
    if (proposed.empty()) break;
    std::vector<search::Individual> told;
    for (std::size_t i = 0; i < proposed.size(); ++i) {
      const spaces::Genotype& genotype = proposed[i];
      space.validate(genotype);
      REQUIRE(known.emplace(rungs[i], genotype).second);
      search::Individual individual{.genotype = genotype,
                                    .key = space.key(genotype),
                                    .violation = std::numeric_limits<double>::infinity(),
                                    .index = asked.told.size() + i};
      if (rungs[i] == 0) {
        labels(individual);
        asked.genotypes.push_back(genotype);
        asked.evaluated.push_back(individual);
      } else {
        screens(individual, rungs[i]);
        CHECK(individual.failed());
      }
      told.push_back(individual);
    }
    asked.told.insert(asked.told.end(), told.begin(), told.end());
    algorithm->tell(told);
  }
  return asked;
}

/// Runs a search with so many `workers`: one architecture is asked for whenever one is free, and
/// the next to be told is any of those under way, as `order` says. Checks every ask on the way.
inline Asked run_asynchronously(const search::AlgorithmOptions& options,
                                const spaces::AnySpace& space, const search::Problem& problem,
                                const Labels& labels, std::size_t evaluations, std::size_t workers,
                                std::uint64_t order, const search::Guidance& guidance = {}) {
  const auto algorithm = search::make_algorithm(options, space, problem, guidance);
  Asked asked;
  const auto identity = [&](const spaces::Genotype& genotype) {
    return options.identity == "network" ? space.key(genotype) : key_of_genes(genotype);
  };
  std::set<Key> known;
  std::vector<search::Individual> under_way;
  Rng rng(order, "order of completion");
  bool more = true;
  while (more || !under_way.empty()) {
    if (more && under_way.size() < workers) {
      REQUIRE(algorithm->batch_size() > 0);
      const std::vector<spaces::Genotype> one = algorithm->ask(1);
      REQUIRE(one.size() <= 1);
      if (one.empty()) {
        more = false;
        continue;
      }
      space.validate(one.front());
      REQUIRE(known.insert(identity(one.front())).second);
      REQUIRE(algorithm->origins().size() == 1);
      // Parents have been told: until then an evaluation looks as if it had failed.
      check_origin(algorithm->origins().front(), asked.evaluated);
      asked.origins.push_back(algorithm->origins().front());
      asked.genotypes.push_back(one.front());
      under_way.push_back({.genotype = one.front(),
                           .key = space.key(one.front()),
                           .violation = std::numeric_limits<double>::infinity(),
                           .index = asked.evaluated.size()});
      asked.evaluated.push_back(under_way.back());
      more = asked.genotypes.size() < evaluations;
      continue;
    }
    const auto next = under_way.begin() + static_cast<std::ptrdiff_t>(rng.below(under_way.size()));
    labels(*next);
    asked.evaluated[next->index] = *next;
    algorithm->tell({&*next, 1});
    asked.told.push_back(*next);
    under_way.erase(next);
  }
  return asked;
}

/// The suite that every search algorithm passes where architectures are asked for one at a time
/// while others are under way, on a space as for check_algorithm().
inline void check_asynchronous(const search::AlgorithmOptions& options,
                               const spaces::AnySpace& space, const search::Problem& problem,
                               const Labels& labels, std::size_t networks,
                               const search::Guidance& guidance = {}) {
  const auto run = [&](const Labels& by, std::size_t evaluations, std::size_t workers,
                       std::uint64_t order) {
    return run_asynchronously(options, space, problem, by, evaluations, workers, order, guidance);
  };

  // Finds every network, whatever is under way, then none; also where everything fails.
  for (const std::size_t workers : {1, 2, 7, 40}) {
    CAPTURE(workers);
    CHECK(run(labels, networks + 100, workers, workers).genotypes.size() == networks);
  }
  CHECK(run([](search::Individual&) {}, networks + 100, 5, 1).genotypes.size() == networks);

  // Follows from the order of completion, on any number of threads.
  const Asked once = run(labels, networks, 6, 3);
  const tbb::global_control eight(tbb::global_control::max_allowed_parallelism, 8);
  for (const int threads : {1, 2, 8}) {
    tbb::task_arena arena(threads);
    const Asked again = arena.execute([&] { return run(labels, networks, 6, 3); });
    CHECK(again.genotypes == once.genotypes);
    CHECK(again.origins == once.origins);
  }
}

/// The suite that every search algorithm passes, on any enumerable space with `networks` (at least
/// 50) of them and for any labels, failures among them; with `screens` where the options screen.
inline void check_algorithm(const search::AlgorithmOptions& options, const spaces::AnySpace& space,
                            const search::Problem& problem, const Labels& labels,
                            std::size_t networks, const search::Guidance& guidance = {},
                            const Screens& screens = {}) {
  const auto run = [&](std::size_t evaluations, std::size_t batch) {
    return run_algorithm(options, space, problem, labels, evaluations, batch, guidance, screens);
  };

  // Asks nothing for nothing, and nothing twice.
  CHECK(search::make_algorithm(options, space, problem, guidance)->ask(0).empty());
  const Asked half = run(networks / 2, 0);
  CHECK(half.genotypes.size() == networks / 2);
  std::set<Key> keys;
  for (const spaces::Genotype& genotype : half.genotypes) keys.insert(space.key(genotype));
  CHECK(keys.size() == half.genotypes.size());

  // Finds every network of an enumerable space, then none.
  for (const std::size_t batch : {0, 1, 7, 1000}) {
    CHECK(run(networks + 100, batch).genotypes.size() == networks);
  }

  // Is the same for the same seed, another for another, and on any number of threads.
  CHECK(run(networks / 2, 0).genotypes == half.genotypes);
  const Asked in_blocks = run(networks, 40);
  const tbb::global_control eight(tbb::global_control::max_allowed_parallelism, 8);
  for (const int threads : {1, 2, 3, 8}) {
    tbb::task_arena arena(threads);
    const Asked again = arena.execute([&] { return run(networks, 40); });
    CHECK(again.genotypes == in_blocks.genotypes);
    CHECK(again.origins == in_blocks.origins);
  }
  search::AlgorithmOptions other = options;
  other.seed = options.seed + 1;
  CHECK(
      run_algorithm(other, space, problem, labels, networks / 2, 0, guidance, screens).genotypes !=
      half.genotypes);

  // Begins a longer ask like a shorter one: the first that are not the same.
  const std::vector<std::vector<spaces::Genotype>> longer = run(50, 30).asks;
  const std::vector<std::vector<spaces::Genotype>> shorter = run(40, 30).asks;
  const auto [whole, part] =
      std::mismatch(longer.begin(), longer.end(), shorter.begin(), shorter.end());
  if (part != shorter.end()) {
    REQUIRE(whole != longer.end());
    REQUIRE(part->size() < whole->size());
    CHECK(std::equal(part->begin(), part->end(), whole->begin()));
  }

  // Goes on where everything fails.
  const Labels failures = [](search::Individual&) {};
  const Asked failed =
      run_algorithm(options, space, problem, failures, networks + 100, 0, guidance, screens);
  CHECK(failed.genotypes.size() == networks);
}

}  // namespace evonas::tests
