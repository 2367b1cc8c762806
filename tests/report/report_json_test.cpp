#include <limits>

#include <doctest/doctest.h>

#include "graph/drawing.hpp"
#include "report/report_data.hpp"
#include "sample_runs.hpp"

using namespace evonas;
using namespace evonas::report;

namespace {

nlohmann::json point(int evaluations, double value) {
  return {{"evaluations", evaluations}, {"value", value}};
}

}  // namespace

TEST_CASE("report data: evaluations, curves, limits") {
  const Run sample = sample_run();
  const nlohmann::json data = report_json(sample);
  REQUIRE(data.at("runs").size() == 1);
  const nlohmann::json& run = data.at("runs").at(0);
  CHECK(run.at("summary") == summary_json(sample));
  REQUIRE(run.at("evaluations").size() == 6);
  CHECK(run.at("evaluations").at(2).at("on_front") == true);
  CHECK(run.at("evaluations").at(3).at("on_front") == false);
  CHECK(run.at("evaluations").at(3).at("feasible") == true);
  CHECK(run.at("evaluations").at(1).at("feasible") == false);
  CHECK(run.at("evaluations").at(4).at("feasible") == false);
  CHECK(run.at("evaluations").at(4).at("failure") == "training diverged");
  CHECK_FALSE(run.at("evaluations").at(3).contains("failure"));
  CHECK(run.at("best_so_far") ==
        nlohmann::json::array({point(1, 70.0), point(3, 80.5), point(6, 90.25)}));
  CHECK(run.at("limits").at(0) == nlohmann::json{{"metric", "latency_ms"},
                                                 {"relation", "<="},
                                                 {"bound", 4.0},
                                                 {"unit", "ms"},
                                                 {"text", "latency_ms <= 4"}});
  CHECK(run.at("objectives").at(0).at("goal") == "maximize");
  CHECK(run.at("units").at("test_accuracy") == "%");
}

TEST_CASE("report data: cells of the front are drawn where Graphviz is there") {
  const nlohmann::json run = report_json(sample_run()).at("runs").at(0);
  REQUIRE(run.at("cells").size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    const nlohmann::json& cell = run.at("cells").at(i);
    CHECK(cell.at("key") == run.at("summary").at("front").at(i).at("key"));
    if (graph::graphviz_available()) {
      CHECK(cell.at("svg").get<std::string>().starts_with("<svg"));
    } else {
      CHECK(cell.at("svg").is_null());
    }
  }
}

TEST_CASE("report data: what a predictor calls critical is framed") {
  if (!graph::graphviz_available()) {
    MESSAGE("skipped: Graphviz is not installed");
    return;
  }
  Run run = sample_run();
  const auto& record = run.summary.evaluations.at(run.summary.front.front());
  const std::size_t nodes = run.space.cell(record.genotype).size();
  const auto picture = [&] {
    return report_json(run).at("runs")[0].at("cells")[0].at("svg").get<std::string>();
  };
  const std::string plain = picture();
  run.node_weights[record.key.hex()] = std::vector<double>(nodes, 0.9);
  CHECK(plain.find("#cf222e") == std::string::npos);
  CHECK(picture().find("#cf222e") != std::string::npos);
}

TEST_CASE("report data: what was predicted of others stands beside the front, of one run") {
  Run run = sample_run();
  CHECK(report_json(run).at("runs").at(0).at("predicted_front").empty());
  run.summary.predicted_front.push_back(
      {"a cell", {{"accuracy", {91.5, 90.0, 93.0}}, {"params", {1500.0, {}, {}}}}});
  const nlohmann::json front = report_json(run).at("runs").at(0).at("predicted_front");
  REQUIRE(front.size() == 1);
  CHECK(front.at(0).at("architecture") == "a cell");
  CHECK(front.at(0).at("metrics") == nlohmann::json{{"accuracy", 91.5}, {"params", 1500.0}});
  CHECK(front.at(0).at("intervals").at("accuracy") == nlohmann::json::array({90.0, 93.0}));
  CHECK(front.at(0).at("intervals").size() == 1);
  CHECK(report_json(std::vector<Run>{run, run}).at("runs").at(0).at("predicted_front").empty());
}

