#include "search/fleet_benchmark.hpp"

#include <doctest/doctest.h>

#include "base/json.hpp"
#include "contains.hpp"
#include "search/table_fixtures.hpp"

namespace evonas::search {
namespace {

using tests::contains;
using tests::TemporaryFolder;

/// Ten workers search a table of 1,024 architectures for the smallest sum of genes.
FleetBenchmarkSetup small_fleet(const TemporaryFolder& folder) {
  const tests::SmallSpace space{.genes = 5, .values = 4};
  return {.space = spaces::AnySpace{space},
          .table = tests::small_table(folder, space,
                                      [](const spaces::Genotype& genotype) {
                                        double sum = 2.0;
                                        for (const auto gene : genotype.genes()) sum += gene;
                                        return fmt::format(",{},1", sum);
                                      }),
          .objective = {.metric = "a", .goal = Goal::Minimize},
          .algorithm = {.algorithm = "regularized_evolution",
                        .population = 10,
                        .batch = 10,
                        .identity = "genotype"},
          .fleet = {.workers = 10},
          .evaluations = 200,
          .seeds = 2};
}

TEST_CASE("the asynchronous driver keeps a fleet busy, and is as good much sooner") {
  const TemporaryFolder folder;
  std::size_t searches = 0;
  const FleetBenchmarkResult result =
      run_fleet_benchmark(small_fleet(folder),
                          [&](std::size_t finished, std::size_t all) {
                            CHECK(finished == ++searches);
                            CHECK(all == 4);
                          },
                          {});
  CHECK(searches == 4);
  CHECK(result.complete);
  CHECK(result.optimum == 2.0);
  CHECK(result.synchronous.driver == "synchronous");
  CHECK(result.asynchronous.busy > 0.9);
  CHECK(result.synchronous.busy < 0.7);
  CHECK(result.asynchronous.seconds < 0.8 * result.synchronous.seconds);
  for (const FleetDriverResult& driver : {result.synchronous, result.asynchronous}) {
    CHECK(driver.failures > 0.01);
    CHECK(driver.failures < 0.15);
    CHECK(driver.processor_seconds > 0.0);
    CHECK(driver.core_share < 0.5);
    CHECK(driver.peak_memory_mb > 1.0);
  }
  REQUIRE(result.levels.size() == 10);
  for (std::size_t i = 0; i < 10; ++i) {
    const FleetLevel& level = result.levels[i];
    CHECK(level.synchronous_seconds <= level.seconds);
    if (i > 0) CHECK(level.regret <= result.levels[i - 1].regret);
    if (level.asynchronous_regret <= level.regret) REQUIRE(level.asynchronous_seconds);
  }
  const nlohmann::json json = to_json(result);
  CHECK(json.at("asynchronous").at("busy") == result.asynchronous.busy);
  CHECK(json.at("levels").size() == 10);
  CHECK(contains(to_markdown(result), "\n| asynchronous | "));
}

TEST_CASE("but for times and memory it is the same with a store, and on any number of threads") {
  const TemporaryFolder folder;
  FleetBenchmarkSetup setup = small_fleet(folder);
  const FleetBenchmarkResult once = run_fleet_benchmark(setup, {}, {});
  setup.threads = 3;
  setup.stores = true;
  const FleetBenchmarkResult again = run_fleet_benchmark(setup, {}, {});
  CHECK(again.synchronous.seconds == once.synchronous.seconds);
  CHECK(again.asynchronous.seconds == once.asynchronous.seconds);
  CHECK(again.asynchronous.failures == once.asynchronous.failures);
  CHECK(to_json(again).at("levels") == to_json(once).at("levels"));
}

TEST_CASE("a comparison that cannot be is refused, and one that is stopped has no result") {
  const TemporaryFolder folder;
  FleetBenchmarkSetup setup = small_fleet(folder);
  std::stop_source stopped;
  stopped.request_stop();
  CHECK_FALSE(run_fleet_benchmark(setup, {}, stopped.get_token()).complete);
  setup.seeds = 0;
  CHECK_THROWS_WITH_AS(run_fleet_benchmark(setup, {}, {}), doctest::Contains("at least one seed"),
                       SearchError);
  setup.seeds = 1;
  setup.objective.metric = "c";
  CHECK_THROWS_AS(run_fleet_benchmark(setup, {}, {}), evaluation::EvaluationError);
}

}  // namespace
}  // namespace evonas::search
