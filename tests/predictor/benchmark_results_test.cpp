#include "predictor/benchmark_results.hpp"

#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "base/json.hpp"
#include "contains.hpp"
#include "predictor/benchmark_fit_json.hpp"
#include "predictor/plain_predictors.hpp"
#include "predictor/predictor_list.hpp"
#include "spaces/space_list.hpp"

namespace evonas::predictor {
namespace {

BenchmarkPlan small_plan() {
  return {.models = {"gp", "trees"},
          .train = {50, 100},
          .seeds = 3,
          .conditions = {{"metric", "val"}, {"split", "random"}}};
}

/// A fit whose tau tells from where it is.
BenchmarkFit fit_with(double tau) {
  BenchmarkFit fit;
  fit.tau = tau;
  fit.rho = 0.7;
  fit.fit_seconds = 0.1;
  fit.predict_seconds = 0.5;
  fit.parameters = 7;
  fit.tested = 1000;
  fit.held = {0.1, 0.9};
  return fit;
}

/// A comparison with all its fits.
BenchmarkResults finished(const BenchmarkPlan& plan) {
  BenchmarkResults results(plan);
  for (const std::string& model : plan.models) {
    for (const std::size_t train : plan.train) {
      for (std::uint64_t seed = 1; seed <= plan.seeds; ++seed) {
        const double better = model == "trees" ? 0.1 : 0.0;
        const double more = 0.01 * static_cast<double>(seed) / static_cast<double>(train);
        results.add(model, train, seed, fit_with(0.5 + better + more));
      }
    }
  }
  return results;
}

using Seeds = std::vector<std::uint64_t>;

TEST_CASE("a comparison goes on where it was") {
  BenchmarkResults first(small_plan());
  first.add("trees", 50, 2, fit_with(0.7));
  first.add("trees", 50, 3, fit_with(0.1 + 0.2));
  BenchmarkResults second(small_plan());
  const auto restored = second.restore(nlohmann::json::parse(first.to_json().dump()));
  CHECK(restored.reused == 2);
  CHECK(restored.other == 0);
  CHECK(second.missing("trees", 50) == Seeds{1});
  CHECK(second.missing("trees", 100) == Seeds{1, 2, 3});
  CHECK(second.missing("gp", 50) == Seeds{1, 2, 3});
  second.add("trees", 50, 1, fit_with(0.6));
  CHECK(second.missing("trees", 50).empty());
  const BenchmarkRow row = second.row("trees", 50);
  CHECK(row.seeds == Seeds{1, 2, 3});
  CHECK(row.fits.at(2).tau == 0.1 + 0.2);  // bit for bit
  CHECK(row.fits.at(2).held == std::vector<double>{0.1, 0.9});
  CHECK(row.fits.at(2).tested == 1000);
  CHECK(second.rows().size() == 1);
}

TEST_CASE("what is read back is what was written") {
  const BenchmarkResults results = finished(small_plan());
  BenchmarkResults again(small_plan());
  CHECK(again.restore(results.to_json()).reused == 12);
  CHECK(again.to_json() == results.to_json());
}

TEST_CASE("fits under other conditions are kept but not reused") {
  BenchmarkPlan other = small_plan();
  other.conditions["split"] = "first";
  BenchmarkResults results(other);
  const auto restored = results.restore(finished(small_plan()).to_json());
  CHECK(restored.reused == 0);
  CHECK(restored.other == 12);
  CHECK(restored.differences == std::vector<std::string>{"split"});
  CHECK(results.rows().empty());
  CHECK(results.missing("gp", 50) == Seeds{1, 2, 3});
  CHECK(results.to_json().at("unused").size() == 4);
  BenchmarkResults back(small_plan());
  CHECK(back.restore(results.to_json()).reused == 12);
}

TEST_CASE("fits of models that are not compared are neither reused nor said to differ") {
  BenchmarkPlan one = small_plan();
  one.models = {"linear"};
  one.own_conditions["linear"] = {{"statics", "true"}};
  BenchmarkResults results(one);
  const auto restored = results.restore(finished(small_plan()).to_json());
  CHECK(restored.other == 0);
  CHECK(restored.differences.empty());
}

TEST_CASE("more models, sizes and seeds find what fewer of them have made, and the reverse") {
  BenchmarkPlan large = small_plan();
  large.models = {"linear", "gp"};
  large.train = {200, 50};
  large.seeds = 5;
  BenchmarkResults results(large);
  CHECK(results.restore(finished(small_plan()).to_json()).reused == 3);
  CHECK(results.missing("gp", 50) == Seeds{4, 5});
  results.add("gp", 50, 5, fit_with(0.4));

  BenchmarkResults small(small_plan());
  CHECK(small.restore(results.to_json()).reused == 12);
  CHECK(small.row("gp", 50).seeds == Seeds{1, 2, 3});
  const nlohmann::json unused = small.to_json().at("unused");
  REQUIRE(unused.size() == 1);
  CHECK(unused.at(0).at("fits").at(0).at("seed") == 5);
}

TEST_CASE("a fit without the points that are wanted is made again") {
  BenchmarkPlan with_points = small_plan();
  with_points.points = 10;
  CHECK(with_points.has_points(100, 1));
  CHECK_FALSE(with_points.has_points(50, 1));
  CHECK_FALSE(with_points.has_points(100, 2));
  BenchmarkResults results(with_points);
  CHECK(results.restore(finished(small_plan()).to_json()).reused == 10);
  CHECK(results.missing("gp", 100) == Seeds{1});
  BenchmarkFit fit = fit_with(0.5);
  fit.points = {{91.5, 91.25}, {10.0, 40.0}};
  results.add("gp", 100, 1, fit);
  BenchmarkResults again(with_points);
  again.restore(results.to_json());
  CHECK(again.missing("gp", 100).empty());
  CHECK(again.row("gp", 100).fits.front().points == fit.points);
}

TEST_CASE("another file is no comparison") {
  BenchmarkResults results(small_plan());
  CHECK_THROWS_AS(results.restore(nlohmann::json::array()), nlohmann::json::exception);
  CHECK_THROWS_AS(results.restore({{"results", {{{"model", "gp"}}}}, {"unused", {}}}),
                  nlohmann::json::exception);
}

TEST_CASE("a comparison of nothing has no rows") {
  BenchmarkPlan plan = small_plan();
  plan.models.clear();
  const BenchmarkResults results(plan);
  CHECK(results.rows().empty());
  CHECK(results.to_json().at("results").empty());
}

TEST_CASE("predictors are compared with the best of as many labels, once all are there") {
  BenchmarkPlan plan = small_plan();
  plan.seeds = 8;
  plan.models = {"gp", "trees", "linear"};
  plan.train = {50};
  BenchmarkResults results = finished(plan);
  std::vector<BenchmarkRow> rows = results.rows();
  REQUIRE(rows.size() == 3);
  CHECK(rows[1].best);
  CHECK_FALSE(rows[1].p_against_best.has_value());
  // Eight differences of one sign: 2 / 2^8, times two comparisons.
  CHECK(rows[0].p_against_best.value() == doctest::Approx(4.0 / 256.0));
  CHECK(rows[2].p_against_best.value() == doctest::Approx(4.0 / 256.0));
  const nlohmann::json json = results.to_json().at("results");
  CHECK(json.at(0).at("p_against_best") == rows[0].p_against_best.value());
  CHECK(json.at(1).at("p_against_best").is_null());
  CHECK(json.at(1).at("tau_mean") == doctest::Approx(0.6009));
  CHECK_FALSE(json.at(1).contains("test_tau_mean"));
  CHECK(json.at(1).at("architectures_per_second") == doctest::Approx(2000.0));

  const BenchmarkColumns columns{.compared = true};
  CHECK(markdown_head(columns).starts_with("| model | labels | tau | rho |"));
  CHECK(markdown_head(columns).ends_with("|---|---|---|---|---|---|---|---|---|---|\n"));
  CHECK(markdown_row(rows[0], columns) ==
        "| gp | 50 | 0.501 ± 0.000 | 0.700 ± 0.000 | 0.000 ± 0.000 | 0.0 % | 0.00 | 0.10 | 2000 | "
        "0.016 |\n");
  CHECK(json.at(0).at("rho_mean") == doctest::Approx(0.7));
  CHECK(tests::contains(markdown_row(rows[1], columns), "| best |"));
  for (BenchmarkFit& fit : rows[0].fits) fit.held.clear();  // no deviations expected
  CHECK(tests::contains(markdown_row(rows[0], columns), "| – | – | 0.10 |"));

  BenchmarkResults unfinished(plan);
  unfinished.add("gp", 50, 1, fit_with(0.5));
  rows = unfinished.rows();
  CHECK_FALSE(rows.at(0).best);
  CHECK_FALSE(rows.at(0).p_against_best.has_value());
}

TEST_CASE("predictors are compared with the one that is named, paired by seed") {
  BenchmarkPlan plan = small_plan();
  plan.seeds = 8;
  plan.models = {"plain", "better", "same"};
  plan.against = "plain";
  plan.train = {50};
  BenchmarkResults results(plan);
  const auto add = [&](const std::string& model, std::uint64_t seed, double tau, double top10) {
    BenchmarkFit fit = fit_with(tau);
    fit.top10_tau = top10;
    results.add(model, 50, seed, fit);
  };
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    const double label_luck = 0.05 * static_cast<double>(seed);  // of all predictors
    add("plain", seed, 0.3 + label_luck, 0.2);
    add("better", seed, 0.3 + label_luck + 0.001 * static_cast<double>(10 + seed % 2), 0.2);
    if (seed < 8) add("same", seed, 0.3 + label_luck, 0.1);
  }
  CHECK_FALSE(results.rows().at(1).against.has_value());
  add("same", 8, 0.7, 0.1);
  const std::vector<BenchmarkRow> rows = results.rows();
  CHECK_FALSE(rows.at(0).against.has_value());
  const PairedDifference better = rows.at(1).against.value().tau;
  CHECK(better.mean == doctest::Approx(0.0105));
  // Deviation of .010 and .011, four each, is .00053452; t of seven degrees of freedom 2.3646.
  CHECK(better.high - better.mean == doctest::Approx(2.364624 * 0.00053452 / std::sqrt(8.0)));
  CHECK(better.low > 0.0);
  CHECK(better.p == doctest::Approx(2.0 * 2.0 / 256.0));  // of two predictors
  CHECK(rows.at(1).against->top10_tau.p == 1.0);
  CHECK(rows.at(2).against->tau.p == 1.0);
  CHECK(rows.at(2).against->top10_tau.mean == doctest::Approx(-0.1));
  CHECK(rows.at(2).against->top10_tau.p == doctest::Approx(2.0 * 2.0 / 256.0));
  const nlohmann::json json = results.to_json().at("results");
  CHECK_FALSE(json.at(0).contains("against"));
  CHECK(json.at(1).at("against").at("model") == "plain");
  CHECK(json.at(1).at("against").at("tau").at("p") == better.p);
  CHECK(json.at(2).at("against").at("tau_top10").at("mean") == doctest::Approx(-0.1));
  const std::string text = markdown_differences(rows, plan.against);
  CHECK(tests::contains(text, "tau less that of plain"));
  CHECK(tests::contains(text, "+0.010 to +0.011 | 0.016 |"));
  BenchmarkResults again(plan);
  CHECK(again.restore(results.to_json()).reused == 24);
  CHECK(again.to_json() == results.to_json());
}

TEST_CASE("the same model made otherwise is another one") {
  BenchmarkPlan plan = small_plan();
  plan.own_conditions["gp"] = {{"input", "cifar10"}, {"split", "first"}};
  CHECK(plan.conditions_of("trees") == plan.conditions);
  CHECK(plan.conditions_of("gp") ==
        BenchmarkPlan::Conditions{{"input", "cifar10"}, {"metric", "val"}, {"split", "first"}});
  BenchmarkResults results(plan);
  const auto restored = results.restore(finished(small_plan()).to_json());
  CHECK(restored.reused == 6);
  CHECK(restored.other == 6);
  CHECK(restored.differences == std::vector<std::string>{"input", "split"});
  CHECK(results.missing("gp", 50) == Seeds{1, 2, 3});
  results.add("gp", 50, 1, fit_with(0.4));
  CHECK(results.row("gp", 50).fits.size() == 1);
  CHECK(results.to_json().at("unused").size() == 2);
  BenchmarkResults again(plan);
  CHECK(again.restore(results.to_json()).reused == 7);
}

/// Cells of NAS-Bench-201 whose value is a number that the linear predictor does not see whole.
BenchmarkData some_cells() {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  BenchmarkData data;
  for (std::uint64_t i = 0; i < 500; ++i) {
    data.genotypes.push_back(space.at(i * 31));
    data.values.push_back(static_cast<double>((i * 31) % 625) / 10.0);
  }
  return data;
}

TEST_CASE("a fit is tested on what it has not learnt from, and keeps some points") {
  const BenchmarkData data = some_cells();
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const auto fit_of = [&](const std::string& model, BenchmarkSize size, std::uint64_t seed) {
    const auto predictor = make_plain_predictor(model, space, {});
    return benchmark_fit(*predictor, data, size, Split::Random, {.seed = seed});
  };
  const BenchmarkFit fit = fit_of("linear", {.train = 100, .points = 40}, 1);
  CHECK(fit.tested == 400);
  CHECK(std::abs(fit.rho) > std::abs(fit.tau));  // of the same ranking it is the larger one
  CHECK(fit.points.size() == 40);
  CHECK(fit.points == fit_of("linear", {.train = 100, .points = 40}, 1).points);
  CHECK(fit.points != fit_of("linear", {.train = 100, .points = 40}, 2).points);
  CHECK(fit_of("linear", {.train = 100, .test = 30, .points = 40}, 1).points.size() == 30);
  CHECK(fit_of("linear", {.train = 100}, 1).points.empty());
  REQUIRE(fit.held.size() == kIntervalLevels.size());
  for (std::size_t i = 1; i < fit.held.size(); ++i) CHECK(fit.held[i] >= fit.held[i - 1]);
  CHECK(fit.held[8] == fit.coverage90);
  CHECK(fit.groups.empty());
  // The same architectures for every predictor.
  const BenchmarkFit other = fit_of("constant", {.train = 100, .points = 40}, 1);
  for (std::size_t i = 0; i < 40; ++i) CHECK(other.points[i].value == fit.points[i].value);
}

/// The same cells with values from 1 up, in groups of three numbers by their values.
BenchmarkData grouped_cells() {
  BenchmarkData data = some_cells();
  for (double& value : data.values) value += 1.0;
  for (const double value : data.values) data.groups.push_back(value < 20 ? 0 : value < 40 ? 1 : 2);
  return data;
}

/// Predicts the sum of the genes, and tells points of a learning curve when it is fitted: at first
/// it predicts the negative sum.
class Told final : public Predictor {
 public:
  void fit(std::span<const Label> /*labels*/, const FitControl& control) override {
    const auto predict = [](double sign) {
      return [sign](std::span<const spaces::Genotype> block) {
        std::vector<Prediction> predictions;
        for (const spaces::Genotype& genotype : block) {
          double sum = 0.0;
          for (const auto gene : genotype.genes()) sum += static_cast<double>(gene);
          predictions.push_back({.mean = sign * sum});
        }
        return predictions;
      };
    };
    learnt_ = predict(1.0);
    if (!control.on_point) return;
    control.on_point({.epoch = 5, .loss = 2.0}, predict(-1.0));
    control.on_point({.epoch = 10, .loss = 1.0, .held_out = 0.5}, learnt_);
  }
  std::vector<Prediction> predict(std::span<const spaces::Genotype> block) const override {
    return learnt_(block);
  }
  std::size_t parameters() const override { return 1; }
  nlohmann::json state() const override { throw PredictorError("it has none"); }
  void restore(const nlohmann::json& /*state*/) override {}