TEST_CASE("report data: runs are compared from one reference point") {
  std::vector<Run> runs = {sample_run(), sample_run()};
  runs[1].name = "other";
  runs[1].summary.reference_point = {50.0, 2.5};
  const nlohmann::json data = report_json(runs);
  CHECK(data.at("reference_point") == nlohmann::json{50.0, 4.5});
  REQUIRE(data.at("runs").size() == 2);
  for (const nlohmann::json& run : data.at("runs")) {
    const nlohmann::json& curve = run.at("hypervolume");
    REQUIRE(curve.size() == 3);
    CHECK(curve.at(0) == point(1, 50.0));
    CHECK(curve.at(1) == point(3, 65.75));
    CHECK(curve.at(2).at("evaluations") == 6);
    CHECK(curve.at(2).at("value").get<double>() == doctest::Approx(71.6));
    CHECK(run.at("cells").empty());
  }
}

TEST_CASE("report data: a run keeps the hypervolume that its search recorded") {
  const Run sample = sample_run();
  const nlohmann::json curve = report_json(sample).at("runs").at(0).at("hypervolume");
  REQUIRE(curve.size() == 3);
  CHECK(curve.at(0) == point(2, 25.0));
  CHECK(curve.at(2) == point(6, sample.summary.hypervolume));
}

TEST_CASE("report data: what cannot be compared is refused") {
  std::vector<Run> runs = {sample_run(), sample_run()};
  runs[1].problem.objectives.pop_back();
  runs[1].name = "narrow";
  CHECK_THROWS_WITH_AS(
      (void)report_json(runs),
      "the runs 'sample' (maximize accuracy, minimize latency_ms) and 'narrow' (maximize accuracy) "
      "have different objectives and cannot be compared; report them one by one",
      ReportError);
  CHECK_THROWS_AS((void)report_json(std::vector<Run>()), ReportError);
}

TEST_CASE("report data can be written whatever a run holds") {
  Run run = sample_run();
  run.summary.evaluations[4].failure = "exit code 1: \xff\xfe";
  run.summary.evaluations[5].architecture = std::string("a cell \xc3");
  run.summary.evaluations[5].metrics["loss"] = {std::numeric_limits<double>::infinity(), {}, {}};
  const nlohmann::json entry = report_json(run).at("runs").at(0);
  CHECK(entry.at("evaluations").at(4).at("failure") == "exit code 1: \xef\xbf\xbd\xef\xbf\xbd");
  CHECK(entry.at("evaluations").at(5).at("metrics").at("loss").is_null());
  CHECK_NOTHROW((void)report_json(run).dump());
  CHECK_NOTHROW((void)summary_json(run).dump());
}

TEST_CASE("report data of a benchmark") {
  Benchmark benchmark{.name = "searchers", .space = "nasbench201", .metric = {"accuracy", "%"}};
  benchmark.result.optimum = 91.6;
  benchmark.result.seeds = 200;
  benchmark.result.algorithms.push_back(
      {.algorithm = "zebra",
       .budgets = {{.evaluations = 50, .regret_mean = 0.5, .at_optimum = 0.25}},
       .mean_regret = {1.0, 0.5},
       .lower_quartile = {0.5, 0.0},
       .median = {1.0, 0.25},
       .upper_quartile = {2.0, 1.0},
       .without_optimum = {1.0, 0.75},
       .median_evaluations_to_optimum = std::numeric_limits<double>::infinity(),
       .p_against = 0.125,
       .engine_seconds = 0.5,
       .running_tau = {.evaluations = {1, 2},
                       .lower_quartile = {0.0, 0.25},
                       .median = {0.5, 0.75},
                       .upper_quartile = {1.0, 1.0}},
       .times = search::TimeSplit{.fit = 0.25, .breed = 0.25}});
  benchmark.result.algorithms.push_back({.algorithm = "ant"});
  benchmark.result.best_algorithm = "zebra";
  benchmark.result.against = "ant";
  benchmark.result.published = {{.label = "theirs",
                                 .source = "their paper",
                                 .regrets = {{.evaluations = 50, .mean = 0.75}},
                                 .median_evaluations_to_optimum = 64.0}};
  const nlohmann::json data = report_json(benchmark);
  CHECK(data.at("kind") == "benchmark");
  CHECK(data.at("seeds") == 200);
  CHECK(data.at("curves").at(0).at("algorithm") == "zebra");
  CHECK(data.at("curves").at(0).at("median") == nlohmann::json{1.0, 0.25});
  CHECK(data.at("curves").at(0).at("median_evaluations_to_optimum").is_null());
  CHECK(data.at("curves").at(0).at("budgets").at(0).at("regret_mean") == 0.5);
  CHECK(data.at("curves").at(1).at("median_evaluations_to_optimum") == 0.0);
  CHECK(data.at("best_algorithm") == "zebra");
  CHECK(data.at("against") == "ant");
  CHECK(data.at("curves").at(0).at("without_optimum") == nlohmann::json{1.0, 0.75});
  CHECK(data.at("curves").at(0).at("p_against") == 0.125);
  CHECK(data.at("curves").at(1).at("p_against").is_null());
  CHECK(data.at("curves").at(0).at("clock").is_null());
  CHECK(data.at("curves").at(1).at("evaluations_to_optimum_10") == 0.0);
  CHECK(data.at("curves").at(0).at("times").at("fit") == 0.25);
  CHECK(data.at("curves").at(1).at("times").is_null());
  const nlohmann::json& tau = data.at("curves").at(0).at("running_tau");
  CHECK(tau.at("evaluations") == nlohmann::json{1, 2});
  CHECK(tau.at("lower") == nlohmann::json{0.0, 0.25});
  CHECK(tau.at("median") == nlohmann::json{0.5, 0.75});
  CHECK(tau.at("upper") == nlohmann::json{1.0, 1.0});
  CHECK(data.at("curves").at(1).at("running_tau").at("evaluations").empty());
  const nlohmann::json& published = data.at("published").at(0);
  CHECK(published.at("label") == "theirs");
  CHECK(published.at("source") == "their paper");
  CHECK(published.at("regrets").at(0).at("evaluations") == 50);
  CHECK(published.at("regrets").at(0).at("mean") == 0.75);
  CHECK(published.at("median_evaluations_to_optimum") == 64.0);
  CHECK(published.at("evaluations_to_optimum_90").is_null());
}

