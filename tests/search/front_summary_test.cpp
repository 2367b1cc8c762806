#include "search/front_summary.hpp"

#include <doctest/doctest.h>

#include "search/small_space.hpp"

namespace evonas::search {
namespace {

/// A search that ends after 10 evaluations, each of which takes 2 s.
VolumeTrace ten_evaluations(std::vector<VolumeStep> steps) {
  return {.steps = std::move(steps), .end = {.evaluations = 10, .seconds = 20.0}};
}

FrontBenchmarkSetup summary_setup() {
  return {.space = spaces::AnySpace{tests::SmallSpace{}},
          .problem = {.objectives = {{"a", Goal::Maximize}, {"b", Goal::Minimize}}},
          .evaluations = 10,
          .seeds = 3};
}

NamedVolumes rising() {
  return {.algorithm = "rising",
          .traces = {ten_evaluations({{1, 2.0, 0.1}, {4, 8.0, 0.5}}),
                     ten_evaluations({{2, 4.0, 0.2}, {4, 8.0, 0.6}}),
                     ten_evaluations({{1, 2.0, 0.3}, {9, 18.0, 0.7}})},
          .evaluations = 10};
}

TEST_CASE("hypervolumes of seeds are summarised at budgets and as a curve where they change") {
  FrontBenchmarkSetup setup = summary_setup();
  setup.budgets = {4};
  const std::vector<NamedVolumes> algorithms{rising()};
  const FrontAlgorithmResult result = summarised(algorithms, setup).front();
  REQUIRE(result.budgets.size() == 2);
  CHECK(result.budgets[0].evaluations == 4);
  CHECK(result.budgets[0].lowest == 0.3);
  CHECK(result.budgets[0].median == 0.5);
  CHECK(result.budgets[0].mean == doctest::Approx(1.4 / 3));
  CHECK(result.budgets[0].lower_quartile == doctest::Approx(0.4));
  CHECK(result.budgets[0].upper_quartile == doctest::Approx(0.55));
  CHECK(result.end().mean == doctest::Approx(0.6));
  CHECK(result.end().deviation == doctest::Approx(0.1));
  CHECK(result.curve.moments == std::vector<double>{1.0, 2.0, 4.0, 9.0, 10.0});
  CHECK(result.curve.median == std::vector<double>{0.1, 0.2, 0.5, 0.6, 0.6});
  CHECK_FALSE(result.clock);

  setup.cost = "b";
  setup.seconds = {8.0, 19.0};
  const FrontAlgorithmResult timed = summarised(algorithms, setup).front();
  REQUIRE(timed.budgets.size() == 2);
  CHECK(timed.budgets[0].seconds == 8.0);
  CHECK(timed.budgets[0].evaluations == 0);
  CHECK(timed.budgets[0].median == 0.5);
  REQUIRE(timed.clock);
  CHECK(timed.clock->moments == std::vector<double>{4.0, 8.0, 18.0, 19.0});
  CHECK(timed.clock->median == std::vector<double>{0.2, 0.5, 0.6, 0.6});
  CHECK(timed.training_seconds == 20.0);
}

TEST_CASE("hypervolumes are tested at the last common budget and at the end of each") {
  NamedVolumes early = rising();
  early.algorithm = "early";
  early.evaluations = 4;
  const NamedVolumes none{
      .algorithm = "none",
      .traces = {ten_evaluations({}), ten_evaluations({{4, 8.0, 0.6}}), ten_evaluations({})},
      .evaluations = 10};
  const std::vector<NamedVolumes> algorithms{early, none, rising()};
  const FrontBenchmarkSetup setup = summary_setup();
  const std::vector<FrontTest> tests = volume_tests(algorithms, setup);
  REQUIRE(tests.size() == 5);
  const auto budgets = [&](std::size_t i) {
    return std::pair(tests[i].evaluations, tests[i].other_evaluations);
  };
  using Budgets = std::pair<std::int64_t, std::int64_t>;
  CHECK(tests[0].algorithm == "early");
  CHECK(tests[0].other == "none");
  CHECK(budgets(0) == Budgets{4, 4});
  CHECK(tests[0].larger == 2);
  CHECK(tests[0].equal == 1);
  CHECK(tests[0].smaller == 0);
  CHECK(tests[0].median_difference == 0.3);
  CHECK(budgets(1) == Budgets{4, 10});
  CHECK(tests[2].other == "rising");
  CHECK(budgets(2) == Budgets{4, 4});
  CHECK(tests[2].equal == 3);
  CHECK(budgets(3) == Budgets{4, 10});
  CHECK(tests[3].smaller == 1);
  CHECK(budgets(4) == Budgets{10, 10});

  // The question is whether the shorter searches reach what the longer have.
  const std::vector<NamedVolumes> reordered{rising(), early};
  const std::vector<FrontTest> same = volume_tests(reordered, setup);
  REQUIRE(same.size() == 2);
  CHECK(same[0].algorithm == "rising");
  CHECK(same[1].algorithm == "early");
  CHECK(same[1].other_evaluations == 10);
  CHECK(same[1].smaller == 1);

  FrontBenchmarkSetup timed = summary_setup();
  timed.cost = "b";
  timed.seconds = {8.0};
  const std::vector<FrontTest> by_clock = volume_tests(std::span(algorithms).last(2), timed);
  REQUIRE(by_clock.size() == 1);
  CHECK(by_clock[0].seconds == 8.0);
  CHECK(by_clock[0].evaluations == 0);
  CHECK(by_clock[0].smaller == 2);
}

TEST_CASE("all tests of a benchmark are corrected together") {
  const auto constant = [](std::string name, double volume) {
    return NamedVolumes{.algorithm = std::move(name),
                        .traces = std::vector<VolumeTrace>(7, ten_evaluations({{1, 2.0, volume}})),
                        .evaluations = 10};
  };
  const std::vector<NamedVolumes> algorithms{constant("much", 0.75), constant("little", 0.5),
                                             constant("as little", 0.5)};
  const FrontBenchmarkSetup setup = summary_setup();
  // Of seven seeds all differ to the same side: 2 of 128 ways.
  const double alone = 2.0 / 128.0;
  CHECK(volume_tests(std::span(algorithms).first(2), setup).front().p == doctest::Approx(alone));
  const std::vector<FrontTest> tests = volume_tests(algorithms, setup);
  REQUIRE(tests.size() == 3);
  CHECK(tests[0].p == doctest::Approx(3.0 * alone));
  CHECK(tests[1].p == doctest::Approx(3.0 * alone));
  CHECK(tests[2].p == 1.0);
  CHECK(tests[2].equal == 7);
}

TEST_CASE("fronts are told in the sense of their metrics") {
  CHECK(turned_back({{-3.0, 4.0}, {0.0, 1.0}}, summary_setup().problem) ==
        std::vector<std::vector<double>>{{3.0, 4.0}, {0.0, 1.0}});
}

}  // namespace
}  // namespace evonas::search