 private:
  PredictBlock learnt_;
};

TEST_CASE("a learning curve has the tau of its points where that is asked for") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  BenchmarkData data;
  for (std::uint64_t i = 0; i < 60; ++i) {
    Rng rng(7, "curve", i);
    data.genotypes.push_back(space.sample(rng));
    double sum = 0.0;
    for (const auto gene : data.genotypes.back().genes()) sum += static_cast<double>(gene);
    data.values.push_back(sum);
  }
  const auto fit_of = [&](std::size_t curve) {
    Told predictor;
    return benchmark_fit(predictor, data, {.train = 10, .curve = curve}, Split::Random,
                         {.seed = 1});
  };
  const BenchmarkFit with = fit_of(30);
  REQUIRE(with.curve.size() == 2);
  CHECK(with.curve[0].epoch == 5);
  CHECK(with.curve[0].loss == 2.0);
  CHECK(std::isnan(with.curve[0].held_out));
  CHECK(with.curve[0].tau == doctest::Approx(-1.0));
  CHECK(with.curve[1].held_out == 0.5);
  CHECK(with.curve[1].tau == doctest::Approx(1.0));
  const BenchmarkFit without = fit_of(0);
  REQUIRE(without.curve.size() == 2);
  CHECK(std::isnan(without.curve[1].tau));

