#include "report/operators.hpp"

#include <doctest/doctest.h>

#include "base/json.hpp"
#include "report/sample_runs.hpp"

using namespace evonas;
using namespace evonas::report;

namespace {

using search::Operator;

/// The sample run: 0 and 1 random, 2 a child of both, 3 a mutant of 2, 4 (failed) and 5 of 3.
Run run_with_origins() {
  Run run = sample_run();
  auto& evaluations = run.summary.evaluations;
  evaluations[0].origin = search::Origin{};
  evaluations[1].origin = search::Origin{};
  evaluations[2].origin =
      search::Origin{.how = Operator::Crossover, .parent = 0, .other_parent = 1, .generations = 1};
  for (const std::uint64_t i : {3, 4, 5}) {
    evaluations[i].origin =
        search::Origin{.how = Operator::Mutation, .parent = i == 3 ? 2 : 3, .generations = 2};
  }
  return run;
}

}  // namespace

TEST_CASE("what became of what each operator made") {
  const auto tallies = operator_tallies(run_with_origins());
  REQUIRE(tallies.size() == 3);
  CHECK(tallies[0].how == Operator::Random);
  CHECK(tallies[0].evaluated == 2);
  CHECK(tallies[0].feasible == 1);
  CHECK(tallies[0].on_front == 1);
  CHECK(tallies[0].improved == 1);
  CHECK(tallies[1].how == Operator::Mutation);
  CHECK(tallies[1].evaluated == 3);
  CHECK(tallies[1].feasible == 2);
  CHECK(tallies[1].on_front == 1);
  CHECK(tallies[1].improved == 1);
  CHECK(tallies[2].how == Operator::Crossover);
  CHECK(tallies[2].evaluated == 1);
  CHECK(tallies[2].improved == 1);
}

TEST_CASE("what improved on those before it goes by the order of completion") {
  Run run = run_with_origins();
  auto& evaluations = run.summary.evaluations;
  const auto improved = [&](Operator how) {
    for (const OperatorTally& tally : operator_tallies(run)) {
      if (tally.how == how) return tally.improved;
    }
    return std::size_t{0};
  };
  REQUIRE(improved(Operator::Mutation) == 1);
  // The best of all, a mutant, is complete before all others.
  for (std::size_t i = 0; i < evaluations.size(); ++i) evaluations[i].place = i + 1;
  evaluations[5].place = 0;
  CHECK(improved(Operator::Mutation) == 1);
  CHECK(improved(Operator::Random) == 0);
  CHECK(improved(Operator::Crossover) == 0);
}

TEST_CASE("every evaluation of known origin is counted once") {
  Run run = run_with_origins();
  run.summary.evaluations[3].origin.reset();
  std::size_t evaluated = 0;
  std::size_t on_front = 0;
  for (const OperatorTally& tally : operator_tallies(run)) {
    evaluated += tally.evaluated;
    on_front += tally.on_front;
  }
  CHECK(evaluated == 5);
  CHECK(on_front == run.summary.front.size());
  CHECK(operator_tallies(sample_run()).empty());
}

TEST_CASE("origins and operators are in the report data") {
  const nlohmann::json run = report_json(run_with_origins()).at("runs").at(0);
  CHECK(run.at("operators").at(1) == nlohmann::json{{"operator", "mutation"},
                                                    {"evaluated", 3},
                                                    {"feasible", 2},
                                                    {"on_front", 1},
                                                    {"improved", 1}});
  CHECK(run.at("evaluations").at(2).at("origin") ==
        nlohmann::json{{"operator", "crossover"}, {"parents", {0, 1}}, {"generations", 1}});
  CHECK(run.at("evaluations").at(0).at("origin").at("parents").empty());
  const nlohmann::json without = report_json(sample_run()).at("runs").at(0);
  CHECK(without.at("operators").empty());
  CHECK_FALSE(without.at("evaluations").at(0).contains("origin"));
}
