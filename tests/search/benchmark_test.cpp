#include "search/benchmark.hpp"

#include <cmath>
#include <limits>
#include <sstream>

#include <doctest/doctest.h>
#include <tbb/global_control.h>
#include <tbb/task_arena.h>

#include "base/json.hpp"
#include "message_of.hpp"
#include "search/additive_predictor.hpp"
#include "search/table_fixtures.hpp"

using namespace evonas;
using namespace evonas::search;
using namespace evonas::tests;

namespace {

const SmallSpace kSpace;

/// The larger the first gene and the smaller the others, the better; unique at 4 genes of 0.
std::string row_of(const spaces::Genotype& genotype) {
  int sum = 0;
  for (const auto gene : genotype.genes()) sum += gene;
  return fmt::format(",{},{}", genotype[0] * 10 - sum, sum);
}

BenchmarkSetup setup_of(Table table) {
  return {.space = spaces::AnySpace{kSpace},
          .table = std::move(table),
          .problem = {.objectives = {{"a", Goal::Maximize}}},
          .algorithms = {{.algorithm = "random", .identity = "genotype"},
                         {.algorithm = "local_search", .identity = "genotype"}},
          .evaluations = 1200,
          .seeds = 9,
          .budgets = {1, 100, 1200}};
}

/// Regrets alone, without times.
std::vector<double> regrets_of(const BenchmarkResult& result) {
  std::vector<double> regrets;
  for (const AlgorithmResult& algorithm : result.algorithms) {
    regrets.insert(regrets.end(), algorithm.mean_regret.begin(), algorithm.mean_regret.end());
    regrets.insert(regrets.end(), algorithm.median.begin(), algorithm.median.end());
    regrets.insert(regrets.end(), algorithm.without_optimum.begin(),
                   algorithm.without_optimum.end());
    regrets.push_back(algorithm.median_evaluations_to_optimum);
    regrets.push_back(algorithm.p_against.value_or(2.0));
  }
  return regrets;
}

std::string message_of_run(const BenchmarkSetup& setup) {
  return message_of<std::exception>([&] { run_benchmark(setup, {}, {}); });
}

}  // namespace

TEST_CASE("regret falls to nothing once the whole space is evaluated") {
  const TemporaryFolder folder;
  const BenchmarkResult result =
      run_benchmark(setup_of(small_table(folder, kSpace, row_of)), {}, {});
  CHECK(result.complete);
  CHECK(result.optimum == 27.0);
  CHECK(result.optimum_architecture == "3,0,0,0,0");
  REQUIRE(result.algorithms.size() == 2);
  for (const AlgorithmResult& algorithm : result.algorithms) {
    CAPTURE(algorithm.algorithm);
    REQUIRE(algorithm.budgets.size() == 3);
    REQUIRE(algorithm.mean_regret.size() == 1200);
    REQUIRE(algorithm.without_optimum.size() == 1200);
    CHECK(std::is_sorted(algorithm.without_optimum.rbegin(), algorithm.without_optimum.rend()));
    CHECK(algorithm.without_optimum[99] == doctest::Approx(1.0 - algorithm.budgets[1].at_optimum));
    CHECK(algorithm.without_optimum[1199] == 0.0);
    CHECK(std::is_sorted(algorithm.mean_regret.rbegin(), algorithm.mean_regret.rend()));
    CHECK(algorithm.budgets[0].regret_mean == algorithm.mean_regret[0]);
    CHECK(algorithm.budgets[1].regret_median == algorithm.median[99]);
    CHECK(algorithm.budgets[1].regret_lower_quartile <= algorithm.budgets[1].regret_median);
    CHECK(algorithm.budgets[1].regret_upper_quartile >= algorithm.budgets[1].regret_median);
    // The space has 1,024 genotypes; what is left of the budget changes nothing.
    CHECK(algorithm.budgets[2].regret_mean == 0.0);
    CHECK(algorithm.budgets[2].regret_deviation == 0.0);
    CHECK(algorithm.budgets[2].at_optimum == 1.0);
    CHECK(algorithm.engine_seconds > 0.0);
    CHECK(algorithm.evaluations_to_optimum_10 >= 1.0);
    CHECK(algorithm.evaluations_to_optimum_10 <= algorithm.median_evaluations_to_optimum);
    CHECK(algorithm.median_evaluations_to_optimum <= algorithm.evaluations_to_optimum_90);
  }
  // Local search needs far fewer evaluations than half the space.
  CHECK(result.algorithms[0].median_evaluations_to_optimum > 200);
  CHECK(result.algorithms[1].median_evaluations_to_optimum < 100);
  // The statistics of the first evaluation, which is the same for all algorithms.
  CHECK(result.algorithms[0].mean_regret[0] == result.algorithms[1].mean_regret[0]);
}