  const nlohmann::json json = nlohmann::json::parse(fit_json(1, with).dump());
  CHECK(json.at("learning_curve").at(0) ==
        nlohmann::json{{"epoch", 5}, {"loss", 2.0}, {"held_out", nullptr}, {"tau", -1.0}});
  CHECK(fit_json(1, fit_from(json)) == json);
}

TEST_CASE("a group that is left out is all that is tested, another with each seed") {
  const BenchmarkData data = grouped_cells();
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const auto fit_of = [&](std::size_t train, std::uint64_t seed) {
    const auto predictor = make_plain_predictor("constant", space, {});
    return benchmark_fit(*predictor, data, {.train = train}, Split::LeaveGroupOut, {.seed = seed});
  };
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const std::size_t group = (seed - 1) % 3;
    const BenchmarkFit fit = fit_of(100, seed);
    REQUIRE(fit.groups.size() == 1);
    CHECK(fit.groups[0].group == group);
    CHECK(fit.groups[0].tested == fit.tested);
    CHECK(static_cast<std::ptrdiff_t>(fit.tested) == std::ranges::count(data.groups, group));
    CHECK(fit.groups[0].mape == doctest::Approx(fit.mape));
  }
  // All others can be learnt from, and no more.
  const auto others = data.groups.size() -
                      static_cast<std::size_t>(std::ranges::count(data.groups, std::size_t{0}));
  CHECK(fit_of(others, 1).tested == data.groups.size() - others);
  CHECK_THROWS_WITH_AS(fit_of(others + 1, 1), doctest::Contains("those of one group"),
                       PredictorError);
  // What is alike goes with it, and is not tested.
  BenchmarkData with_alike = data;
  with_alike.alike = {{0, 2}, {}, {0, 2}};
  const auto constant = make_plain_predictor("constant", space, {});
  const auto of_second = static_cast<std::size_t>(std::ranges::count(data.groups, std::size_t{1}));
  const auto try_first = [&](std::size_t train) {
    return benchmark_fit(*constant, with_alike, {.train = train}, Split::LeaveGroupOut,
                         {.seed = 1});
  };
  CHECK(try_first(of_second).tested == data.groups.size() - others);
  CHECK_THROWS_AS(try_first(of_second + 1), PredictorError);
  CHECK(benchmark_fit(*constant, with_alike, {.train = 10}, Split::LeaveGroupOut, {.seed = 2})
            .tested == of_second);
  BenchmarkData one_group = data;
  one_group.groups.assign(data.groups.size(), 0);
  const auto predictor = make_plain_predictor("constant", space, {});
  CHECK_THROWS_AS(
      benchmark_fit(*predictor, one_group, {.train = 10}, Split::LeaveGroupOut, {.seed = 1}),
      PredictorError);
}

