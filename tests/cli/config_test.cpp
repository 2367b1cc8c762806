#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <rapidcheck.h>

#include "cli/config/configuration.hpp"
#include "cli/config/device_experiment.hpp"
#include "cli/config/experiment.hpp"
#include "cli/config/file_schemas.hpp"
#include "cli/config/latency_recipe.hpp"
#include "cli/config/predictor_experiment.hpp"
#include "cli/config/table_recipe.hpp"
#include "malformed_files.hpp"
#include "spaces/declared/declaration.hpp"
#include "yaml/writer.hpp"

namespace evonas::config {
namespace {

namespace fs = std::filesystem;

const fs::path kSource = EVONAS_SOURCE_DIR;

using tests::expectations;
using tests::files_in;
using tests::read_text;

/// The message for a file that must be refused, or nothing where it was accepted.
std::string refusal(const fs::path& file) {
  try {
    if (file.filename().string().starts_with("experiment_")) {
      load_experiment(file);
    } else if (file.filename().string().starts_with("predictors_")) {
      load_predictor_experiment(file);
    } else if (file.filename().string().starts_with("latency_")) {
      load_latency_recipe(file);
    } else {
      load_configuration(file);
    }
  } catch (const yaml::YamlError& error) {
    return error.what();
  }
  return {};
}

const std::string kSmall = R"(
space: nasbench201
objectives: [{metric: accuracy, goal: maximize}]
evaluation: {accuracy: {table: labels.sqlite}}
budget: {evaluations: 10}
)";

std::string refusal_of(const std::string& yaml, const std::vector<std::string>& overrides = {}) {
  try {
    parse_configuration(yaml, "/data", overrides);
  } catch (const yaml::YamlError& error) {
    return error.what();
  }
  return {};
}

TEST_CASE("every malformed configuration is refused with its place and reason") {
  const auto files = files_in(kSource / "tests/bad_input/config", ".yaml");
  CHECK(files.size() >= 60);
  for (const fs::path& file : files) {
    CAPTURE(file.filename().string());
    const auto expected = expectations(file);
    CHECK_FALSE(expected.empty());
    const std::string message = refusal(file);
    CAPTURE(message);
    CHECK(message.starts_with(file.string()));
    for (const std::string& text : expected) CHECK(message.find(text) != std::string::npos);
  }
}

TEST_CASE("a file that cannot be read is refused") {
  CHECK(refusal("/nowhere/search.yaml") == "/nowhere/search.yaml: there is no such file");
  CHECK(refusal(kSource).ends_with("is a folder, not a configuration file"));
}

TEST_CASE("a file of more than a megabyte is refused") {
  const fs::path file = fs::temp_directory_path() / "evonas_large.yaml";
  std::ofstream(file) << "# " << std::string((1 << 20) + 1, 'x');
  CHECK(refusal(file).find("is larger than 1048576 bytes") != std::string::npos);
  fs::remove(file);
}

TEST_CASE("the configurations that come with evonas are valid") {
  for (const fs::path& file : files_in(kSource / "configs", ".yaml")) {
    CAPTURE(file.string());
    CHECK_NOTHROW(load_configuration(file));
    CHECK_FALSE(is_experiment(file));
    CHECK_FALSE(is_predictor_experiment(file));
  }
  for (const fs::path& file : files_in(kSource / "experiments", ".yaml")) {
    CAPTURE(file.string());
    if (is_device_experiment(file)) {
      CHECK_NOTHROW(load_device_experiment(file));
    } else if (is_predictor_experiment(file)) {
      CHECK_NOTHROW(load_predictor_experiment(file));
    } else if (is_experiment(file)) {
      CHECK_NOTHROW(load_experiment(file));
    } else if (file.stem() == "embedded_table") {
      CHECK_NOTHROW(load_table_recipe(file));
    } else if (file.stem() == "latency_networks") {
      CHECK(load_latency_recipe(file).families.size() == 10);
    } else {
      CHECK_NOTHROW(load_configuration(file));
    }
  }
}

TEST_CASE("algorithms of an experiment are called as it says, or by themselves") {
  const fs::path file = kSource / "experiments/nasbench201_ablation.yaml";
  const Experiment ablation = load_experiment(file);
  const std::vector<std::string> names = ablation.algorithm_names();
  REQUIRE(names.size() == 12);
  CHECK(names.front() == "default");
  CHECK(names.back() == "10 at a time");
  CHECK(ablation.against == "default");
  const Experiment unnamed = load_experiment(
      file, std::vector<std::string>{"search=[{algorithm: random}, {algorithm: random}]",
                                     "against=random (2)"});
  CHECK(unnamed.algorithm_names() == std::vector<std::string>{"random", "random (2)"});
  const Experiment queries = load_experiment(kSource / "experiments/nasbench201_queries.yaml");
  REQUIRE(queries.published.size() == 14);
  CHECK(queries.published[2].label == "naszilla local search");
  CHECK(queries.published[2].regret.at(2) == 0.188);
  CHECK(queries.published[2].median_evaluations_to_optimum == 64.0);
}

TEST_CASE("reading the resolved configuration gives the same one") {
  const Configuration first = load_configuration(kSource / "configs/quickstart.yaml");
  for (const bool comments : {false, true}) {
    const std::string yaml = yaml::to_yaml(first, comments);
    CAPTURE(yaml);
    CHECK(yaml::to_yaml(parse_configuration(yaml, "/elsewhere"), comments) == yaml);
  }
}

TEST_CASE("texts and numbers survive writing and reading") {
  CHECK(rc::check("any text", [] {
    // Control characters and bytes that are no UTF-8 never come out of a configuration.
    const auto text = *rc::gen::container<std::string>(rc::gen::inRange(' ', '\x7f'));
    Configuration configuration = parse_configuration(kSmall, "/data");
    std::get<TableSection>(configuration.evaluation.at("accuracy")).metric = text;
    const Configuration again = parse_configuration(yaml::to_yaml(configuration), "/data");
    RC_ASSERT(std::get<TableSection>(again.evaluation.at("accuracy")).metric == text);
  }));
  CHECK(rc::check("any number", [] {
    const auto number = std::abs(*rc::gen::arbitrary<double>());
    Configuration configuration = parse_configuration(kSmall, "/data");
    configuration.budget.evaluations = 1;
    configuration.budget.seconds = number;
    RC_ASSERT(parse_configuration(yaml::to_yaml(configuration), "/data").budget.seconds == number);
  }));
}

TEST_CASE("defaults hold where nothing is given") {
  const Configuration configuration = parse_configuration(kSmall, "/data");
  CHECK(configuration.search.algorithm == "nsga2");
  CHECK(configuration.budget.failure_share == doctest::Approx(0.5));
  CHECK_FALSE(configuration.final.has_value());
  CHECK(configuration.problem().objectives.at(0).goal == search::Goal::Maximize);
}

TEST_CASE("whole numbers may be written with an exponent") {
  const Configuration configuration =
      parse_configuration(kSmall, "/data", std::vector<std::string>{"budget.evaluations=1e3"});
  CHECK(configuration.budget.evaluations == 1000);
}

TEST_CASE("the final training starts from that of the search") {
  const Configuration configuration = parse_configuration(R"(
space: nasbench201
objectives: [{metric: accuracy, goal: maximize}]
evaluation:
  accuracy: {train: {data: mnist, batch: 32, epochs: 2}}
  latency_ms: {measure: {batch: 8}}
budget: {evaluations: 10}
final: {train: {epochs: 20}, measure: {}}
)",
                                                          "/data");
  REQUIRE(configuration.final.has_value());
  REQUIRE(configuration.final->train.has_value());
  CHECK(configuration.final->train->data == "mnist");
  CHECK(configuration.final->train->batch == 32);
  CHECK(configuration.final->train->epochs == 20);
  REQUIRE(configuration.final->measure.has_value());
  CHECK(configuration.final->measure->batch == 8);
}