TEST_CASE("algorithms are compared with the one of the lowest regret") {
  const TemporaryFolder folder;
  BenchmarkSetup setup = setup_of(small_table(folder, kSpace, row_of));
  // With the whole space evaluated there is nothing to tell apart: the first one counts as best.
  const BenchmarkResult equal = run_benchmark(setup, {}, {});
  CHECK(equal.best_algorithm == "random");
  CHECK_FALSE(equal.algorithms[0].p_against.has_value());
  CHECK(equal.algorithms[1].p_against == 1.0);

  setup.evaluations = 200;
  setup.budgets = {200};
  const BenchmarkResult two = run_benchmark(setup, {}, {});
  CHECK(two.best_algorithm == "local_search");
  CHECK_FALSE(two.algorithms[1].p_against.has_value());
  REQUIRE(two.algorithms[0].p_against.has_value());
  const double p = *two.algorithms[0].p_against;
  CHECK(p > 0.0);
  CHECK(p < 0.1);

  // The same once more doubles the p-value of both.
  setup.algorithms.push_back(setup.algorithms.front());
  const BenchmarkResult three = run_benchmark(setup, {}, {});
  CHECK(three.best_algorithm == "local_search");
  CHECK(three.algorithms[0].p_against == 2.0 * p);
  CHECK(three.algorithms[2].p_against == 2.0 * p);

  setup.algorithms.resize(1);
  const BenchmarkResult one = run_benchmark(setup, {}, {});
  CHECK(one.best_algorithm == "random");
  CHECK_FALSE(one.algorithms[0].p_against.has_value());
  CHECK(to_markdown(one).find("p against") == std::string::npos);
}

TEST_CASE("algorithms are compared with the one that is named") {
  const TemporaryFolder folder;
  BenchmarkSetup setup = setup_of(small_table(folder, kSpace, row_of));
  setup.algorithms.push_back({.algorithm = "regularized_evolution", .identity = "genotype"});
  setup.evaluations = 200;
  setup.budgets = {200};
  const BenchmarkResult best = run_benchmark(setup, {}, {});
  CHECK(best.best_algorithm == "local_search");
  CHECK(best.against == "local_search");
  setup.against = "random";
  const BenchmarkResult named = run_benchmark(setup, {}, {});
  CHECK(named.best_algorithm == "local_search");
  CHECK(named.against == "random");
  CHECK_FALSE(named.algorithms[0].p_against.has_value());
  REQUIRE(named.algorithms[1].p_against.has_value());
  CHECK(named.algorithms[2].p_against.has_value());
  CHECK(to_json(named).at("against") == "random");
  CHECK(to_markdown(named).find("| p against random |\n") != std::string::npos);

  // Of two it is the same comparison.
  setup.algorithms.resize(2);
  const double against_random = run_benchmark(setup, {}, {}).algorithms[1].p_against.value();
  setup.against.clear();
  CHECK(run_benchmark(setup, {}, {}).algorithms[0].p_against == against_random);
}

TEST_CASE("results call algorithms by the names that they are given") {
  const TemporaryFolder folder;
  BenchmarkSetup setup = setup_of(small_table(folder, kSpace, row_of));
  setup.algorithms = {{.algorithm = "random"}, {.algorithm = "random"}, {.algorithm = "random"}};
  setup.evaluations = 3;
  setup.budgets = {3};
  const auto names = [&] {
    std::vector<std::string> all;
    for (const AlgorithmResult& algorithm : run_benchmark(setup, {}, {}).algorithms) {
      all.push_back(algorithm.algorithm);
    }
    return all;
  };
  CHECK(names() == std::vector<std::string>{"random", "random (2)", "random (3)"});
  setup.names = {"", "by chance", ""};
  CHECK(names() == std::vector<std::string>{"random", "by chance", "random (2)"});
  setup.against = "by chance";
  CHECK(run_benchmark(setup, {}, {}).against == "by chance");

  setup.against = "by chanse";
  CHECK(message_of_run(setup).find(
            "with 'by chanse', which is none of them (nearest: by chance)") != std::string::npos);
  setup.against.clear();
  setup.names = {"", "random", ""};
  CHECK(message_of_run(setup).find("are called 'random'") != std::string::npos);
  setup.names = {"one"};
  CHECK(message_of_run(setup).find("3 algorithms has 1 names") != std::string::npos);
}

