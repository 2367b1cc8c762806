#include "search/problem.hpp"

#include <cmath>
#include <limits>
#include <string>

#include <doctest/doctest.h>
#include <rapidcheck.h>

using namespace evonas;
using namespace evonas::search;

namespace {

using Metrics = std::map<std::string, evaluation::Measurement>;

std::string message_of_limit(std::string_view text) {
  try {
    Limit::parse(text);
  } catch (const SearchError& error) {
    return error.what();
  }
  return {};
}

Individual individual(std::vector<double> objectives, double violation = 0.0) {
  return {.objectives = std::move(objectives), .violation = violation};
}

const Individual kFailed{.violation = std::numeric_limits<double>::infinity()};

}  // namespace

TEST_CASE("limits are read and written") {
  const Limit limit = Limit::parse("  latency_ms<=4 ");
  CHECK(limit.metric == "latency_ms");
  CHECK(limit.relation == Relation::AtMost);
  CHECK(limit.bound == 4.0);
  CHECK(Limit::parse("params <= 1e6").bound == 1e6);
  CHECK(Limit::parse("accuracy >= -0.5").relation == Relation::AtLeast);
  CHECK(Limit::parse("accuracy >= -0.5").to_string() == "accuracy >= -0.5");
  CHECK(rc::check("a limit survives writing and reading", [](double bound) {
    RC_PRE(std::isfinite(bound));
    const Limit written{.metric = "m.x-1", .relation = Relation::AtLeast, .bound = bound};
    const Limit read = Limit::parse(written.to_string());
    RC_ASSERT(read.metric == written.metric && read.bound == bound);
    RC_ASSERT(read.relation == written.relation);
  }));
}

TEST_CASE("what is no limit is refused with what is wrong") {
  for (const char* text :
       {"", "latency", "latency = 4", "latency < 4", "latency <", "latency =< 4", "a == 4"}) {
    CAPTURE(text);
    CHECK(message_of_limit(text).find("has no '<=' or '>='") != std::string::npos);
  }
  for (const char* text : {"<= 4", "two words <= 4", "1 <= x <= 4", "(a) <= 4"}) {
    CAPTURE(text);
    CHECK_FALSE(message_of_limit(text).empty());
  }
  for (const char* text : {"a <=", "a <= four", "a <= 4 ms", "a <= inf", "a <= nan", "a <= 1e999",
                           "a <= 4,5", "a <= b"}) {
    CAPTURE(text);
    CHECK(message_of_limit(text).find("finite number") != std::string::npos);
  }
}

TEST_CASE("maximised objectives are negated, in the order of the problem") {
  const Problem problem{.objectives = {{"accuracy", Goal::Maximize}, {"latency", Goal::Minimize}}};
  CHECK(problem.minimised({{"latency", {2.0}}, {"accuracy", {90.0}}, {"other", {1.0}}}) ==
        std::vector<double>{-90.0, 2.0});
}

TEST_CASE("a missing or impossible value is named") {
  const Problem problem{.objectives = {{"accuracy", Goal::Maximize}},
                        .limits = {Limit::parse("latency <= 4")}};
  CHECK_THROWS_WITH_AS(problem.minimised(Metrics{{"latency", {2.0}}}),
                       doctest::Contains("'accuracy' of an objective is missing"), SearchError);
  CHECK_THROWS_WITH_AS(problem.violation(Metrics{{"accuracy", {2.0}}}),
                       doctest::Contains("'latency' of a limit is missing"), SearchError);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(problem.minimised(Metrics{{"accuracy", {nan}}}), SearchError);
}

TEST_CASE("violation is relative to the bound and summed over limits") {
  const Problem problem{.limits = {Limit::parse("latency <= 4"), Limit::parse("accuracy >= 80"),
                                   Limit::parse("change <= 0")}};
  const auto violation = [&](double latency, double accuracy, double change) {
    return problem.violation(
        {{"latency", {latency}}, {"accuracy", {accuracy}}, {"change", {change}}});
  };
  CHECK(violation(4, 80, 0) == 0.0);
  CHECK(violation(5, 80, -1) == doctest::Approx(0.25));
  CHECK(violation(5, 72, 0) == doctest::Approx(0.35));
  CHECK(violation(1, 99, 2) == doctest::Approx(2.0));
}

TEST_CASE("a limit with a confidence is judged at the end of the interval that breaks it sooner") {
  const evaluation::Measurement latency{.value = 3.5, .low = 2.5, .high = 4.5};
  Limit limit = Limit::parse("latency <= 4");
  const auto is_feasible = [&](const evaluation::Measurement& measurement) {
    const Problem problem{.objectives = {{"latency", Goal::Minimize}}, .limits = {limit}};
    CHECK(problem.minimised({{"latency", measurement}}).front() == measurement.value);
    return problem.violation({{"latency", measurement}}) == 0.0;
  };
  CHECK(is_feasible(latency));
  limit.confidence = 0.975;  // the ends of a 95 % interval
  CHECK_FALSE(is_feasible(latency));
  CHECK(limit.violation(latency) == doctest::Approx(0.125));
  CHECK(is_feasible({.value = 3.5, .low = {}, .high = {}}));
  CHECK(is_feasible({.value = 3.0, .low = 2.0, .high = 3.99}));
  // Eight of ten lie within 1.28 deviations, of which the interval has 1.96 to either side.
  limit.confidence = 0.9;
  CHECK(limit.violation(latency) == doctest::Approx(0.25 * (1.2815515655 / 1.9599639845 - 0.5)));
  limit.confidence = 0.6;
  CHECK(is_feasible(latency));

  limit = Limit::parse("latency >= 3");
  CHECK(is_feasible(latency));
  limit.confidence = 0.975;
  CHECK_FALSE(is_feasible(latency));
  CHECK(limit.violation(latency) == doctest::Approx(0.5 / 3.0));
}

TEST_CASE("a limit says with what confidence it has to be kept") {
  Limit limit = Limit::parse("latency <= 4");
  CHECK(limit.to_string() == "latency <= 4");
  limit.confidence = 0.95;
  CHECK(limit.to_string() == "latency <= 4 with 95 % confidence");
}

TEST_CASE("domination puts feasibility first") {
  CHECK(dominates(individual({1, 2}), individual({1, 3})));
  CHECK_FALSE(dominates(individual({1, 2}), individual({1, 2})));
  CHECK_FALSE(dominates(individual({1, 2}), individual({0, 3})));
  CHECK(dominates(individual({9, 9}), individual({1, 1}, 0.1)));
  CHECK_FALSE(dominates(individual({1, 1}, 0.1), individual({9, 9})));
  CHECK(dominates(individual({9, 9}, 0.1), individual({1, 1}, 0.2)));
  CHECK_FALSE(dominates(individual({1, 1}, 0.1), individual({9, 9}, 0.1)));
  CHECK(dominates(individual({9, 9}, 5.0), kFailed));
  CHECK_FALSE(dominates(kFailed, kFailed));
  CHECK_FALSE(dominates(kFailed, individual({9, 9}, 5.0)));
  CHECK_FALSE(kFailed.feasible());
  CHECK_FALSE(Individual{}.feasible());
}