TEST_CASE("a training that screens stands beside the one whose outcome it says early") {
  const std::string yaml = R"(
space: nasbench201
objectives: [{metric: accuracy, goal: maximize}]
limits: [params <= 1e6]
evaluation:
  accuracy: {train: {data: mnist, epochs: 20}}
  a_short_one: {train: {data: mnist, epochs: 2}}
search:
  algorithm: predictor_guided
  guidance: {screening: [{metric: a_short_one, of: accuracy, share: 0.1}], halving: 4}
budget: {evaluations: 10}
final: {train: {}}
)";
  const Configuration configuration = parse_configuration(yaml, "/data");
  const auto& guidance = configuration.search.guidance;
  REQUIRE(guidance.screening.size() == 1);
  CHECK(guidance.screening[0].share == 0.1);
  CHECK(guidance.halving == 4);
  CHECK(configuration.screens("a_short_one"));
  CHECK_FALSE(configuration.screens("accuracy"));
  // What networks read, and what the final training starts from, is the training of full length.
  REQUIRE(configuration.training() != nullptr);
  CHECK(configuration.training()->epochs == 20);
  CHECK(configuration.final->train->epochs == 20);
  const std::string resolved = yaml::to_yaml(configuration);
  CHECK(yaml::to_yaml(parse_configuration(resolved, "/elsewhere")) == resolved);
  CHECK(parse_configuration(kSmall, "/data").search.guidance.screening.empty());
  CHECK(refusal_of(yaml, {"search.guidance.screening=[]"}).find("one search has one training") !=
        std::string::npos);
  CHECK(refusal_of(yaml, {"search.guidance.screening.0.share=0.2"}).empty());
}

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