TEST_CASE("what is published stands beside the results") {
  const TemporaryFolder folder;
  BenchmarkSetup setup = setup_of(small_table(folder, kSpace, row_of));
  setup.evaluations = 10;
  setup.budgets = {5, 10};
  BenchmarkResult result = run_benchmark(setup, {}, {});
  CHECK_FALSE(to_json(result).contains("published"));
  CHECK(to_markdown(result).find("published") == std::string::npos);
  result.published = {
      {.label = "theirs",
       .source = "their paper",
       .regrets = {{.evaluations = 10, .mean = 0.25}, {.evaluations = 300}}},
      {.label = "another", .source = "a web page", .evaluations_to_optimum_90 = 59}};
  const nlohmann::json published = to_json(result).at("published");
  CHECK(published.at(0) == nlohmann::json{{"label", "theirs"},
                                          {"source", "their paper"},
                                          {"budgets", {{"10", 0.25}, {"300", 0.0}}}});
  CHECK(published.at(1).at("evaluations_to_optimum_90") == 59);
  CHECK_FALSE(published.at(1).contains("median_evaluations_to_optimum"));
  const std::string markdown = to_markdown(result);
  CHECK(
      markdown.find("\n\n| published (mean) | 5 | 10 | median evaluations to the optimum | nine in "
                    "ten | source |\n") != std::string::npos);
  CHECK(markdown.find("| theirs |  | 0.250 |  |  | their paper |\n") != std::string::npos);
  CHECK(markdown.ends_with("| another |  |  |  | 59 | a web page |\n"));
}

TEST_CASE("a benchmark tells how well what an algorithm expects ranks what is measured") {
  const TemporaryFolder folder;
  BenchmarkSetup setup = setup_of(small_table(folder, kSpace, row_of));
  setup.guidance.make_predictor = [](const std::string&, const std::string&) {
    return std::make_unique<AdditivePredictor>();
  };
  setup.algorithms = {{.algorithm = "predictor_guided", .batch = 5}, {.algorithm = "random"}};
  setup.algorithms[0].guidance.initial = 10;
  setup.algorithms[0].guidance.candidates = 40;
  setup.evaluations = 30;
  setup.budgets = {30};
  setup.seeds = 3;
  TrialLog log(folder / "out", "");
  const BenchmarkResult result = run_benchmark(setup, {}, {}, &log);
  const AlgorithmResult& guided = result.algorithms[0];
  // The first ten are not expected, and fewer than five say nothing.
  REQUIRE(guided.running_tau.evaluations.size() == 16);
  CHECK(guided.running_tau.evaluations.front() == 15);
  CHECK(guided.running_tau.evaluations.back() == 30);
  for (std::size_t i = 0; i < 16; ++i) {
    CHECK(guided.running_tau.lower_quartile[i] <= guided.running_tau.median[i]);
    CHECK(guided.running_tau.median[i] <= guided.running_tau.upper_quartile[i]);
  }
  CHECK(result.algorithms[1].running_tau.evaluations.empty());
  for (const AlgorithmResult& algorithm : result.algorithms) {
    REQUIRE(algorithm.times.has_value());
    CHECK(algorithm.times->total() == doctest::Approx(algorithm.engine_seconds));
    CHECK(algorithm.times->breed > 0.0);
    CHECK(algorithm.times->evaluate > 0.0);
  }
  CHECK(guided.times->fit > 0.0);
  CHECK(guided.times->score > 0.0);
  CHECK(result.algorithms[1].times->fit == 0.0);
  const nlohmann::json json = to_json(result).at("algorithms");
  CHECK(json.at("predictor_guided").at("running_tau").at("median") == guided.running_tau.median);
  CHECK(json.at("predictor_guided").at("running_tau").at("evaluations").size() == 16);
  CHECK(json.at("predictor_guided").at("times").at("fit") == guided.times->fit);
  CHECK_FALSE(json.at("random").contains("running_tau"));

  std::istringstream lines(read_text(folder / "out/searches.jsonl"));
  int guided_searches = 0;
  for (std::string line; std::getline(lines, line);) {
    const nlohmann::json trial = nlohmann::json::parse(line);
    CHECK(trial.contains("forecasts") == (trial.at("algorithm") == "predictor_guided"));
    if (!trial.contains("forecasts")) continue;
    ++guided_searches;
    const nlohmann::json& forecasts = trial.at("forecasts");
    REQUIRE(forecasts.size() == 20);
    for (std::size_t i = 0; i < 20; ++i) CHECK(forecasts.at(i).at(0) == 11 + i);
    // What was measured is what regret follows from, in the sense of the metric.
    for (const nlohmann::json& step : trial.at("steps")) {
      const auto evaluation = step.at(0).get<std::size_t>();
      if (evaluation < 11) continue;
      CHECK(forecasts.at(evaluation - 11).at(2).get<double>() == 27.0 - step.at(2).get<double>());
    }
  }
  CHECK(guided_searches == 3);
}

