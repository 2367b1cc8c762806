#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "cli/config/configuration.hpp"
#include "cli/config/device_experiment.hpp"
#include "cli/config/experiment.hpp"
#include "cli/config/file_schemas.hpp"
#include "cli/config/latency_recipe.hpp"
#include "cli/config/predictor_experiment.hpp"
#include "cli/config/table_recipe.hpp"
#include "cli/small_configuration.hpp"
#include "malformed_files.hpp"
#include "spaces/declared/declaration.hpp"
#include "yaml/writer.hpp"

namespace evonas::config {
namespace {

namespace fs = std::filesystem;

const fs::path kSource = EVONAS_SOURCE_DIR;

using tests::expectations;
using tests::files_in;
using tests::kSmall;
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

TEST_CASE("a predictor is named for all metrics, or for each") {
  const std::string yaml = R"(
space: nasbench201
objectives: [{metric: accuracy, goal: maximize}]
limits: [latency <= 4]
evaluation: {accuracy: {table: t.sqlite}, latency: {table: t.sqlite}}
search: {algorithm: predictor_guided, guidance: {predictor: {accuracy: evonas, latency: trees}}}
budget: {evaluations: 10}
)";
  const Configuration configuration = parse_configuration(yaml, "/data");
  const auto& named = configuration.search.guidance.predictor;
  CHECK(*named.of("accuracy") == "evonas");
  CHECK(*named.of("latency") == "trees");
  const std::string resolved = yaml::to_yaml(configuration);
  CHECK(yaml::to_yaml(parse_configuration(resolved, "/elsewhere")) == resolved);
  const std::vector<std::string> one{"search.guidance.predictor=trees"};
  const auto& all = parse_configuration(yaml, "/data", one).search.guidance.predictor;
  CHECK(*all.of("accuracy") == "trees");
  CHECK(all.named.empty());
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