TEST_CASE("the words of a space make it again") {
  const auto [name, options] =
      words_of(parse_configuration("space: {name: nasbench201, channels: 8}\ninput: cifar10\n"
                                   "objectives: [{metric: flops, goal: minimize}]\n"
                                   "budget: {evaluations: 1}\n",
                                   "/data")
                   .space);
  CHECK(name == "nasbench201");
  CHECK(std::ranges::count(options, "channels=8") == 1);
  CHECK(make_space(name, options).name() == "nasbench201");
  CHECK(words_of(AnySpaceSection(PluginSection{"/lib/own.so", {{"depth", "2"}}})) ==
        std::pair<std::string, std::vector<std::string>>{
            "/lib/own.so", {"options.depth=" + yaml::scalar(std::string("2"))}});
}

TEST_CASE("paths count from the folder of the file, those of --set from the current one") {
  const auto table = [](const Configuration& configuration) {
    return std::get<TableSection>(configuration.evaluation.at("accuracy")).table;
  };
  CHECK(table(parse_configuration(kSmall, "/data/searches")) == "/data/searches/labels.sqlite");
  const std::vector<std::string> overrides = {"evaluation.accuracy.table=../other.sqlite"};
  CHECK(table(parse_configuration(kSmall, "/data", overrides)) ==
        (fs::current_path().parent_path() / "other.sqlite").string());
}

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

  const fs::path file = kSource / "experiments/predictors_nasbench201.yaml";
  const PredictorExperiment known = load_predictor_experiment(file);
  CHECK(known.table == (kSource / "tables/nasbench201.sqlite").string());
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

TEST_CASE("overrides replace values, create sections and reach into lists") {
  const std::vector<std::string> overrides = {"search.population=50", "budget.seconds=3.5",
                                              "objectives.0.goal=minimize",
                                              "space={name: nasbench201, channels: 4}"};
  const Configuration configuration = parse_configuration(kSmall, "/data", overrides);
  CHECK(configuration.search.population == 50);
  CHECK(configuration.budget.seconds == doctest::Approx(3.5));
  CHECK(configuration.objectives.at(0).goal == "minimize");
}

