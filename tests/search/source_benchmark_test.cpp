#include <cmath>

#include <doctest/doctest.h>
#include <tbb/global_control.h>
#include <tbb/task_arena.h>

#include "base/json.hpp"
#include "message_of.hpp"
#include "search/benchmark.hpp"
#include "search/front_benchmark.hpp"
#include "search/labelled_fixtures.hpp"
#include "search/small_space.hpp"
#include "search/source_labels.hpp"
#include "search/table_fixtures.hpp"

namespace evonas::search {
namespace {

using tests::formula_source;
using tests::gene_sum;
using tests::TemporaryFolder;

/// Benchmarks without a table.
const tests::SmallSpace kUntabulatedSpace;

double made_value(const spaces::Genotype& genotype) {
  return 10 * genotype[0] - gene_sum(genotype);
}

std::vector<Source> value_and_sum(const std::string& contents = {}) {
  const auto value = formula_source("a", made_value);
  value->contents = contents;
  return {{"a", value}, {"b", formula_source("b", gene_sum)}};
}

BenchmarkSetup untabulated(const Problem& problem, const std::string& contents = {}) {
  return {.space = spaces::AnySpace{kUntabulatedSpace},
          .problem = problem,
          .algorithms = {{.algorithm = "random", .identity = "genotype"},
                         {.algorithm = "local_search", .identity = "genotype"}},
          .evaluations = 200,
          .seeds = 9,
          .budgets = {1, 20, 200},
          .labels = std::make_shared<const SourceLabels>(spaces::AnySpace{kUntabulatedSpace},
                                                         value_and_sum(contents), problem)};
}

const Problem kValue{.objectives = {{"a", Goal::Maximize}}};

/// The same labels in a table.
BenchmarkSetup in_table(const TemporaryFolder& folder, BenchmarkSetup setup) {
  setup.labels = nullptr;
  setup.table = tests::small_table(folder, kUntabulatedSpace, [](const spaces::Genotype& genotype) {
    return fmt::format(",{},{}", made_value(genotype), gene_sum(genotype));
  });
  return setup;
}

TEST_CASE("without a table the best values found are told, as regrets on a table tell them") {
  const TemporaryFolder folder;
  const BenchmarkSetup setup = untabulated(kValue);
  const BenchmarkResult found = run_benchmark(setup, {}, {});
  const BenchmarkResult regrets = run_benchmark(in_table(folder, setup), {}, {});
  CHECK(regrets.optimum_known);
  CHECK_FALSE(found.optimum_known);
  CHECK(found.complete);
  CHECK(found.optimum_architecture.empty());
  // Both find it, so the best that was found is the optimum.
  CHECK(found.optimum == 27.0);
  CHECK(found.best_algorithm == regrets.best_algorithm);
  REQUIRE(found.algorithms.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    const AlgorithmResult& values = found.algorithms[i];
    const AlgorithmResult& distances = regrets.algorithms[i];
    CHECK(values.p_against == distances.p_against);
    REQUIRE(values.budgets.size() == 3);
    for (std::size_t j = 0; j < 3; ++j) {
      const BudgetResult& value = values.budgets[j];
      const BudgetResult& distance = distances.budgets[j];
      CHECK(value.evaluations == distance.evaluations);
      CHECK(value.regret_mean == doctest::Approx(27.0 - distance.regret_mean));
      CHECK(value.regret_deviation == doctest::Approx(distance.regret_deviation));
      CHECK(value.regret_median == 27.0 - distance.regret_median);
      // What is worst is now lowest.
      CHECK(value.regret_lower_quartile == 27.0 - distance.regret_upper_quartile);
      CHECK(value.regret_upper_quartile == 27.0 - distance.regret_lower_quartile);
    }
    REQUIRE(values.median.size() == 200);
    CHECK(std::is_sorted(values.median.begin(), values.median.end()));
    CHECK(values.lower_quartile[50] == 27.0 - distances.upper_quartile[50]);
    CHECK(values.without_optimum.empty());
    CHECK(std::isinf(values.median_evaluations_to_optimum));
  }
}

TEST_CASE("results without an optimum tell nothing of one") {
  BenchmarkSetup setup = untabulated(kValue);
  setup.algorithms.resize(1);
  const BenchmarkResult result = run_benchmark(setup, {}, {});
  const nlohmann::json json = to_json(result);
  CHECK(json.at("optimum").is_null());
  CHECK(json.at("optimum_architecture").is_null());
  CHECK(json.at("best_found") == result.optimum);
  const nlohmann::json& random = json.at("algorithms").at("random");
  CHECK(random.at("evaluations") == 200.0);
  CHECK_FALSE(random.contains("median_evaluations_to_optimum"));
  const nlohmann::json& budget = random.at("budgets").at("20");
  CHECK(budget.at("best_median") == result.algorithms[0].budgets[1].regret_median);
  CHECK(budget.at("best_quartiles").size() == 2);
  CHECK_FALSE(budget.contains("regret_mean"));
  CHECK_FALSE(budget.contains("at_optimum"));
  const std::string markdown = to_markdown(result);
  CHECK(markdown.find("| algorithm | best after 1 | best after 20 | best after 200 | evaluations | "
                      "ms a search |\n") == 0);
  CHECK(markdown.find(fmt::format(
            "| {:.3f} ({:.3f} to {:.3f}) |", result.algorithms[0].budgets[1].regret_median,
            result.algorithms[0].budgets[1].regret_lower_quartile,
            result.algorithms[0].budgets[1].regret_upper_quartile)) != std::string::npos);
}

TEST_CASE("values to be minimised are told as they are") {
  const BenchmarkSetup setup = untabulated({.objectives = {{"b", Goal::Minimize}}});
  const BenchmarkResult result = run_benchmark(setup, {}, {});
  CHECK(result.optimum == 0.0);
  for (const AlgorithmResult& algorithm : result.algorithms) {
    CHECK(std::is_sorted(algorithm.median.rbegin(), algorithm.median.rend()));
    for (const BudgetResult& budget : algorithm.budgets) {
      CHECK(budget.regret_lower_quartile <= budget.regret_median);
      CHECK(budget.regret_median <= budget.regret_upper_quartile);
      CHECK(budget.at_optimum == 0.0);
    }
  }
}

TEST_CASE("a search without anything feasible counts as the worst beginning") {
  Problem problem = kValue;
  problem.limits = {Limit::parse("b >= 13")};
  BenchmarkSetup setup = untabulated(problem);
  setup.algorithms.resize(1);
  const BenchmarkResult result = run_benchmark(setup, {}, {});
  // No sum of at least 13 can begin below -3 (first gene 1); few searches have one at once.
  const std::vector<double>& mean = result.algorithms[0].mean_regret;
  CHECK(mean.front() >= -13.0);
  CHECK(mean.front() < mean.back());
  CHECK(std::isfinite(mean.front()));
  problem.limits = {Limit::parse("b >= 16")};
  CHECK(tests::message_of<SearchError>([&] {
          run_benchmark(untabulated(problem), {}, {});
        }).find("loosen the limits or let searches go on") != std::string::npos);
}

TEST_CASE("searches of one algorithm may end before those of others") {
  const TemporaryFolder folder;
  BenchmarkSetup setup = untabulated(kValue);
  setup.own_evaluations = {0, 20};
  for (const bool tabulated : {false, true}) {
    CAPTURE(tabulated);
    const BenchmarkResult result =
        run_benchmark(tabulated ? in_table(folder, setup) : setup, {}, {});
    CHECK(result.algorithms[0].evaluations == 200.0);
    CHECK(result.algorithms[1].evaluations == 20.0);
    CHECK(result.algorithms[0].budgets.size() == 3);
    CHECK(result.algorithms[1].budgets.size() == 2);
    CHECK(result.algorithms[0].mean_regret.size() == 200);
    CHECK(result.algorithms[1].mean_regret.size() == 20);
    const std::string markdown = to_markdown(result);
    CHECK(markdown.find("| evaluations |") != std::string::npos);
    CHECK(markdown.find("| 20.0 |") != std::string::npos);
    CHECK(markdown.find("| – |") != std::string::npos);
    CHECK_FALSE(to_json(result).at("algorithms").at("local_search").at("budgets").contains("200"));
  }
  // The shorter searches begin as the longer ones do.
  const BenchmarkResult whole = run_benchmark(untabulated(kValue), {}, {});
  const BenchmarkResult shorter = run_benchmark(setup, {}, {});
  for (std::size_t i = 0; i < 20; ++i) {
    CHECK(shorter.algorithms[1].median[i] == whole.algorithms[1].median[i]);
  }
  const auto refusal = [&](std::vector<std::int64_t> own) {
    setup.own_evaluations = std::move(own);
    return tests::message_of<SearchError>([&] { run_benchmark(setup, {}, {}); });
  };
  CHECK(refusal({20}).find("of 2 algorithms has the evaluations of 1") != std::string::npos);
  CHECK(refusal({0, 201}).find("cannot end after 201 evaluations") != std::string::npos);
  CHECK(refusal({-1, 0}).find("cannot end after -1") != std::string::npos);
}

TEST_CASE("a benchmark without a table is the same on any number of threads, and goes on") {
  BenchmarkSetup setup = untabulated(kValue, "contents");
  setup.own_evaluations = {0, 50};
  const auto bytes_of = [](const BenchmarkResult& result) {
    std::string text;
    for (const AlgorithmResult& algorithm : result.algorithms) {
      text += nlohmann::json({algorithm.mean_regret, algorithm.lower_quartile}).dump();
    }
    return text;
  };
  const tbb::global_control eight(tbb::global_control::max_allowed_parallelism, 8);
  const auto on = [&](int threads, TrialLog* log) {
    tbb::task_arena arena(threads);
    return arena.execute([&] { return bytes_of(run_benchmark(setup, {}, {}, log)); });
  };
  const std::string one = on(1, nullptr);
  for (const int threads : {2, 3, 8}) CHECK(on(threads, nullptr) == one);
  const TemporaryFolder folder;
  const auto kept = [&] {
    TrialLog log(folder / "out", "");
    CHECK(on(2, &log) == one);
    return log.found();
  };
  CHECK(kept() == 0);
  CHECK(kept() == 18);
  // Those of the algorithm that ends elsewhere are made again.
  setup.own_evaluations = {};
  {
    TrialLog log(folder / "out", "");
    run_benchmark(setup, {}, {}, &log);
    CHECK(log.found() == 9);
  }
  // A source with other contents labels otherwise.
  setup.labels = untabulated(kValue, "other contents").labels;
  TrialLog log(folder / "out", "");
  run_benchmark(setup, {}, {}, &log);
  CHECK(log.found() == 0);
}

TEST_CASE("seconds that sources tell make a clock without a table") {
  const Problem problem = kValue;
  const auto took = formula_source("took", [](const spaces::Genotype&) { return 3.0; });
  took->tells_seconds = true;
  std::vector<Source> sources = value_and_sum();
  sources.push_back({"took", took});
  BenchmarkSetup setup = untabulated(problem);
  setup.labels = std::make_shared<const SourceLabels>(spaces::AnySpace{kUntabulatedSpace}, sources,
                                                      problem, "took");
  setup.cost = "took";
  setup.seconds = {30.0, 60.0};
  const BenchmarkResult result = run_benchmark(setup, {}, {});
  CHECK(result.seconds == 60.0);
  const AlgorithmResult& random = result.algorithms.front();
  CHECK(random.evaluations == 20.0);
  REQUIRE(random.clock);
  CHECK(random.clock->training_seconds == 60.0);
  CHECK(std::is_sorted(random.clock->median.begin(), random.clock->median.end()));
  CHECK(random.budgets[0].regret_median <= random.budgets[1].regret_median);
  CHECK(random.budgets[1].regret_median == random.median.back());
  const nlohmann::json json = to_json(result).at("algorithms").at("random");
  CHECK(json.at("seconds").at("30").contains("best_median"));
  CHECK_FALSE(json.contains("median_seconds_to_optimum"));
}

FrontBenchmarkSetup untabulated_fronts() {
  const Problem problem{.objectives = {{"a", Goal::Maximize}, {"b", Goal::Minimize}}};
  return {.space = spaces::AnySpace{kUntabulatedSpace},
          .problem = problem,
          .algorithms = {{.algorithm = "nsga2", .identity = "genotype"},
                         {.algorithm = "random", .identity = "genotype"}},
          .evaluations = 2000,
          .seeds = 3,
          .reference_point = {-20.0, 16.0},
          .labels = std::make_shared<const SourceLabels>(spaces::AnySpace{kUntabulatedSpace},
                                                         value_and_sum(), problem)};
}

TEST_CASE("without a table fronts are told by their hypervolume, and compared") {
  FrontBenchmarkSetup setup = untabulated_fronts();
  const FrontBenchmarkResult whole = run_front_benchmark(setup, {}, {});
  CHECK(whole.front_size == 0);
  CHECK(whole.hypervolume == 0.0);
  CHECK(whole.reference_point == setup.reference_point);
  // The whole space is searched: first genes 0 to 3, the others 0, give (0,0), (9,1), (18,2),
  // (27,3).
  const double volume = 20 * 16 + 9 * 15 + 9 * 14 + 9 * 13;
  REQUIRE(whole.algorithms.size() == 2);
  for (const FrontAlgorithmResult& algorithm : whole.algorithms) {
    CHECK(algorithm.end().mean == doctest::Approx(volume));
    CHECK(algorithm.end().lowest == doctest::Approx(volume));
  }
  REQUIRE(whole.comparisons.size() == 2);
  for (const FrontComparison& comparison : whole.comparisons) {
    CHECK(comparison.dominates == 1.0);
    CHECK(comparison.covers == 1.0);
  }
  const nlohmann::json json = to_json(whole);
  CHECK(json.at("front_size").is_null());
  CHECK(json.at("hypervolume").is_null());
  CHECK(json.at("algorithms").at("nsga2").at("hypervolume_mean") == doctest::Approx(volume));
  CHECK_FALSE(json.at("algorithms").at("nsga2").contains("hypervolume_share_mean"));
  CHECK(json.at("comparisons").at(0).at("other") == "random");
  const std::string markdown = to_markdown(whole);
  CHECK(markdown.find("Hypervolume of all that a search has evaluated; mean") == 0);
  CHECK(markdown.find("| nsga2 | random | 1.000 | 1.000 |\n") != std::string::npos);

  // A few random networks do not reach what a whole space has.
  setup.own_evaluations = {0, 5};
  const FrontBenchmarkResult uneven = run_front_benchmark(setup, {}, {});
  CHECK(uneven.algorithms[0].evaluations == 1024.0);
  CHECK(uneven.algorithms[1].evaluations == 5.0);
  CHECK(uneven.algorithms[1].end().mean < volume);
  CHECK(uneven.comparisons[0].algorithm == "nsga2");
  CHECK(uneven.comparisons[0].dominates == 1.0);
  CHECK(uneven.comparisons[1].dominates == 0.0);
  CHECK(uneven.comparisons[1].covers < 1.0);

  setup.reference_point.clear();
  CHECK(tests::message_of<SearchError>([&] {
          run_front_benchmark(setup, {}, {});
        }).find("needs a reference point") != std::string::npos);
}

TEST_CASE("fronts of searches that were kept are compared, and refused as they once were kept") {
  const TemporaryFolder folder;
  FrontBenchmarkSetup setup = untabulated_fronts();
  setup.own_evaluations = {40, 20};
  const auto run = [&] {
    TrialLog log(folder / "out", "");
    return to_json(run_front_benchmark(setup, {}, {}, &log));
  };
  const nlohmann::json first = run();
  CHECK(first.at("comparisons").size() == 2);
  CHECK(run() == first);
  std::string text = tests::read_text(folder / "out/searches.jsonl");
  const std::size_t steps = text.find("\"steps\"");
  REQUIRE(steps != std::string::npos);
  // A line that lacks something is as if it were not there: that search is run again.
  tests::write_text(folder / "out/searches.jsonl",
                    std::string(text).replace(steps, 7, "\"other\""));
  CHECK(run().at("tests") == first.at("tests"));
  // As an evonas wrote it that kept no more of the hypervolume than its end.
  tests::write_text(folder / "out/searches.jsonl", text.replace(steps, 7, "\"hypervolume_share\""));
  CHECK(tests::message_of<SearchError>(run).find("remove the file or take another folder") !=
        std::string::npos);
}

}  // namespace
}  // namespace evonas::search
