#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "evaluation/evaluator.hpp"

namespace evonas::tests {

/// Distinct architectures, ready for an evaluator.
inline std::vector<evaluation::Candidate> sample_candidates(const spaces::AnySpace& space,
                                                            std::size_t count,
                                                            std::uint64_t seed = 1) {
  std::vector<evaluation::Candidate> block;
  std::set<spaces::Genotype> seen;
  Rng rng(seed, "candidates");
  while (block.size() < count) {
    const spaces::Genotype genotype = space.sample(rng);
    if (!seen.insert(genotype).second) continue;
    block.push_back({.genotype = genotype, .key = space.key(genotype), .seed = block.size()});
  }
  return block;
}

/// The outcomes of a block by position; nothing where there was none.
inline std::vector<std::optional<evaluation::Outcome>> outcomes_of(
    evaluation::Evaluator& evaluator, const std::vector<evaluation::Candidate>& block,
    std::stop_token stop = {}) {
  std::vector<std::optional<evaluation::Outcome>> outcomes(block.size());
  evaluator.evaluate(
      block,
      [&](std::size_t index, evaluation::Outcome outcome) {
        REQUIRE(index < block.size());
        REQUIRE_MESSAGE(!outcomes[index].has_value(), "two outcomes for candidate " << index);
        outcomes[index] = std::move(outcome);
      },
      stop);
  return outcomes;
}

/// The same for candidates that come one by one.
inline std::vector<std::optional<evaluation::Outcome>> outcomes_one_by_one(
    evaluation::Evaluator& evaluator, const std::vector<evaluation::Candidate>& block,
    std::stop_token stop = {}) {
  std::vector<std::optional<evaluation::Outcome>> outcomes(block.size());
  std::size_t begun = 0;
  std::atomic<bool> is_called = false;
  evaluator.evaluate_each(
      [&]() -> std::optional<evaluation::Candidate> {
        REQUIRE_MESSAGE(!is_called.exchange(true), "called from two threads at once");
        std::optional<evaluation::Candidate> candidate;
        if (begun < block.size()) candidate = block[begun++];
        is_called = false;
        return candidate;
      },
      [&](std::size_t number, evaluation::Outcome outcome) {
        REQUIRE_MESSAGE(!is_called.exchange(true), "called from two threads at once");
        REQUIRE(number < begun);
        REQUIRE_MESSAGE(!outcomes[number].has_value(), "two outcomes for candidate " << number);
        outcomes[number] = std::move(outcome);
        is_called = false;
      },
      stop);
  return outcomes;
}

/// The suite that every evaluator passes on a block that it can evaluate.
inline void check_evaluator(evaluation::Evaluator& evaluator,
                            const std::vector<evaluation::Candidate>& block) {
  std::set<std::string> names;
  for (const evaluation::Metric& metric : evaluator.metrics()) {
    CHECK_FALSE(metric.name.empty());
    CHECK_MESSAGE(names.insert(metric.name).second, metric.name << " is there twice");
  }
  CHECK_FALSE(names.empty());

  const auto outcomes = outcomes_of(evaluator, block);
  for (const auto& outcome : outcomes) {
    REQUIRE(outcome.has_value());
    if (!outcome->ok()) {
      CHECK(outcome->metrics.empty());
      continue;
    }
    std::set<std::string> found;
    for (const auto& [name, measurement] : outcome->metrics) found.insert(name);
    CHECK(found == names);
  }

  for (const auto& again : {outcomes_of(evaluator, block), outcomes_one_by_one(evaluator, block)}) {
    for (std::size_t i = 0; i < block.size(); ++i) {
      REQUIRE(again[i].has_value());
      if (!evaluator.deterministic()) continue;
      // In brackets: LibTorch makes doctest believe that it can print such a map.
      CHECK((again[i]->metrics == outcomes[i]->metrics));
      CHECK(again[i]->failure == outcomes[i]->failure);
    }
  }

  std::stop_source stopped;
  stopped.request_stop();
  for (const auto& outcome : outcomes_of(evaluator, block, stopped.get_token())) {
    CHECK_FALSE(outcome.has_value());
  }
  for (const auto& outcome : outcomes_one_by_one(evaluator, block, stopped.get_token())) {
    CHECK_FALSE(outcome.has_value());
  }
  CHECK(outcomes_of(evaluator, {}).empty());
  CHECK(outcomes_one_by_one(evaluator, {}).empty());
}

}  // namespace evonas::tests
