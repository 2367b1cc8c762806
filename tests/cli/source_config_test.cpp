#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "cli/config/configuration.hpp"
#include "yaml/writer.hpp"

namespace evonas::config {
namespace {

TEST_CASE("a table of blocks is a source that needs to know what networks read") {
  const std::string yaml =
      "space: {name: mobilenetv3, width_multiplier: 1.2}\n"
      "objectives: [{metric: latency_ms, goal: minimize}]\n"
      "evaluation: {latency_ms: {blocks: i7.yaml}}\n"
      "budget: {evaluations: 10}\n";
  const Configuration configuration = parse_configuration("input: imagenet\n" + yaml, "/data");
  CHECK(std::get<BlocksSection>(configuration.evaluation.at("latency_ms")).blocks ==
        "/data/i7.yaml");
  CHECK_THROWS_WITH_AS(parse_configuration(yaml, "/data"), doctest::Contains("input"),
                       yaml::YamlError);
}

TEST_CASE("a predictor in a file is a source, beside the configuration") {
  const Configuration configuration = parse_configuration(
      "space: nasbench201\n"
      "objectives: [{metric: latency_ms, goal: minimize}]\n"
      "among: rows.sqlite\n"
      "evaluation: {latency_ms: {predict: phone.predictor, device: desk}}\n"
      "budget: {evaluations: 10}\n",
      "/data");
  CHECK(configuration.among == "/data/rows.sqlite");
  CHECK(std::get<PredictSection>(configuration.evaluation.at("latency_ms")).device == "desk");
  CHECK(std::get<PredictSection>(configuration.evaluation.at("latency_ms")).predict ==
        "/data/phone.predictor");
}

TEST_CASE("limits on what a predictor says are kept with its confidence, others as they are") {
  const auto limits_with = [](const std::string& options) {
    return parse_configuration(
               "space: nasbench201\n"
               "input: cifar10\n"
               "objectives: [{metric: latency_ms, goal: minimize}]\n"
               "limits: [latency_ms <= 4, params <= 1e6]\n"
               "evaluation: {latency_ms: {predict: phone.predictor" +
                   options +
                   "}}\n"
                   "budget: {evaluations: 10}\n",
               "/data")
        .problem()
        .limits;
  };
  CHECK(limits_with("").at(0).confidence == 0.95);
  CHECK(limits_with("").at(1).confidence == 0.5);
  CHECK(limits_with(", confidence: 0.5").at(0).confidence == 0.5);
  CHECK_THROWS_WITH_AS(limits_with(", confidence: 0.2"), doctest::Contains("confidence"),
                       yaml::YamlError);
}

TEST_CASE("a command runs in the folder of its configuration, or where that says") {
  const std::string yaml =
      "space: nasbench201\n"
      "objectives: [{metric: accuracy, goal: maximize}]\n"
      "evaluation:\n"
      "  accuracy:\n"
      "    command: [python3, train.py, two words]\n"
      "    early_stopping: {metric: loss, goal: minimize}\n"
      "  loss: {from: accuracy}\n"
      "  energy: {command: [./measure], folder: ../tools}\n"
      "budget: {training_seconds: 10}\n";
  const Configuration first = parse_configuration(yaml, "/data/searches");
  const auto options = [](const Configuration& configuration, const char* metric) {
    return std::get<CommandSection>(configuration.evaluation.at(metric)).options;
  };
  // What a run folder keeps means the same elsewhere.
  const Configuration again = parse_configuration(yaml::to_yaml(first), "/elsewhere");
  for (const Configuration& configuration : {first, again}) {
    CHECK(options(configuration, "accuracy").folder == "/data/searches");
    CHECK(options(configuration, "accuracy").command ==
          std::vector<std::string>{"python3", "train.py", "two words"});
    CHECK(options(configuration, "accuracy").early_stopping->metric == "loss");
    CHECK(options(configuration, "energy").folder == "/data/tools");
    CHECK_FALSE(options(configuration, "energy").early_stopping.has_value());
  }
}

TEST_CASE("a training may stop early") {
  const auto section = [](const char* more) {
    const Configuration configuration =
        parse_configuration(fmt::format("space: nasbench201\n"
                                        "objectives: [{{metric: accuracy, goal: maximize}}]\n"
                                        "evaluation: {{accuracy: {{train: {{epochs: 7}}{}}}}}\n"
                                        "budget: {{evaluations: 10}}\n",
                                        more),
                            "/data");
    return std::get<TrainSection>(configuration.evaluation.at("accuracy"));
  };
  CHECK_FALSE(section("").early_stopping.has_value());
  CHECK(section(", early_stopping: {}").early_stopping->candidates == 5);
  CHECK(section(", early_stopping: {epochs: 2}").early_stopping->epochs == 2);
  CHECK(section(", early_stopping: {epochs: 2}").train.epochs == 7);
}

TEST_CASE("one line puts evaluations on Ray") {
  const std::string yaml =
      "space: nasbench201\n"
      "objectives: [{metric: accuracy, goal: maximize}]\n"
      "evaluation:\n"
      "  accuracy: {ray: \"train.py:train\", num_gpus: 1, most: 16, resources: {tpu: 2}}\n"
      "  energy: {from: accuracy, unit: mJ}\n"
      "search: {driver: asynchronous}\n"
      "budget: {training_seconds: 10}\n";
  const Configuration first = parse_configuration(yaml, "/data/searches");
  const Configuration again = parse_configuration(yaml::to_yaml(first), "/elsewhere");
  for (const Configuration& configuration : {first, again}) {
    const auto& section = std::get<RaySection>(configuration.evaluation.at("accuracy"));
    CHECK(section.function == "train.py:train");
    CHECK(section.folder == "/data/searches");
    CHECK(section.most == 16);
    CHECK(section.resources == std::map<std::string, double>{{"tpu", 2.0}});
    CHECK(section.retries == 2);
  }
}

TEST_CASE("metrics that a program tells have a unit, and need nothing else") {
  const std::string yaml =
      "space: {name: nasbench201, channels: 8}\n"
      "objectives: [{metric: accuracy, goal: maximize}, {metric: energy, goal: minimize}]\n"
      "evaluation: {accuracy: {told: {unit: \"%\"}}, energy: {told: {}}}\n"
      "search: {driver: asynchronous}\n"
      "budget: {training_seconds: 10}\n";
  const Configuration first = parse_configuration(yaml, "/data");
  const Configuration again = parse_configuration(yaml::to_yaml(first), "/elsewhere");
  for (const Configuration& configuration : {first, again}) {
    CHECK(std::get<ToldSection>(configuration.evaluation.at("accuracy")).told.unit == "%");
    CHECK(std::get<ToldSection>(configuration.evaluation.at("energy")).told.unit.empty());
  }
}

}  // namespace
}  // namespace evonas::config