TEST_CASE("faults of an override name it") {
  const auto contains = [](const std::string& text, const std::string& part) {
    CAPTURE(text);
    return text.find(part) != std::string::npos;
  };
  CHECK(contains(refusal_of(kSmall, {"budget.evaluations=-1"}),
                 "--set budget.evaluations=-1: budget.evaluations: must be at least 0, not -1"));
  CHECK(contains(refusal_of(kSmall, {"budget.evaluatons=1"}),
                 "--set budget.evaluatons=1: budget.evaluatons: is no known key (nearest valid "
                 "key: evaluations)"));
  CHECK(contains(refusal_of(kSmall, {"budget"}), "--set budget: is no assignment"));
  CHECK(contains(refusal_of(kSmall, {"=3"}), "is no assignment"));
  CHECK(contains(refusal_of(kSmall, {"a..b=3"}), "is no assignment"));
  CHECK(contains(refusal_of(kSmall, {"space.channels=8"}), "replace the whole value"));
  CHECK(contains(refusal_of(kSmall, {"objectives.3.goal=minimize"}), "is no position in a list"));
  CHECK(contains(refusal_of(kSmall, {"budget=[1"}), "is no valid YAML"));
}

TEST_CASE("faults are listed by line, at most fifty of them") {
  std::string yaml = kSmall + "limits:\n";
  for (int i = 0; i < 80; ++i) yaml += "  - nonsense\n";
  const std::string message = refusal_of(yaml);
  CHECK(std::count(message.begin(), message.end(), '\n') == 50);
  CHECK(message.ends_with("and 30 more"));
  CHECK(message.starts_with("configuration:7: limits[0]: "));
}

TEST_CASE("no truncation or change of a byte brings the reader down") {
  const std::string whole = read_text(kSource / "configs/quickstart.yaml");
  const auto survives = [](const std::string& yaml) {
    try {
      parse_configuration(yaml, "/data");
    } catch (const yaml::YamlError&) {
    }
  };
  for (std::size_t i = 0; i < whole.size(); i += 3) survives(whole.substr(0, i));
  CHECK(rc::check("changed bytes", [&] {
    std::string yaml = whole;
    const auto at = *rc::gen::inRange<std::size_t>(0, yaml.size());
    yaml[at] = *rc::gen::elementOf(std::string("[]{}:,-#&*!|>'\"%@`\t\n ?0a\x80"));
    survives(yaml);
  }));
}

TEST_CASE("schema and option tables in the repository are those of the code") {
  const fs::path configs = kSource / "configs";
  INFO("write it again with evonas config schema; see configs/OPTIONS.md");
  CHECK(read_text(configs / "configuration.schema.json") == search_schema().dump(2) + "\n");
  CHECK(read_text(configs / "experiment.schema.json") == benchmark_schema().dump(2) + "\n");
  CHECK(read_text(configs / "predictor_experiment.schema.json") ==
        predictor_benchmark_schema().dump(2) + "\n");
  CHECK(read_text(configs / "spaces/declaration.schema.json") ==
        declaration_schema().dump(2) + "\n");
  CHECK(read_text(configs / "OPTIONS.md") == options_page());
}

TEST_CASE("every key of the resolved configuration is in the schema") {
  const auto schema = search_schema();
  const auto& properties = schema.at("properties");
  for (const char* key :
       {"space", "input", "objectives", "limits", "evaluation", "search", "budget", "final"}) {
    CHECK(properties.contains(key));
  }
  CHECK(properties["search"]["properties"]["algorithm"]["enum"].size() == 8);
  CHECK(properties["budget"]["properties"]["evaluations"]["minimum"] == 0);
  const auto& spaces = properties["space"]["anyOf"];
  CHECK(spaces[0]["enum"][0] == "hierarchical");
  CHECK(spaces[spaces.size() - 1]["properties"].contains("library"));
}

}  // namespace
}  // namespace evonas::config