TEST_CASE("a benchmark is the same on any number of threads") {
  const TemporaryFolder folder;
  const BenchmarkSetup setup = setup_of(small_table(folder, kSpace, row_of));
  const tbb::global_control eight(tbb::global_control::max_allowed_parallelism, 8);
  const auto on = [&](int threads) {
    tbb::task_arena arena(threads);
    return arena.execute([&] { return regrets_of(run_benchmark(setup, {}, {})); });
  };
  const auto one = on(1);
  for (const int threads : {2, 3, 8}) CHECK(on(threads) == one);
}

TEST_CASE("regret counts feasible architectures only, and missing labels are failures") {
  const TemporaryFolder folder;
  BenchmarkSetup setup = setup_of(small_table(folder, kSpace, [](const spaces::Genotype& genotype) {
    return genotype[0] == 3 && genotype[1] == 1 ? std::string(",,1") : row_of(genotype);
  }));
  setup.problem.limits = {Limit::parse("b >= 4")};
  const BenchmarkResult result = run_benchmark(setup, {}, {});
  // 3,1,... would be among the best with 26 but has no label; 3,0,1,0,0 has.
  CHECK(result.optimum == 26.0);
  CHECK(result.optimum_architecture == "3,0,1,0,0");
  CHECK(result.algorithms[0].budgets.back().at_optimum == 1.0);

  setup.problem.limits = {Limit::parse("b >= 400")};
  CHECK(message_of_run(setup).find("loosen the limits") != std::string::npos);
}

TEST_CASE("an optimum that is not found has an infinite median, null in JSON") {
  const TemporaryFolder folder;
  BenchmarkSetup setup = setup_of(small_table(folder, kSpace, row_of));
  setup.evaluations = 3;
  setup.budgets = {3};
  setup.algorithms = {{.algorithm = "random"}, {.algorithm = "random", .seed = 7}};
  const BenchmarkResult result = run_benchmark(setup, {}, {});
  CHECK(std::isinf(result.algorithms[0].median_evaluations_to_optimum));
  CHECK(result.algorithms[1].algorithm == "random (2)");
  const nlohmann::json json = to_json(result);
  const nlohmann::json& random = json.at("algorithms").at("random");
  CHECK(random.at("median_evaluations_to_optimum").is_null());
  CHECK(random.at("evaluations_to_optimum_90").is_null());
  CHECK(random.at("engine_seconds").is_number());
  const nlohmann::json& budget = random.at("budgets").at("3");
  CHECK(budget.at("regret_mean") == result.algorithms[0].budgets[0].regret_mean);
  CHECK(budget.at("regret_quartiles").size() == 2);
  CHECK(budget.at("at_optimum").is_number());
  CHECK(budget.contains("regret_median"));
  CHECK(random.at("evaluations_to_optimum_10").is_null());
  const auto& curve = result.algorithms[0];
  CHECK(random.at("curve").at("median") == curve.median);
  CHECK(random.at("curve").at("lower_quartile") == curve.lower_quartile);
  CHECK(random.at("curve").at("upper_quartile") == curve.upper_quartile);
  CHECK(curve.median.size() == 3);
  CHECK(json.at("algorithms").contains("random (2)"));
  const std::string markdown = to_markdown(result);
  CHECK(markdown.find("| algorithm | 3 |") == 0);
  CHECK(markdown.find("| > 3 |") != std::string::npos);
  // Both are the same search.
  CHECK(json.at("best_algorithm") == "random");
  CHECK(random.at("p_against").is_null());
  CHECK(json.at("algorithms").at("random (2)").at("p_against") == 1.0);
  CHECK(markdown.find("| ms a search | p against random |\n") != std::string::npos);
  CHECK(markdown.find(" | – |\n") != std::string::npos);
  CHECK(markdown.find(" | 1 |\n") != std::string::npos);
  CHECK(json.at("against") == "random");
  const BudgetResult& last = result.algorithms[1].budgets[0];
  CHECK(markdown.ends_with(fmt::format("\n| random (2) | {:.3f} ({:.3f} to {:.3f}) |\n",
                                       last.regret_median, last.regret_lower_quartile,
                                       last.regret_upper_quartile)));
  CHECK(markdown.find("\n\n| median (quartiles) | 3 |\n") != std::string::npos);
}

