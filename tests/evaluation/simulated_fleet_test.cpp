#include "evaluation/simulated_fleet.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "contract/evaluator_contract.hpp"
#include "message_of.hpp"
#include "spaces/nasbench201.hpp"

namespace evonas::evaluation {
namespace {

using tests::outcomes_of;
using tests::outcomes_one_by_one;

const spaces::AnySpace& fleet_space() {
  static const spaces::AnySpace space{spaces::NasBench201{}};
  return space;
}

/// The first gene of an architecture.
class FirstGene final : public Evaluator {
 public:
  std::vector<Metric> metrics() const override { return {{"gene", "", CostClass::Simulated}}; }
  bool deterministic() const override { return true; }
  void evaluate(std::span<const Candidate> block, const OutcomeSink& sink,
                std::stop_token /*stop*/) override {
    for (std::size_t i = 0; i < block.size(); ++i) {
      Outcome outcome;
      outcome.metrics["gene"].value = block[i].genotype[0];
      sink(i, std::move(outcome));
    }
  }
};

SimulatedFleet fleet_of(const FleetOptions& options) {
  return {std::make_shared<FirstGene>(), options};
}

TEST_CASE("a simulated fleet passes the contract, and its labels are those it was given") {
  SimulatedFleet fleet = fleet_of({.workers = 3});
  CHECK(fleet.metrics().front().cost == CostClass::Expensive);
  const auto block = tests::sample_candidates(fleet_space(), 60);
  tests::check_evaluator(fleet, block);
  std::size_t labelled = 0;
  const auto outcomes = outcomes_of(fleet, block);
  for (std::size_t i = 0; i < block.size(); ++i) {
    if (!outcomes[i]->ok()) continue;
    ++labelled;
    CHECK(outcomes[i]->metrics.at("gene").value == block[i].genotype[0]);
  }
  CHECK(labelled > 40);
}

TEST_CASE("what a candidate takes, and whether it fails, does not depend on the fleet") {
  const auto block = tests::sample_candidates(fleet_space(), 200);
  SimulatedFleet one = fleet_of({.workers = 1});
  SimulatedFleet many = fleet_of({.workers = 17});
  const auto alone = outcomes_of(one, block);
  const auto together = outcomes_one_by_one(many, block);
  double sum = 0.0;
  for (std::size_t i = 0; i < block.size(); ++i) {
    CHECK(alone[i]->seconds == together[i]->seconds);
    CHECK(alone[i]->failure == together[i]->failure);
    sum += alone[i]->seconds;
  }
  CHECK(one.clock() == doctest::Approx(sum));
  CHECK(many.clock() < sum / 10.0);
}

TEST_CASE("durations, failures and silence are as the options say") {
  const auto block = tests::sample_candidates(fleet_space(), 4000);
  SimulatedFleet fleet = fleet_of({.workers = 50, .seconds = 20.0, .spread = 10.0});
  std::vector<double> seconds;
  std::size_t failed = 0;
  std::size_t silent = 0;
  for (const auto& outcome : outcomes_one_by_one(fleet, block)) {
    if (outcome->ok()) {
      seconds.push_back(outcome->seconds);
    } else if (outcome->failure == "timeout: no result within 600 s") {
      ++silent;
      CHECK(outcome->seconds == 600.0);
    } else {
      ++failed;
      CHECK(outcome->failure == "failed: the worker says no");
    }
  }
  CHECK(failed > 150);
  CHECK(failed < 250);
  CHECK(silent > 20);
  CHECK(silent < 65);
  std::ranges::sort(seconds);
  const auto at = [&](double share) {
    return seconds[static_cast<std::size_t>(share * static_cast<double>(seconds.size()))];
  };
  CHECK(at(0.5) == doctest::Approx(20.0).epsilon(0.1));
  CHECK(at(0.95) / at(0.05) == doctest::Approx(10.0).epsilon(0.15));
}

TEST_CASE("workers wait between blocks, and not where candidates come one by one") {
  const auto all = tests::sample_candidates(fleet_space(), 400);
  const FleetOptions options{.workers = 20};
  SimulatedFleet in_blocks = fleet_of(options);
  for (std::size_t begin = 0; begin < all.size(); begin += 20) {
    const std::vector<Candidate> block(all.begin() + static_cast<std::ptrdiff_t>(begin),
                                       all.begin() + static_cast<std::ptrdiff_t>(begin) + 20);
    outcomes_of(in_blocks, block);
  }
  SimulatedFleet one_by_one = fleet_of(options);
  outcomes_one_by_one(one_by_one, all);
  CHECK(in_blocks.use().busy < 0.6);
  CHECK(one_by_one.use().busy > 0.95);
  CHECK(one_by_one.use().busy <= 1.0);
  CHECK(in_blocks.use().seconds > 1.5 * one_by_one.use().seconds);
  CHECK(in_blocks.use().seconds == in_blocks.clock());
}

TEST_CASE("without a spread the clock can be told by hand") {
  const auto block = tests::sample_candidates(fleet_space(), 7);
  SimulatedFleet fleet =
      fleet_of({.workers = 3, .seconds = 5.0, .spread = 1.0, .failures = 0.0, .silent = 0.0});
  outcomes_one_by_one(fleet, block);
  CHECK(fleet.clock() == doctest::Approx(15.0));
  // Two rounds of three are full; the last candidate is handed out at 10 s.
  CHECK(fleet.use().busy == doctest::Approx(1.0).epsilon(0.01));
  SimulatedFleet silent = fleet_of({.workers = 3, .silent = 1.0, .timeout = 100.0});
  for (const auto& outcome : outcomes_one_by_one(silent, block)) CHECK_FALSE(outcome->ok());
  CHECK(silent.clock() == doctest::Approx(300.0));
}

TEST_CASE("a fleet that cannot be is refused") {
  for (const FleetOptions& options : {FleetOptions{.workers = 0}, FleetOptions{.seconds = 0.0},
                                      FleetOptions{.spread = 0.5}, FleetOptions{.failures = 1.5},
                                      FleetOptions{.silent = -0.1}, FleetOptions{.timeout = 0.0}}) {
    CHECK(tests::message_of<EvaluationError>([&] {
            fleet_of(options);
          }).find("a fleet has at least one worker") == 0);
  }
}

}  // namespace
}  // namespace evonas::evaluation