TEST_CASE("report data of a benchmark without an optimum") {
  Benchmark benchmark{.name = "searchers", .space = "darts", .metric = {"accuracy", "%"}};
  benchmark.result.optimum_known = false;
  benchmark.result.optimum = 95.5;
  benchmark.result.algorithms.push_back({.algorithm = "ant",
                                         .budgets = {{.evaluations = 50, .regret_median = 95.0}},
                                         .median = {94.0, 95.0},
                                         .evaluations = 50.0});
  const nlohmann::json data = report_json(benchmark);
  CHECK(data.at("optimum_known") == false);
  CHECK(data.at("optimum") == 95.5);
  CHECK(data.at("curves").at(0).at("evaluations") == 50.0);
  CHECK(data.at("curves").at(0).at("budgets").at(0).at("regret_median") == 95.0);
  CHECK(data.at("curves").at(0).at("without_optimum").empty());
  CHECK_NOTHROW((void)report_html(data));
}

TEST_CASE("report data of a benchmark with a clock") {
  Benchmark benchmark{.name = "searchers", .space = "nasbench201", .metric = {"accuracy", "%"}};
  benchmark.result.cost = "train_seconds";
  benchmark.result.seconds = 3600.0;
  benchmark.result.algorithms.push_back(
      {.algorithm = "ant",
       .budgets = {{.seconds = 3600.0, .regret_mean = 0.5}},
       .clock =
           search::ClockResult{.seconds = {10.0, 3600.0},
                               .mean_regret = {2.0, 0.5},
                               .lower_quartile = {1.0, 0.0},
                               .median = {1.5, 0.25},
                               .upper_quartile = {3.0, 1.0},
                               .median_seconds_to_optimum = 1800.0,
                               .seconds_to_optimum_90 = std::numeric_limits<double>::infinity(),
                               .training_seconds = 3500.0}});
  const nlohmann::json data = report_json(benchmark);
  CHECK(data.at("cost") == "train_seconds");
  CHECK(data.at("clock") == "training");
  CHECK(data.at("seconds") == 3600.0);
  const nlohmann::json& curve = data.at("curves").at(0);
  CHECK(curve.at("budgets").at(0).at("seconds") == 3600.0);
  CHECK(curve.at("clock").at("seconds") == nlohmann::json{10.0, 3600.0});
  CHECK(curve.at("clock").at("lower") == nlohmann::json{1.0, 0.0});
  CHECK(curve.at("clock").at("median") == nlohmann::json{1.5, 0.25});
  CHECK(curve.at("clock").at("upper") == nlohmann::json{3.0, 1.0});
  CHECK(curve.at("clock").at("median_seconds_to_optimum") == 1800.0);
  CHECK(curve.at("clock").at("seconds_to_optimum_90").is_null());
  CHECK(curve.at("clock").at("training_seconds") == 3500.0);
}

