#include "search/guided/screening.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <set>

#include <doctest/doctest.h>

#include "contract/algorithm_contract.hpp"
#include "message_of.hpp"
#include "search/additive_predictor.hpp"
#include "search/known_metric.hpp"
#include "search/small_space.hpp"

namespace evonas::search {
namespace {

using tests::Asked;
using tests::SmallSpace;

/// 210 networks.
const SmallSpace kScreenedSpace{.genes = 6, .values = 5};
const Problem kLoss{.objectives = {{"loss", Goal::Minimize}}};
const Problem kLossAndPower{.objectives = {{"loss", Goal::Minimize}, {"power", Goal::Minimize}},
                            .limits = {Limit::parse("power <= 20")}};

double loss_of(const spaces::Genotype& genotype) {
  double loss = 0.0;
  for (const auto gene : genotype.genes()) loss += std::abs(gene - 1.3);
  return loss;
}

double power_of(const spaces::Genotype& genotype) {
  double power = 0.0;
  for (const auto gene : genotype.genes()) power += gene * gene;
  return power;
}

/// Loss and power, a limit on power, and a failure now and then.
void label_loss(Individual& individual) {
  const double power = power_of(individual.genotype);
  if (static_cast<int>(power) % 11 == 5) return;
  individual.objectives = {loss_of(individual.genotype), power};
  individual.limited = {power};
  individual.violation = std::max(0.0, power / 20.0 - 1.0);
}

/// Halfway to the loss, the nearer the higher the rung, and never a failure.
void screen_loss(Individual& individual, std::uint32_t rung) {
  const auto hidden = static_cast<double>(individual.key.low % 100) / 100.0;
  individual.screened = 3.0 + 0.5 * loss_of(individual.genotype) + hidden / rung;
}

ScreeningOptions rung_by(const std::string& metric, double share) {
  return {.metric = metric, .of = "loss", .share = share};
}

AlgorithmOptions screened_options(std::vector<ScreeningOptions> screening) {
  AlgorithmOptions options{.algorithm = "predictor_guided", .batch = 4, .seed = 3};
  options.guidance.initial = 4;
  options.guidance.candidates = 100;
  options.guidance.population = 20;
  options.guidance.screening = std::move(screening);
  return options;
}

const std::vector<ScreeningOptions> kTwoRungs{rung_by("loss_1", 0.05), rung_by("loss_4", 0.2)};

Guidance with_known_power() {
  Guidance guidance = tests::additive_guidance();
  guidance.known.push_back(std::make_shared<tests::KnownMetric>("power", power_of));
  return guidance;
}

double mean_loss(std::span<const spaces::Genotype> genotypes) {
  double sum = 0.0;
  for (const spaces::Genotype& genotype : genotypes) sum += loss_of(genotype);
  return sum / static_cast<double>(genotypes.size());
}

/// Tells what was asked for, by its rungs.
void tell_truth(Algorithm& algorithm, std::span<const spaces::Genotype> asked,
                std::uint64_t& index) {
  const std::vector<std::uint32_t> rungs = algorithm.rungs();
  std::vector<Individual> told;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    Individual individual{.genotype = asked[i],
                          .key = kScreenedSpace.key(asked[i]),
                          .violation = kInfinity,
                          .index = index++};
    if (rungs.empty()) {
      individual.objectives = {loss_of(asked[i])};
      individual.violation = 0.0;
    } else {
      screen_loss(individual, rungs[i]);
    }
    told.push_back(std::move(individual));
  }
  algorithm.tell(told);
}

TEST_CASE("a guided search that screens keeps the contract") {
  const spaces::AnySpace space{SmallSpace{}};
  struct Case {
    const char* what;
    Problem problem;
    Guidance guidance;
  };
  for (const auto& [what, problem, guidance] :
       {Case{"one objective", kLoss, tests::additive_guidance()},
        Case{"a known objective and limit", kLossAndPower, with_known_power()},
        Case{"an objective that nothing says early", kLossAndPower, tests::additive_guidance()}}) {
    for (const auto& screening : {std::vector{rung_by("loss_4", 0.2)}, kTwoRungs}) {
      CAPTURE(what);
      CAPTURE(screening.size());
      AlgorithmOptions options = screened_options(screening);
      options.guidance.halving = 2;
      options.guidance.exploration = 0.2;
      options.guidance.acquisition = screening.size() == 1 ? "upper_bound" : "thompson";
      tests::check_algorithm(options, space, problem, label_loss, 56, guidance, screen_loss);
    }
  }
}

TEST_CASE("a batch is asked for on one rung after the other, so many for each of the next") {
  const spaces::AnySpace space{kScreenedSpace};
  const auto algorithm =
      make_algorithm(screened_options(kTwoRungs), space, kLoss, tests::additive_guidance());
  std::uint64_t index = 0;
  std::array<std::set<spaces::Genotype>, 3> before;  // by stage
  std::array<double, 3> gained{};                    // by choice between a stage and the one before
  for (int batch = 0; batch < 4; ++batch) {
    CAPTURE(batch);
    std::vector<spaces::Genotype> below;
    for (const auto& [rung, count] : {std::pair{1U, 36U}, {2U, 12U}, {0U, 4U}}) {
      CAPTURE(rung);
      CHECK(algorithm->batch_size() == 4);
      const std::vector<spaces::Genotype> asked = algorithm->ask(4);
      REQUIRE(asked.size() == count);
      CHECK(algorithm->origins().size() == count);
      if (rung == 0) {
        CHECK(algorithm->rungs().empty());
        // Values of the metric itself are expected once there are some.
        REQUIRE(algorithm->forecasts().size() == 4);
        CHECK(algorithm->forecasts().front().empty() == (batch == 0));
      } else {
        CHECK(algorithm->rungs() == std::vector<std::uint32_t>(count, rung));
        CHECK(algorithm->forecasts().empty());
      }
      // Each has been on the rung before, now or earlier.
      const std::size_t stage = rung == 0 ? 2 : rung - 1;
      if (stage > 0) {
        for (const spaces::Genotype& genotype : asked) CHECK(before[stage - 1].contains(genotype));
        gained[stage] += mean_loss(below) - mean_loss(asked);
      }
      before[stage].insert(asked.begin(), asked.end());
      below = asked;
      tell_truth(*algorithm, asked, index);
    }
  }
  CHECK(before[2].size() == 16);
  CHECK(gained[1] > 0.5);
  CHECK(gained[2] > 0.2);
}

TEST_CASE("what is maximised is screened in its own sense") {
  const spaces::AnySpace space{kScreenedSpace};
  const Problem gain{.objectives = {{"gain", Goal::Maximize}}};
  AlgorithmOptions options = screened_options({{.metric = "gain_1", .of = "gain", .share = 0.05}});
  options.guidance.halving = 9;
  const auto algorithm = make_algorithm(options, space, gain, tests::additive_guidance());
  const std::vector<spaces::Genotype> screened = algorithm->ask(4);
  REQUIRE(screened.size() == 36);
  std::vector<Individual> told;
  for (const spaces::Genotype& genotype : screened) {
    told.push_back({.genotype = genotype,
                    .violation = kInfinity,
                    .index = told.size(),
                    .screened = -loss_of(genotype)});
  }
  algorithm->tell(told);
  const std::vector<spaces::Genotype> chosen = algorithm->ask(4);
  REQUIRE(chosen.size() == 4);
  CHECK(mean_loss(chosen) < 0.85 * mean_loss(screened));
}

TEST_CASE("an architecture that was left behind goes on once more is known") {
  // Nothing is new in a space of 10 networks once all are screened; what waits is evaluated then.
  const SmallSpace tiny{.genes = 2, .values = 4};
  const spaces::AnySpace space{tiny};
  AlgorithmOptions options = screened_options({rung_by("loss_1", 0.1)});
  options.guidance.initial = 2;
  options.batch = 2;
  options.guidance.halving = 5;
  const Asked asked = tests::run_algorithm(options, space, kLoss, label_loss, 100, 0,
                                           tests::additive_guidance(), screen_loss);
  REQUIRE(asked.asks.size() > 2);
  CHECK(asked.asks[0].size() == 10);
  for (std::size_t i = 1; i <= 5; ++i) CHECK(asked.asks[i].size() == 2);
  CHECK(asked.genotypes.size() == 10);
}

TEST_CASE("screenings that fail are never evaluated, and a search whose screenings all fail ends") {
  const spaces::AnySpace space{SmallSpace{}};
  const AlgorithmOptions options = screened_options(kTwoRungs);
  const auto run = [&](const tests::Screens& screens) {
    return tests::run_algorithm(options, space, kLoss, label_loss, 1000, 0,
                                tests::additive_guidance(), screens);
  };
  const Asked none = run([](Individual&, std::uint32_t) {});
  CHECK(none.genotypes.empty());
  CHECK(none.told.size() == 56);
  std::set<Key> failed;
  const Asked some = run([&](Individual& individual, std::uint32_t rung) {
    if (individual.key.low % 6 == rung) {
      failed.insert(individual.key);
    } else {
      screen_loss(individual, rung);
    }
  });
  CHECK(failed.size() > 5);
  CHECK(some.genotypes.size() == 56 - failed.size());
  for (const Individual& individual : some.evaluated) CHECK_FALSE(failed.contains(individual.key));
}

TEST_CASE("known limits are kept by what is screened") {
  const Problem problem{.objectives = {{"loss", Goal::Minimize}},
                        .limits = {Limit::parse("power <= 30")}};
  const spaces::AnySpace space{kScreenedSpace};
  AlgorithmOptions options = screened_options(kTwoRungs);
  options.identity = "genotype";
  options.guidance.candidates = 1000;
  const Asked asked = tests::run_algorithm(
      options, space, problem,
      [](Individual& individual) {
        individual.objectives = {loss_of(individual.genotype)};
        individual.limited = {power_of(individual.genotype)};
        individual.violation = std::max(0.0, power_of(individual.genotype) / 30.0 - 1.0);
      },
      16, 0, with_known_power(), screen_loss);
  CHECK(asked.evaluated.size() == 16);
  for (const Individual& individual : asked.told) CHECK(power_of(individual.genotype) <= 30.0);
}

TEST_CASE("without screening nothing asks for a rung, and halving changes nothing") {
  const spaces::AnySpace space{kScreenedSpace};
  AlgorithmOptions options = screened_options({});
  const Asked expected =
      tests::run_algorithm(options, space, kLoss, label_loss, 40, 0, tests::additive_guidance());
  CHECK(expected.told.size() == 40);
  CHECK(expected.asks.size() == 10);
  options.guidance.halving = 7;
  const Asked asked =
      tests::run_algorithm(options, space, kLoss, label_loss, 40, 0, tests::additive_guidance());
  CHECK(asked.genotypes == expected.genotypes);
  CHECK(asked.origins == expected.origins);
}

TEST_CASE("screenings that cannot work are refused with the reason") {
  const spaces::AnySpace space{kScreenedSpace};
  const auto refusal = [&](std::vector<ScreeningOptions> screening, const Problem& problem,
                           const Guidance& guidance) {
    return tests::message_of<SearchError>(
        [&] { make_algorithm(screened_options(std::move(screening)), space, problem, guidance); });
  };
  const Guidance additive = tests::additive_guidance();
  const auto has = [](const std::string& message, const char* part) {
    CAPTURE(message);
    CHECK(message.find(part) != std::string::npos);
  };
  has(refusal({rung_by("loss", 0.1)}, kLoss, additive), "'guidance.screening[0].metric'");
  has(refusal({rung_by("power", 0.1)}, kLossAndPower, additive), "has a limit");
  has(refusal({{"early", "gain", 0.1}}, kLoss, additive),
      "\"gain\" is no objective (there are: loss)");
  has(refusal({rung_by("a", 0.0)}, kLoss, additive), "above 0 and below 1, not 0");
  has(refusal({rung_by("a", 1.0)}, kLoss, additive), "above 0 and below 1, not 1");
  has(refusal({rung_by("a", 0.2), rung_by("b", 0.2)}, kLoss, additive),
      "0.2 does not cost more than 0.2");
  has(refusal({rung_by("a", 0.2), rung_by("a", 0.3)}, kLoss, additive), "screens twice");
  has(refusal({{"early", "power", 0.1}}, kLossAndPower, with_known_power()),
      "costs nothing; leave the screening out");
  std::vector<ScreeningOptions> many;
  for (int i = 0; i < 9; ++i) many.push_back(rung_by("m" + std::to_string(i), 0.1 * (i + 1)));
  has(refusal(many, kLoss, additive), "more than 10000 architectures");
  AlgorithmOptions other = screened_options({rung_by("a", 0.1)});
  other.algorithm = "nsga2";
  has(tests::message_of<SearchError>([&] { make_algorithm(other, space, kLoss); }),
      "nsga2 does not read `guidance.screening`");
  other.algorithm = "predictor_guided";
  other.guidance.halving = 1;
  has(tests::message_of<SearchError>([&] { make_algorithm(other, space, kLoss, additive); }),
      "must be at least 2, not 1");
}

}  // namespace
}  // namespace evonas::search
