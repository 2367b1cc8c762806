#include "search/front_benchmark.hpp"

#include <doctest/doctest.h>

#include "base/json.hpp"
#include "base/parallel.hpp"
#include "contains.hpp"
#include "message_of.hpp"
#include "search/table_fixtures.hpp"

using namespace evonas;
using namespace evonas::search;
using namespace evonas::tests;

namespace {

const SmallSpace kFrontSpace;

/// Only the first two genes count; their front has four vectors.
FrontBenchmarkSetup setup_in(const TemporaryFolder& folder) {
  return {.space = spaces::AnySpace{kFrontSpace},
          .table = small_table(folder, kFrontSpace,
                               [](const spaces::Genotype& genotype) {
                                 return fmt::format(",{},{}", genotype[0] - genotype[1],
                                                    genotype[0] + genotype[1]);
                               }),
          .problem = {.objectives = {{"a", Goal::Maximize}, {"b", Goal::Minimize}}},
          .algorithms = {{.algorithm = "nsga2", .identity = "genotype"},
                         {.algorithm = "random", .identity = "genotype"}},
          .evaluations = 2000,
          .seeds = 3};
}

}  // namespace

TEST_CASE("a search of the whole space has the whole front") {
  const TemporaryFolder folder;
  const FrontBenchmarkSetup setup = setup_in(folder);
  std::size_t reported = 0;
  const FrontBenchmarkResult result =
      run_front_benchmark(setup,
                          [&](std::size_t finished, std::size_t all) {
                            CHECK(finished == ++reported);
                            CHECK(all == 6);
                          },
                          {});
  CHECK(reported == 6);
  CHECK(result.complete);
  CHECK(result.front_size == 4);
  CHECK(result.reference_point == std::vector<double>{-3.0, 6.0});
  // Steps of the staircase: (0,0), (1,1), (2,2) and (3,3) as seen from (-3,6).
  CHECK(result.hypervolume == doctest::Approx(3 * 6 + 5 + 4 + 3));
  REQUIRE(result.algorithms.size() == 2);
  for (const FrontAlgorithmResult& algorithm : result.algorithms) {
    CHECK(algorithm.evaluations == 1024.0);
    REQUIRE(algorithm.budgets.size() == 1);
    CHECK(algorithm.end().evaluations == 2000);
    CHECK(algorithm.end().mean == doctest::Approx(1.0));
    CHECK(algorithm.end().lowest == doctest::Approx(1.0));
    CHECK(algorithm.front ==
          std::vector<std::vector<double>>{{3.0, 3.0}, {2.0, 2.0}, {1.0, 1.0}, {0.0, 0.0}});
    CHECK(algorithm.front == result.exact_front);
    CHECK(algorithm.evaluations_per_second > 0.0);
  }
  const nlohmann::json json = to_json(result);
  CHECK(json.at("front_size") == 4);
  CHECK(json.at("algorithms").at("nsga2").at("hypervolume_share_mean") == doctest::Approx(1.0));
  const std::string markdown = to_markdown(result);
  CHECK(contains(markdown, "as a share of the 30 of the table's exact front"));
  CHECK(contains(markdown,
                 "| nsga2 | 2000 evaluations | 1.00000 ± 0.00000 | 1.00000 | 1.00000 to 1.00000 | "
                 "1.00000 |\n"));
  CHECK(contains(markdown, "| nsga2 | 1024 | "));
}

TEST_CASE("a short search has a part of the front, and a given reference point is used") {
  const TemporaryFolder folder;
  FrontBenchmarkSetup setup = setup_in(folder);
  setup.evaluations = 4;
  setup.reference_point = {-10.0, 10.0};
  const FrontBenchmarkResult result = run_front_benchmark(setup, {}, {});
  CHECK(result.reference_point == setup.reference_point);
  CHECK(result.hypervolume == doctest::Approx(10 * 10 + 9 + 8 + 7));
  CHECK(result.algorithms[0].evaluations == 4.0);
  CHECK(result.algorithms[0].end().mean < 1.0);
  CHECK(result.algorithms[0].end().lowest <= result.algorithms[0].end().mean);
}