TEST_CASE("relative errors of all that is tested and of each group") {
  BenchmarkData data = grouped_cells();
  data.values.assign(data.values.size(), 10.0);
  data.groups.assign(data.values.size(), 1);
  data.values[498] = 12.0;  // is predicted as 10, as all are
  data.values[499] = 10.5;
  data.groups[498] = data.groups[499] = 0;
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const auto predictor = make_plain_predictor("constant", space, {});
  const BenchmarkFit fit =
      benchmark_fit(*predictor, data, {.train = 496}, Split::First, {.seed = 1});
  const double errors = 100.0 * (2.0 / 12.0 + 0.5 / 10.5);
  CHECK(fit.tested == 4);
  CHECK(fit.mape == doctest::Approx(errors / 4.0));
  CHECK(fit.within10 == doctest::Approx(75.0));
  REQUIRE(fit.groups.size() == 2);
  CHECK(fit.groups[0].mape == doctest::Approx(errors / 2.0));
  CHECK(fit.groups[0].within10 == doctest::Approx(50.0));
  CHECK(fit.groups[1].mape == doctest::Approx(0.0));
  CHECK(fit.groups[1].within10 == doctest::Approx(100.0));
}

TEST_CASE("errors and groups are written, and read where a file has them") {
  BenchmarkPlan plan{.models = {"gp"}, .train = {50}, .seeds = 2, .groups = {"ants", "bees"}};
  BenchmarkResults results(plan);
  for (std::uint64_t seed = 1; seed <= 2; ++seed) {
    BenchmarkFit fit = fit_with(0.5);
    fit.mape = 4.0 * static_cast<double>(seed);
    fit.within10 = 80.0;
    fit.groups = {{.group = 1, .tested = 30, .tau = 0.5, .mape = fit.mape, .within10 = 70.0}};
    results.add("gp", 50, seed, fit);
  }
  nlohmann::json json = results.to_json();
  const nlohmann::json& row = json.at("results").at(0);
  CHECK(row.at("mape_mean") == 6.0);
  CHECK(row.at("within10_mean") == 80.0);
  CHECK(
      row.at("groups") ==
      nlohmann::json{{"bees", {{"tested", 30}, {"tau", 0.5}, {"mape", 6.0}, {"within10", 70.0}}}});
  BenchmarkResults again(plan);
  CHECK(again.restore(json).reused == 2);
  CHECK(again.to_json() == json);
  CHECK(tests::contains(markdown_groups(again.rows(), plan.groups),
                        "| gp | 50 | bees | 30 | 0.500 | 6.00 % | 70.00 % |\n"));
  CHECK(tests::contains(markdown_row(again.rows().at(0), {.errors = true}),
                        "| 6.00 ± 2.83 % | 80.00 ± 0.00 % |"));
  // Files of before.
  for (nlohmann::json& fit : json.at("results").at(0).at("fits")) {
    for (const char* name : {"rho", "mape", "within10", "groups"}) fit.erase(name);
  }
  BenchmarkResults older(plan);
  CHECK(older.restore(json).reused == 2);
  CHECK(std::isnan(older.row("gp", 50).fits.at(0).mape));
}

}  // namespace
}  // namespace evonas::predictor