TEST_CASE("report data of compared fronts") {
  FrontBenchmark benchmark{.name = "fronts",
                           .space = "nasbench201",
                           .objectives = {{{"accuracy", "%"}, search::Goal::Maximize},
                                          {{"latency_ms", "ms"}, search::Goal::Minimize}}};
  benchmark.result.front_size = 2;
  benchmark.result.hypervolume = 900.5;
  benchmark.result.reference_point = {0.0, 12.5};
  benchmark.result.seeds = 50;
  benchmark.result.searches_at_once = 2;
  benchmark.result.exact_front = {{91.5, 5.0}, {90.0, 2.5}};
  benchmark.result.algorithms.push_back({.algorithm = "zebra",
                                         .evaluations_per_second = 1000.0,
                                         .evaluations = 100.0,
                                         .budgets = {{.evaluations = 100,
                                                      .mean = 0.75,
                                                      .deviation = 0.125,
                                                      .lowest = 0.5,
                                                      .lower_quartile = 0.625,
                                                      .median = 0.75,
                                                      .upper_quartile = 0.875}},
                                         .curve = {.moments = {1.0, 100.0},
                                                   .lower_quartile = {0.0, 0.625},
                                                   .median = {0.25, 0.75},
                                                   .upper_quartile = {0.5, 0.875}},
                                         .front = {{90.0, 2.5}}});
  benchmark.result.algorithms.push_back(
      {.algorithm = "ant",
       .clock = search::VolumeCurve{.moments = {30.0}, .median = {0.5}},
       .training_seconds = 60.0});
  benchmark.result.tests.push_back({.algorithm = "zebra",
                                    .other = "ant",
                                    .evaluations = 100,
                                    .other_evaluations = 1000,
                                    .larger = 40,
                                    .equal = 4,
                                    .smaller = 6,
                                    .median_difference = 0.25,
                                    .p = 0.03125});
  benchmark.result.comparisons.push_back({"zebra", "ant", 0.5, 0.75});
  const nlohmann::json data = report_json(benchmark);
  CHECK(data.at("kind") == "fronts");
  CHECK(data.at("objectives").at(1) ==
        nlohmann::json{{"name", "latency_ms"}, {"unit", "ms"}, {"goal", "minimize"}});
  CHECK(data.at("front_known") == true);
  CHECK(data.at("hypervolume") == 900.5);
  CHECK(data.at("reference_point") == nlohmann::json{0.0, 12.5});
  CHECK(data.at("searches_at_once") == 2);
  CHECK(data.at("clock") == "training");
  CHECK(data.at("exact_front").at(1) == nlohmann::json{90.0, 2.5});
  const nlohmann::json& zebra = data.at("algorithms").at(0);
  CHECK(zebra.at("algorithm") == "zebra");
  CHECK(zebra.at("budgets").at(0) == nlohmann::json{{"evaluations", 100},
                                                    {"seconds", 0.0},
                                                    {"mean", 0.75},
                                                    {"std", 0.125},
                                                    {"lowest", 0.5},
                                                    {"quartiles", {0.625, 0.875}},
                                                    {"median", 0.75}});
  CHECK(zebra.at("curve").at("moments") == nlohmann::json{1.0, 100.0});
  CHECK(zebra.at("curve").at("lower") == nlohmann::json{0.0, 0.625});
  CHECK(zebra.at("curve").at("upper") == nlohmann::json{0.5, 0.875});
  CHECK(zebra.at("clock").is_null());
  CHECK(zebra.at("training_seconds").is_null());
  CHECK(zebra.at("front").at(0) == nlohmann::json{90.0, 2.5});
  CHECK(data.at("algorithms").at(1).at("clock").at("median").at(0) == 0.5);
  CHECK(data.at("algorithms").at(1).at("training_seconds") == 60.0);
  CHECK(data.at("tests").at(0).at("other_evaluations") == 1000);
  CHECK(data.at("tests").at(0).at("smaller") == 6);
  CHECK(data.at("tests").at(0).at("p") == 0.03125);
  CHECK(data.at("comparisons").at(0) ==
        nlohmann::json{
            {"algorithm", "zebra"}, {"other", "ant"}, {"dominates", 0.5}, {"covers", 0.75}});
  CHECK_NOTHROW((void)report_html(data));
}