TEST_CASE("hypervolumes are told at every budget, and where any searches end") {
  const TemporaryFolder folder;
  FrontBenchmarkSetup setup = setup_in(folder);
  setup.evaluations = 200;
  setup.seeds = 6;
  setup.budgets = {3, 50};
  setup.own_evaluations = {5, 0};
  const FrontBenchmarkResult result = run_front_benchmark(setup, {}, {});
  const auto told = [](const FrontAlgorithmResult& algorithm) {
    std::vector<std::int64_t> budgets;
    for (const FrontBudgetResult& budget : algorithm.budgets) budgets.push_back(budget.evaluations);
    return budgets;
  };
  CHECK(told(result.algorithms[0]) == std::vector<std::int64_t>{3, 5});
  CHECK(told(result.algorithms[1]) == std::vector<std::int64_t>{3, 5, 50, 200});
  for (const FrontAlgorithmResult& algorithm : result.algorithms) {
    for (std::size_t i = 0; i < algorithm.budgets.size(); ++i) {
      const FrontBudgetResult& budget = algorithm.budgets[i];
      CHECK(budget.lowest <= budget.lower_quartile);
      CHECK(budget.lower_quartile <= budget.median);
      CHECK(budget.median <= budget.upper_quartile);
      CHECK(budget.upper_quartile <= 1.0);
      if (i > 0) CHECK(budget.median >= algorithm.budgets[i - 1].median);
    }
    CHECK(algorithm.curve.moments.front() == 1.0);
    CHECK(algorithm.curve.moments.back() == static_cast<double>(algorithm.end().evaluations));
    CHECK(algorithm.curve.median.back() == algorithm.end().median);
    CHECK_FALSE(algorithm.clock);
  }
  CHECK(result.algorithms[1].end().median > result.algorithms[1].budgets[0].median);

  REQUIRE(result.tests.size() == 2);
  CHECK(result.tests[0].evaluations == 5);
  CHECK(result.tests[0].other_evaluations == 5);
  CHECK(result.tests[1].evaluations == 5);
  CHECK(result.tests[1].other_evaluations == 200);
  CHECK(result.tests[1].smaller == 6);
  CHECK(result.tests[1].median_difference < 0.0);
  const nlohmann::json json = to_json(result);
  CHECK(json.at("algorithms").at("random").at("budgets").at("200").at("hypervolume_share_median") ==
        result.algorithms[1].end().median);
  CHECK(json.at("tests").at(1).at("other_evaluations") == 200);
  const std::string markdown = to_markdown(result);
  CHECK(contains(markdown,
                 "| nsga2 after 5 evaluations | random after 200 evaluations | 0 | 0 | 6 |"));
  CHECK(contains(markdown, "| random | 50 evaluations | "));

  // A budget is what shorter searches end with.
  setup.evaluations = 50;
  setup.budgets.clear();
  setup.own_evaluations.clear();
  const FrontBenchmarkResult shorter = run_front_benchmark(setup, {}, {});
  CHECK(shorter.algorithms[1].end().mean == result.algorithms[1].budgets[2].mean);
  CHECK(shorter.algorithms[1].end().deviation == result.algorithms[1].budgets[2].deviation);

  setup.budgets = {51};
  CHECK(message_of<SearchError>([&] { run_front_benchmark(setup, {}, {}); }) ==
        "the budget 51 of a benchmark is outside its 1 to 50 evaluations");
}

TEST_CASE("fronts are the same on any number of threads") {
  const TemporaryFolder folder;
  FrontBenchmarkSetup setup = setup_in(folder);
  setup.evaluations = 60;
  const auto on = [&](std::size_t threads) {
    ThreadArena arena(threads);
    const FrontBenchmarkResult result =
        arena.execute([&] { return run_front_benchmark(setup, {}, {}); });
    const bool shared = threads > 1 && !setup.alone;
    CHECK(result.searches_at_once == (shared ? static_cast<std::int64_t>(threads) : 1));
    CHECK(contains(to_markdown(result), "shared the cores") == shared);
    nlohmann::json json = to_json(result);
    json.erase("searches_at_once");
    for (nlohmann::json& algorithm : json.at("algorithms")) {
      algorithm.erase("evaluations_per_second");
    }
    return json;
  };
  const nlohmann::json alone = on(1);
  CHECK(on(2) == alone);
  CHECK(on(3) == alone);
  setup.alone = true;
  CHECK(on(2) == alone);
}

TEST_CASE("a benchmark of fronts that cannot be run is refused with the reason, or is stopped") {
  const TemporaryFolder folder;
  const FrontBenchmarkSetup good = setup_in(folder);
  const auto message = [](const FrontBenchmarkSetup& setup) {
    return message_of<SearchError>([&] { run_front_benchmark(setup, {}, {}); });
  };
  FrontBenchmarkSetup setup = good;
  setup.reference_point = {1.0};
  CHECK(message(setup).find("has 1 values where the problem has 2") != std::string::npos);
  setup.reference_point = {9.0, -1.0};
  CHECK(message(setup).find("reference point") != std::string::npos);
  setup = good;
  setup.problem.limits = {Limit::parse("b <= -1")};
  CHECK(message(setup).find("loosen the limits") != std::string::npos);
  setup = good;
  setup.problem.objectives.clear();
  CHECK_FALSE(message(setup).empty());
  setup = good;
  setup.evaluations = 0;
  CHECK_FALSE(message(setup).empty());

  std::stop_source stop;
  stop.request_stop();
  CHECK_FALSE(run_front_benchmark(good, {}, stop.get_token()).complete);
}

TEST_CASE("NSGA-II finds the published front of NAS-Bench-201 and an edge GPU") {
  const TemporaryFolder folder;
  const Table table = published_table(folder);
  if (!table) return;
  const FrontBenchmarkResult result = run_front_benchmark(
      {.space = spaces::AnySpace{spaces::NasBench201{}},
       .table = table,
       .problem = {.objectives = {{"a", Goal::Maximize}, {"b", Goal::Minimize}}},
       .algorithms = {{.algorithm = "nsga2", .population = 100, .identity = "genotype"}},
       .evaluations = 10000,
       .seeds = 10,
       .reference_point = {0.0, 11.6927}},
      {}, {});
  CHECK(result.front_size == 19);
  CHECK(result.hypervolume == doctest::Approx(942.840).epsilon(1e-6));
  CHECK(result.algorithms[0].end().lowest >= 0.9998);
}
