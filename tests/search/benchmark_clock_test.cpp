#include <cmath>

#include <doctest/doctest.h>

#include "base/json.hpp"
#include "message_of.hpp"
#include "search/benchmark.hpp"
#include "search/front_benchmark.hpp"
#include "search/table_fixtures.hpp"

namespace evonas::search {
namespace {

using tests::SmallSpace;
using tests::TemporaryFolder;

const SmallSpace kClockSpace;

using Seconds = std::function<int(const spaces::Genotype&)>;

/// A benchmark of the table whose `a` is the number that the genes make and whose `b` are
/// `seconds`.
BenchmarkSetup clock_setup(const TemporaryFolder& folder, const Seconds& seconds) {
  return {.space = spaces::AnySpace{kClockSpace},
          .table = tests::small_table(folder, kClockSpace,
                                      [&](const spaces::Genotype& genotype) {
                                        int number = 0;
                                        for (const auto gene : genotype.genes()) {
                                          number = 4 * number + gene;
                                        }
                                        return fmt::format(",{},{}", number, seconds(genotype));
                                      }),
          .problem = {.objectives = {{"a", Goal::Maximize}}},
          .algorithms = {{.algorithm = "random", .identity = "genotype"},
                         {.algorithm = "regularized_evolution", .identity = "genotype"}},
          .evaluations = 60,
          .seeds = 7,
          .budgets = {10, 60},
          .cost = "b"};
}

int three(const spaces::Genotype& /*genotype*/) { return 3; }
int first_gene(const spaces::Genotype& genotype) { return 1 + genotype[0]; }

TEST_CASE("where every evaluation takes as long, both curves are the same") {
  const TemporaryFolder folder;
  const BenchmarkResult result = run_benchmark(clock_setup(folder, three), {}, {});
  for (const AlgorithmResult& algorithm : result.algorithms) {
    REQUIRE(algorithm.clock);
    const ClockResult& clock = *algorithm.clock;
    CHECK(clock.training_seconds == 180.0);
    CHECK(algorithm.evaluations == 60.0);
    REQUIRE(clock.seconds.size() == 200);
    CHECK(clock.seconds.front() == 3.0);
    CHECK(clock.seconds.back() == 180.0);
    for (std::size_t i = 0; i < clock.seconds.size(); ++i) {
      const auto count = static_cast<std::size_t>(clock.seconds[i] / 3.0);
      CHECK(clock.median[i] == algorithm.median[count - 1]);
      CHECK(clock.mean_regret[i] == algorithm.mean_regret[count - 1]);
      CHECK(clock.lower_quartile[i] == algorithm.lower_quartile[count - 1]);
      CHECK(clock.upper_quartile[i] == algorithm.upper_quartile[count - 1]);
    }
    CHECK(clock.median_seconds_to_optimum == 3.0 * algorithm.median_evaluations_to_optimum);
  }
}

TEST_CASE("budgets of seconds are those of so many evaluations where all take as long") {
  const TemporaryFolder folder;
  BenchmarkSetup setup = clock_setup(folder, three);
  const BenchmarkResult counted = run_benchmark(setup, {}, {});
  setup.seconds = {30.0, 32.5, 180.0};
  const BenchmarkResult timed = run_benchmark(setup, {}, {});
  CHECK(timed.evaluations == 0);
  CHECK(timed.seconds == 180.0);
  CHECK(timed.best_algorithm == counted.best_algorithm);
  for (std::size_t i = 0; i < timed.algorithms.size(); ++i) {
    const auto& budgets = timed.algorithms[i].budgets;
    const auto& expected = counted.algorithms[i].budgets;
    REQUIRE(budgets.size() == 3);
    CHECK(budgets[0].seconds == 30.0);
    CHECK(budgets[0].evaluations == 0);
    CHECK(budgets[0].regret_mean == expected[0].regret_mean);
    CHECK(budgets[0].regret_lower_quartile == expected[0].regret_lower_quartile);
    // The eleventh evaluation takes until 33 s.
    CHECK(budgets[1].regret_mean == expected[0].regret_mean);
    CHECK(budgets[2].regret_mean == expected[1].regret_mean);
    CHECK(timed.algorithms[i].mean_regret == counted.algorithms[i].mean_regret);
    CHECK(timed.algorithms[i].p_against == counted.algorithms[i].p_against);
  }
}

TEST_CASE("a search is followed along the clock by the seconds of what it evaluates") {
  const TemporaryFolder folder;
  BenchmarkSetup setup = clock_setup(folder, first_gene);
  setup.algorithms.resize(1);
  setup.seeds = 1;
  setup.seconds = {15.0, 40.0};
  const AlgorithmResult timed = run_benchmark(setup, {}, {}).algorithms.front();

  AlgorithmOptions options = setup.algorithms.front();
  options.seed = 1;
  const auto algorithm = make_algorithm(options, setup.space, setup.problem);
  const std::vector<spaces::Genotype> asked = algorithm->ask(20);
  double clock = 0.0;
  double best = 0.0;
  std::vector<double> regrets;
  std::vector<double> expected(2, 1023.0);
  for (const spaces::Genotype& genotype : asked) {
    clock += first_gene(genotype);
    int number = 0;
    for (const auto gene : genotype.genes()) number = 4 * number + gene;
    best = std::max<double>(best, number);
    if (clock <= 15.0) expected[0] = 1023.0 - best;
    if (clock <= 40.0) {
      expected[1] = 1023.0 - best;
      regrets.push_back(1023.0 - best);
    }
  }
  REQUIRE(clock > 40.0);
  CHECK(timed.budgets[0].regret_mean == expected[0]);
  CHECK(timed.budgets[1].regret_mean == expected[1]);
  CHECK(timed.mean_regret == regrets);
  CHECK(timed.evaluations == static_cast<double>(regrets.size()));
  REQUIRE(timed.clock);
  CHECK(timed.clock->training_seconds <= 40.0);
  CHECK(timed.clock->training_seconds > 36.0);
}

TEST_CASE("curves along the clock end where the first of the searches does") {
  const TemporaryFolder folder;
  const BenchmarkResult result = run_benchmark(clock_setup(folder, first_gene), {}, {});
  for (const AlgorithmResult& algorithm : result.algorithms) {
    const ClockResult& clock = algorithm.clock.value();
    REQUIRE(clock.seconds.size() == 200);
    CHECK(clock.seconds.back() < clock.training_seconds);
    CHECK(clock.seconds.front() <= 4.0);
    CHECK(std::is_sorted(clock.seconds.begin(), clock.seconds.end()));
    CHECK(std::is_sorted(clock.median.rbegin(), clock.median.rend()));
  }
}

TEST_CASE("where no evaluation ends in time, the regret is that of the worst") {
  const TemporaryFolder folder;
  BenchmarkSetup setup = clock_setup(folder, three);
  setup.seconds = {2.0};
  const BenchmarkResult result = run_benchmark(setup, {}, {});
  CHECK(result.algorithms[0].budgets[0].regret_mean == 1023.0);
  CHECK(result.algorithms[0].mean_regret.empty());
  CHECK(std::isinf(result.algorithms[0].clock->median_seconds_to_optimum));
  CHECK_FALSE(to_markdown(result).empty());
}

TEST_CASE("results have the clock in them where evaluations have a cost, and not elsewhere") {
  const TemporaryFolder folder;
  BenchmarkSetup setup = clock_setup(folder, three);
  setup.evaluations = 4;
  setup.budgets = {4};
  const BenchmarkResult with = run_benchmark(setup, {}, {});
  nlohmann::json json = to_json(with);
  CHECK(json.at("cost") == "b");
  CHECK(json.at("evaluations") == 4);
  CHECK(json.at("seconds").is_null());
  nlohmann::json& random = json.at("algorithms").at("random");
  CHECK(random.at("training_seconds") == 12.0);
  CHECK(random.at("evaluations") == 4.0);
  CHECK(random.at("median_seconds_to_optimum").is_null());
  CHECK(random.at("seconds").empty());
  CHECK(random.at("budgets").contains("4"));
  CHECK(random.at("clock_curve").at("seconds") == with.algorithms[0].clock->seconds);
  CHECK(random.at("clock_curve").at("median") == with.algorithms[0].clock->median);
  CHECK(to_markdown(with).find("| nine in ten | median seconds to it | nine in ten | evaluations | "
                               "training seconds | ms a search |") != std::string::npos);
  CHECK(to_markdown(with).find("| > 4 | > 4 | > 4 | – | – | 4.0 | 12 |") != std::string::npos);

  setup.seconds = {6.0, 12.5};
  const BenchmarkResult timed = run_benchmark(setup, {}, {});
  json = to_json(timed);
  CHECK(json.at("evaluations").is_null());
  CHECK(json.at("seconds") == 12.5);
  CHECK(json.at("algorithms").at("random").at("budgets").empty());
  CHECK(json.at("algorithms").at("random").at("seconds").at("12.5").contains("regret_quartiles"));
  CHECK(json.at("algorithms").at("random").at("seconds").contains("6"));
  CHECK(to_markdown(timed).find("| algorithm | 6 s | 12.5 s | at optimum |") == 0);
  CHECK(to_markdown(timed).find("| – | – | – | > 12.5 | > 12.5 | 4.0 | 12 |") != std::string::npos);

  CHECK_FALSE(json.contains("clock"));
  setup.wall_clock = true;
  const BenchmarkResult wall = run_benchmark(setup, {}, {});
  CHECK(to_json(wall).at("clock") == "wall");
  CHECK(to_markdown(wall).find("| wall seconds | ms a search |") != std::string::npos);
  // A search of milliseconds fits in beside four evaluations of 3 s each.
  CHECK(wall.algorithms[0].evaluations == 4.0);
  CHECK(wall.algorithms[0].clock->training_seconds > 12.0);
  CHECK(wall.algorithms[0].mean_regret == timed.algorithms[0].mean_regret);

  setup.wall_clock = false;
  setup.seconds.clear();
  setup.cost.clear();
  const BenchmarkResult without = run_benchmark(setup, {}, {});
  json = to_json(without);
  CHECK_FALSE(json.contains("cost"));
  CHECK_FALSE(json.contains("seconds"));
  CHECK_FALSE(json.at("algorithms").at("random").contains("training_seconds"));
  CHECK_FALSE(json.at("algorithms").at("random").contains("clock_curve"));
  CHECK(to_markdown(without).find("seconds") == std::string::npos);
  CHECK(without.algorithms[0].mean_regret == with.algorithms[0].mean_regret);
}

TEST_CASE("seconds that a benchmark cannot end at are refused with the reason") {
  const TemporaryFolder folder;
  BenchmarkSetup setup = clock_setup(folder, three);
  const auto message = [&] {
    return tests::message_of<std::exception>([&] { run_benchmark(setup, {}, {}); });
  };
  setup.seconds = {10.0, 10.0};
  CHECK(message().find("must ascend") != std::string::npos);
  setup.seconds = {0.0};
  CHECK(message().find("must ascend") != std::string::npos);
  setup.seconds = {10.0};
  setup.cost.clear();
  CHECK(message().find("needs a cost") != std::string::npos);
  setup.cost = "seconds";
  CHECK(message().find("has no metric 'seconds'; it has a, b") != std::string::npos);
}

TEST_CASE("a benchmark of fronts ends by the clock too") {
  const TemporaryFolder folder;
  const BenchmarkSetup of = clock_setup(folder, three);
  FrontBenchmarkSetup setup{.space = of.space,
                            .table = of.table,
                            .problem = of.problem,
                            .algorithms = {{.algorithm = "nsga2"}},
                            .evaluations = 0,
                            .seeds = 2,
                            .cost = "b",
                            .seconds = {30.0, 100.0}};
  const FrontBenchmarkResult result = run_front_benchmark(setup, {}, {});
  CHECK(result.algorithms[0].evaluations == 33.0);
  CHECK(result.algorithms[0].training_seconds == 99.0);
  CHECK(to_json(result).at("algorithms").at("nsga2").at("training_seconds") == 99.0);
  CHECK(to_markdown(result).find("| evaluations/s | training seconds |\n") != std::string::npos);
  CHECK(to_markdown(result).find("| nsga2 | 30 s | ") != std::string::npos);

  // After 10 evaluations, and after 33.
  setup.seconds.clear();
  setup.evaluations = 33;
  setup.budgets = {10};
  const FrontBenchmarkResult counted = run_front_benchmark(setup, {}, {});
  const std::vector<FrontBudgetResult>& budgets = result.algorithms[0].budgets;
  REQUIRE(budgets.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(budgets[i].seconds == (i == 0 ? 30.0 : 100.0));
    CHECK(budgets[i].median == counted.algorithms[0].budgets[i].median);
    CHECK(budgets[i].lowest == counted.algorithms[0].budgets[i].lowest);
  }
  CHECK(result.algorithms[0].curve.median == counted.algorithms[0].curve.median);
  REQUIRE(counted.algorithms[0].clock);
  CHECK(counted.algorithms[0].clock->moments.back() == 99.0);
  CHECK(counted.algorithms[0].clock->median.back() == budgets.back().median);

  setup.seconds = {30.0, 100.0};
  setup.wall_clock = true;
  const FrontBenchmarkResult wall = run_front_benchmark(setup, {}, {});
  CHECK(wall.algorithms[0].training_seconds.value() > 99.0);
  CHECK(to_json(wall).at("clock") == "wall");
  CHECK(to_markdown(wall).find("| evaluations/s | wall seconds |\n") != std::string::npos);
  setup.cost.clear();
  CHECK_THROWS_AS(run_front_benchmark(setup, {}, {}), SearchError);
}

}  // namespace
}  // namespace evonas::search
