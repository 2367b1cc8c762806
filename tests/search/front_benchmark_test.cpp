#include "search/front_benchmark.hpp"

#include <doctest/doctest.h>

#include "base/json.hpp"
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
    CHECK(algorithm.hypervolume_share_mean == doctest::Approx(1.0));
    CHECK(algorithm.hypervolume_share_lowest == doctest::Approx(1.0));
    CHECK(algorithm.evaluations_per_second > 0.0);
  }
  const nlohmann::json json = to_json(result);
  CHECK(json.at("front_size") == 4);
  CHECK(json.at("algorithms").at("nsga2").at("hypervolume_share_mean") == doctest::Approx(1.0));
  CHECK(to_markdown(result).find("| nsga2 | 1024 | 1.00000 |") != std::string::npos);
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
  CHECK(result.algorithms[0].hypervolume_share_mean < 1.0);
  CHECK(result.algorithms[0].hypervolume_share_lowest <=
        result.algorithms[0].hypervolume_share_mean);
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
  CHECK(result.algorithms[0].hypervolume_share_lowest >= 0.9998);
}
