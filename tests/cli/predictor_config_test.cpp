#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "cli/config/configuration.hpp"
#include "cli/config/predictor_experiment.hpp"
#include "cli/small_configuration.hpp"
#include "yaml/writer.hpp"

namespace evonas::config {
namespace {

namespace fs = std::filesystem;

using tests::kSmall;

TEST_CASE("a comparison of predictors comes from a file, from the command line or from both") {
  const std::vector<std::string> overrides = {"table=labels.sqlite", "metric=val",
                                              R"(models=["gp", "trees"])", "train=[50, 100]"};
  const PredictorExperiment given = load_predictor_experiment({}, overrides);
  CHECK(given.table == (fs::current_path() / "labels.sqlite").string());
  REQUIRE(given.entries().size() == 2);
  CHECK(given.entries()[1].model == "trees");
  CHECK(given.entries()[1].name == "trees");
  CHECK(given.seeds == 5);
  CHECK_FALSE(given.recipe.input.has_value());
  CHECK_FALSE(given.recipe.statics);
  CHECK_THROWS_WITH_AS(load_predictor_experiment({}, std::vector<std::string>{"metric=val"}),
                       doctest::Contains("command line: table: is missing"), yaml::YamlError);

  const fs::path file = fs::path(EVONAS_SOURCE_DIR) / "experiments/predictors_nasbench201.yaml";
  const PredictorExperiment known = load_predictor_experiment(file);
  CHECK(known.table == (fs::path(EVONAS_SOURCE_DIR) / "tables/nasbench201.sqlite").string());
  CHECK(known.published.size() > 40);
  const PredictorExperiment both = load_predictor_experiment(file, overrides);
  CHECK(both.train == std::vector<std::int64_t>{50, 100});
  CHECK(both.published.size() == known.published.size());
  CHECK(both.test_metric == "test");
}

TEST_CASE("searches say what their predictors read, and where they compute") {
  CHECK_FALSE(parse_configuration(kSmall, "/data").predictors.statics);
  const std::vector<std::string> overrides = {"predictors.statics=true",
                                              "predictors.precision=bfloat16"};
  const Configuration given = parse_configuration(kSmall, "/data", overrides);
  CHECK(given.predictors.statics);
  CHECK(given.predictors.networks.computing.precision == "bfloat16");
  CHECK(given.predictors.networks.computing.device == "cpu");
}

TEST_CASE("entries of a comparison of predictors have what it says unless they say otherwise") {
  const std::vector<std::string> overrides = {
      "table=labels.sqlite",
      "metric=val",
      "train=[50]",
      "epochs=30",
      "precision=bfloat16",
      "against=evonas",
      "models=[evonas, {model: evonas, name: random start, pretraining: {steps: 0}}, "
      "{model: gin, epochs: 7, input: mnist}]"};
  const PredictorExperiment given = load_predictor_experiment({}, overrides);
  const std::vector<PredictorEntry> entries = given.entries();
  REQUIRE(entries.size() == 3);
  CHECK(entries[0].name == "evonas");
  CHECK(entries[0].recipe.networks.fitting.epochs == 30);
  CHECK_FALSE(entries[0].recipe.pretraining.has_value());
  CHECK(entries[1].name == "random start");
  CHECK(entries[1].model == "evonas");
  CHECK(entries[1].recipe.pretraining.value().steps == 0);
  CHECK(entries[1].recipe.pretraining.value().networks == 3);
  CHECK(entries[1].recipe.networks.fitting.epochs == 30);
  CHECK(entries[2].recipe.networks.fitting.epochs == 7);
  CHECK(entries[2].recipe.input == "mnist");
  CHECK(entries[2].recipe.networks.computing.precision == "bfloat16");
  CHECK(yaml::to_yaml(given).find("- model: evonas\n    name: random start\n") !=
        std::string::npos);
}

TEST_CASE("how networks of predictors learn is said in one way everywhere") {
  const std::vector<std::string> fitting = {"epochs=30",      "losses=squared_error+list_mle=0.25",
                                            "average=0.9",    "validation=0.2",
                                            "patience=5",     "twin=another_order",
                                            "consistency=0.5"};
  const auto check = [](const predictor::FittingOptions& options) {
    CHECK(options.epochs == 30);
    CHECK(options.losses == "squared_error+list_mle=0.25");
    CHECK(options.average == 0.9);
    CHECK(options.validation == 0.2);
    CHECK(options.patience == 5);
    CHECK(options.twin == "another_order");
    CHECK(options.consistency == 0.5);
  };
  std::vector<std::string> of_search;
  for (const std::string& assignment : fitting) of_search.push_back("predictors." + assignment);
  check(parse_configuration(kSmall, "/data", of_search).predictors.networks.fitting);
  CHECK_FALSE(parse_configuration(kSmall, "/data").predictors.networks.fitting.change_recipes());
  std::vector<std::string> of_comparison = {"table=labels.sqlite", "metric=val",
                                            R"(models=["networks"])", "train=[50]"};
  CHECK_FALSE(
      load_predictor_experiment({}, of_comparison).recipe.networks.fitting.change_recipes());
  of_comparison.insert(of_comparison.end(), fitting.begin(), fitting.end());
  check(load_predictor_experiment({}, of_comparison).recipe.networks.fitting);
}

}  // namespace
}  // namespace evonas::config