TEST_CASE("a benchmark reports progress and can be stopped") {
  const TemporaryFolder folder;
  BenchmarkSetup setup = setup_of(small_table(folder, kSpace, row_of));
  std::vector<std::size_t> progress;
  run_benchmark(setup,
                [&](std::size_t finished, std::size_t all) {
                  CHECK(all == 18);
                  progress.push_back(finished);
                },
                {});
  REQUIRE(progress.size() == 18);
  CHECK(std::is_sorted(progress.begin(), progress.end()));

  std::stop_source stop;
  const BenchmarkResult result = run_benchmark(
      setup, [&](std::size_t, std::size_t) { stop.request_stop(); }, stop.get_token());
  CHECK_FALSE(result.complete);
  CHECK(result.algorithms.empty());
  CHECK(to_markdown(result).empty());
}

TEST_CASE("a benchmark that cannot be run is refused with the reason") {
  const TemporaryFolder folder;
  const BenchmarkSetup good = setup_of(small_table(folder, kSpace, row_of));
  BenchmarkSetup setup = good;
  setup.problem.objectives.push_back({"b", Goal::Minimize});
  CHECK(message_of_run(setup).find("the problem has 2") != std::string::npos);
  setup = good;
  setup.seeds = 0;
  CHECK_FALSE(message_of_run(setup).empty());
  setup = good;
  setup.budgets = {1201};
  CHECK(message_of_run(setup).find("1201") != std::string::npos);
  setup = good;
  setup.problem.objectives = {{"c", Goal::Minimize}};
  CHECK_FALSE(message_of_run(setup).empty());
  setup = good;
  setup.algorithms.push_back({.algorithm = "unknown"});
  CHECK(message_of_run(setup).find("unknown") != std::string::npos);
}

TEST_CASE("published figures of searchers on NAS-Bench-201 are reached") {
  const TemporaryFolder folder;
  const Table table = published_table(folder);
  if (!table) return;
  const BenchmarkResult result =
      run_benchmark({.space = spaces::AnySpace{spaces::NasBench201{}},
                     .table = table,
                     .problem = {.objectives = {{"a", Goal::Maximize}}},
                     .algorithms = {{.algorithm = "random", .identity = "genotype"},
                                    {.algorithm = "regularized_evolution"},
                                    {.algorithm = "local_search"}},
                     .evaluations = 300,
                     .seeds = 200,
                     .budgets = {300}},
                    {}, {});
  CHECK(result.optimum == doctest::Approx(91.6067));
  REQUIRE(result.algorithms.size() == 3);
  CHECK(result.algorithms[0].budgets[0].regret_mean == doctest::Approx(0.35).epsilon(0.08));
  CHECK(result.algorithms[1].budgets[0].regret_mean <= 0.06);
  CHECK(result.algorithms[2].budgets[0].regret_mean <= 0.01);
  CHECK(result.algorithms[2].median_evaluations_to_optimum <= 64);
  CHECK(result.algorithms[2].evaluations_to_optimum_90 > 64);
  CHECK(result.algorithms[2].evaluations_to_optimum_90 <= 200);
}