TEST_CASE("report data of compared predictors") {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  PredictorBenchmark benchmark{.name = "predictors",
                               .space = "nasbench201",
                               .metric = {"val", "%"},
                               .test_metric = "test",
                               .architectures = 15625,
                               .split = "random",
                               .against = "ant",
                               .ceiling = 0.875,
                               .labels_test_tau = 0.75,
                               .levels = {0.5, 0.9}};
  benchmark.rows.push_back({.model = "zebra",
                            .train = 100,
                            .tested = 500,
                            .seeds = 5,
                            .tau = {0.75, 0.125},
                            .test_tau = PredictorBenchmark::Figure{0.5, 0.25},
                            .coverage90 = PredictorBenchmark::Figure{0.875, 0.0},
                            .architectures_per_second = std::numeric_limits<double>::infinity(),
                            .p_against_best = 0.0625,
                            .difference = PredictorBenchmark::Difference{0.5, 0.25, 0.75, 0.125},
                            .learning_curve = {{.epoch = 1.0, .loss = 0.5, .held_out = kNaN}},
                            .held = {0.4, 0.8},
                            .values = {90.5, 91.25},
                            .predicted = {90.0, 91.0}});
  benchmark.rows.push_back({.model = "zebra",
                            .train = 200,
                            .mape = PredictorBenchmark::Figure{3.5, 0.5},
                            .within10 = PredictorBenchmark::Figure{95.0, 1.0},
                            .best = true});
  benchmark.rows.push_back({.model = "ant", .train = 100, .best = true});
  benchmark.published.push_back(
      {.label = "PINAT", .size = 100, .tau = 0.715, .source = "its table"});
  benchmark.map.push_back({.architecture = "|a~0|", .x = 1.5, .y = -2.0, .value = 90.5});
  benchmark.map_source = "statistics";
  benchmark.map_shares = {0.5, 0.25};
  const nlohmann::json data = report_json(benchmark);
  CHECK(data.at("kind") == "predictors");
  CHECK(data.at("models") == nlohmann::json{"zebra", "ant"});
  REQUIRE(data.at("rows").size() == 3);
  const nlohmann::json& row = data.at("rows").at(0);
  CHECK(row.at("tau") == nlohmann::json{{"mean", 0.75}, {"deviation", 0.125}});
  CHECK(row.at("test_tau").at("deviation") == 0.25);
  CHECK(row.at("coverage90").at("mean") == 0.875);
  CHECK(row.at("deviation_rho").is_null());
  CHECK(row.at("p_against_best") == 0.0625);
  CHECK(row.at("best") == false);
  CHECK(row.at("architectures_per_second").is_null());
  CHECK(row.at("held") == nlohmann::json{0.4, 0.8});
  CHECK(row.at("values") == nlohmann::json{90.5, 91.25});
  CHECK(row.at("predicted").size() == 2);
  CHECK(row.at("mape").is_null());
  CHECK(row.at("difference") ==
        nlohmann::json{{"mean", 0.5}, {"low", 0.25}, {"high", 0.75}, {"p", 0.125}});
  CHECK(row.at("top10_difference").is_null());
  REQUIRE(row.at("learning_curve").size() == 1);
  CHECK(row.at("learning_curve").at(0).at("loss") == 0.5);
  CHECK(row.at("learning_curve").at(0).at("held_out").is_null());
  CHECK(data.at("against") == "ant");
  CHECK(data.at("ceiling") == 0.875);
  CHECK(data.at("top10_ceiling").is_null());
  CHECK(data.at("labels_test_tau") == 0.75);
  CHECK(data.at("rows").at(1).at("mape").at("mean") == 3.5);
  CHECK(data.at("rows").at(1).at("within10").at("deviation") == 1.0);
  CHECK(data.at("rows").at(1).at("test_tau").is_null());
  CHECK(data.at("rows").at(1).at("p_against_best").is_null());
  CHECK(data.at("rows").at(2).at("best") == true);
  CHECK(data.at("levels") == nlohmann::json{0.5, 0.9});
  CHECK(data.at("published").at(0) ==
        nlohmann::json{{"label", "PINAT"}, {"size", 100}, {"tau", 0.715}, {"source", "its table"}});
  CHECK(data.at("map").at("places").at(0) ==
        nlohmann::json{{"architecture", "|a~0|"}, {"x", 1.5}, {"y", -2.0}, {"value", 90.5}});
  CHECK(data.at("map").at("shares") == nlohmann::json{0.5, 0.25});
}
