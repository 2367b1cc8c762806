#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/json.hpp"
#include "contains.hpp"
#include "e2e/fixture.hpp"

namespace evonas::e2e {
namespace {

using nlohmann::json;
using tests::contains;

TEST_CASE("predictors are compared on a table") {
  const Fixture& data = fixture();
  const std::vector<std::string> command = {
      "predictor", "benchmark", "--table", (data.folder / "labels.sqlite").string(),
      "--metric",  "accuracy",  "--model", "trees,random",
      "--train",   "20,40",     "--seeds", "3",
      "--test",    "50"};
  std::vector<std::string> as_json = command;
  as_json.emplace_back("--json");
  const Result result = run(as_json);
  CAPTURE(result.err);
  REQUIRE(result.code == 0);
  const json results = json::parse(result.out).at("results");
  REQUIRE(results.size() == 4);
  CHECK(results[0].at("model") == "trees");
  CHECK(results[1].at("train") == 40);
  CHECK(results[0].at("tested") == 50);
  for (const json& figures : results) CHECK(std::abs(figures.at("tau_mean").get<double>()) <= 1.0);
  const Result table = run(command);
  CHECK(contains(table.out, "| trees | 40 |"));

  std::vector<std::string> with_noise = as_json;
  with_noise.emplace_back("--noise");
  const Result no_seeds = run(with_noise);
  CHECK(no_seeds.code == 2);
  CHECK(contains(no_seeds.err, "has no seed of accuracy"));
  with_noise[3] = "builtin:nasbench201_fashion_mnist";
  const Result noisy = run(with_noise);
  CHECK(noisy.code == 0);
  CHECK(json::parse(noisy.out).at("noise") == true);
  // What its seeds leave to gain, whether labels are weighed by it or not.
  const double ceiling = json::parse(noisy.out).at("noise_ceiling").at("tau").get<double>();
  CHECK(ceiling > 0.5);
  CHECK(ceiling < 1.0);
  CHECK(json::parse(result.out).at("noise_ceiling").is_null());

  std::vector<std::string> wrong = command;
  wrong[7] = "tree";
  const Result refused = run(wrong);
  CHECK(refused.code == 2);
  CHECK(contains(refused.err, "nearest: trees"));
  wrong[7] = "gp";
  CHECK(contains(run_program(EVONAS_LONE_PROGRAM, wrong).err, "LibTorch"));
  wrong = command;
  wrong[9] = "1000000";
  const Result too_many = run(wrong);
  CHECK(too_many.code == 2);
  CHECK(contains(too_many.err, "1000000 labels"));
}

TEST_CASE("what ranks architectures without learning stands beside predictors") {
  const Fixture& data = fixture();
  const std::vector<std::string> command = {
      "predictor", "benchmark", "--table", (data.folder / "labels.sqlite").string(),
      "--metric",  "accuracy",  "--model", "constant",
      "--train",   "20,40",     "--seeds", "2",
      "--test",    "100",       "--json"};
  std::vector<std::string> with_proxies = command;
  with_proxies.insert(with_proxies.end(), {"--proxies", "latency_ms,accuracy"});
  const Result result = run(with_proxies);
  CAPTURE(result.err);
  REQUIRE(result.code == 0);
  const json baselines = json::parse(result.out).at("baselines");
  REQUIRE(baselines.size() == 4);
  CHECK(baselines[0].at("model") == "latency_ms");
  CHECK(baselines[1].at("train") == 40);
  CHECK(baselines[0].at("tested") == 100);
  // The lower, the better: made-up accuracy follows latency the other way round.
  CHECK(baselines[0].at("rho_mean").get<double>() < -0.5);
  CHECK(baselines[2].at("rho_mean").get<double>() == doctest::Approx(1.0));
  CHECK(json::parse(run(command).out).at("baselines").empty());
  with_proxies.erase(with_proxies.end() - 3);  // --json
  CHECK(contains(run(with_proxies).out, "| latency_ms | 20 | -"));
  with_proxies.back() = "speed";
  CHECK(run(with_proxies).code == 2);
}

TEST_CASE("predictors are compared as a file says, and a comparison goes on where it was") {
  const Fixture& data = fixture();
  write_text(data.folder / "predictors.yaml", R"(
title: Small
table: labels.sqlite
metric: accuracy
test_metric: latency_ms
models: [random, constant]
train: [20, 40]
seeds: 3
test: 50
published: [{label: other, size: 30, tau: 0.5, source: nowhere}]
)");
  const std::string out = data.run_folder("predictors");
  const std::vector<std::string> command = {
      "predictor", "benchmark", (data.folder / "predictors.yaml").string(), "--out", out};
  const Result first = run(command);
  CAPTURE(first.err);
  REQUIRE(first.code == 0);
  CHECK(contains(first.out, "| random | 40 |"));
  for (const char* file : {"experiment.yaml", "results.json", "results.md", "report.html"}) {
    CHECK(fs::exists(fs::path(out) / file));
  }
  CHECK(contains(read_text(fs::path(out) / "results.md"), "p against best"));
  const json results = json::parse(read_text(fs::path(out) / "results.json")).at("results");
  REQUIRE(results.size() == 4);
  CHECK(results[1].at("fits").size() == 3);
  CHECK(results[1].at("fits")[0].at("predicted").size() == 50);
  CHECK_FALSE(results[0].at("fits")[0].contains("predicted"));
  CHECK(results[0].contains("test_tau_mean"));

  const Result again = run(command);
  CHECK(contains(again.err, "12 fits are there and not made again"));
  CHECK(json::parse(read_text(fs::path(out) / "results.json")).at("results") == results);
  std::vector<std::string> other = command;
  other.insert(other.end(), {"--test", "60", "--train", "20"});
  const Result changed = run(other);
  CHECK(changed.code == 0);
  CHECK(contains(changed.err,
                 "12 fits are not reused, because the specification differs from theirs in: test"));
  CHECK(contains(run(command).err, "12 fits are there"));
  CHECK(run({"config", "check", (data.folder / "predictors.yaml").string()}).code == 0);
  write_text(fs::path(out) / "results.json", "[1]");
  const Result broken = run(command);
  CHECK(broken.code == 2);
  CHECK(contains(broken.err, "give another folder"));
}

TEST_CASE("the same model made in two ways is compared, paired by seed") {
  const Fixture& data = fixture();
  write_text(data.folder / "entries.yaml", R"(
table: labels.sqlite
metric: accuracy
models: [trees, {model: trees, name: trees of networks, input: fashion_mnist}, random]
against: trees
train: [20]
seeds: 3
test: 50
)");
  const std::string out = data.run_folder("entries");
  const std::vector<std::string> command = {"predictor", "benchmark",
                                            (data.folder / "entries.yaml").string(), "--out", out};
  const Result first = run(command);
  CAPTURE(first.err);
  REQUIRE(first.code == 0);
  CHECK(contains(first.out, "tau less that of trees"));
  // What costs least comes first.
  CHECK(first.out.find("| random | 20 |") < first.out.find("| trees | 20 |"));
  const std::string markdown = read_text(fs::path(out) / "results.md");
  CHECK(contains(markdown, "| trees of networks | 20 |"));
  CHECK(contains(markdown, "tau less that of trees"));
  const json results = json::parse(read_text(fs::path(out) / "results.json")).at("results");
  REQUIRE(results.size() == 3);
  CHECK_FALSE(results[0].contains("against"));
  CHECK(results[1].at("model") == "trees of networks");
  CHECK(results[1].at("conditions").at("input") == "fashion_mnist");
  CHECK(results[1].at("conditions").at("model") == "trees");
  CHECK(results[2].at("against").at("tau").at("mean") ==
        doctest::Approx(results[2].at("tau_mean").get<double>() -
                        results[0].at("tau_mean").get<double>()));
  CHECK(contains(run(command).err, "9 fits are there and not made again"));
  // The folder keeps all that was chosen.
  std::vector<std::string> kept = command;
  kept[2] = (fs::path(out) / "experiment.yaml").string();
  CHECK(contains(run(kept).err, "9 fits are there and not made again"));
}

TEST_CASE("a predictor is fitted, kept in a file and scores from it") {
  const Fixture& data = fixture();
  const std::string file = (data.folder / "accuracy.predictor").string();
  const std::vector<std::string> fit = {
      "predictor", "fit",      "--table", (data.folder / "labels.sqlite").string(),
      "--metric",  "accuracy", "--model", "trees",
      "--train",   "60",       "--out",   file};
  const Result fitted = run(fit);
  CAPTURE(fitted.err);
  REQUIRE(fitted.code == 0);
  CHECK(contains(fitted.out, "accuracy of 60 architectures of nasbench201"));

  const Result all = run({"predictor", "score", file, "--all", "--threads", "1"});
  REQUIRE(all.code == 0);
  CHECK(contains(all.out, "architecture,accuracy,accuracy_deviation\n"));
  CHECK(std::ranges::count(all.out, '\n') == 15626);
  CHECK(run({"predictor", "score", file, "--all", "--threads", "3"}).out == all.out);
  const Result best = run({"predictor", "score", file, "--all", "--best", "3"});
  CHECK(std::ranges::count(best.out, '\n') == 4);
  const Result random = run({"predictor", "score", file, "--random", "5", "--seed", "2"});
  CHECK(std::ranges::count(random.out, '\n') == 6);

  // Architectures from a file, wrong ones named by their line.
  const std::string cell = "|nor_conv_3x3~0|+|none~0|skip_connect~1|+|none~0|none~1|none~2|";
  write_text(data.folder / "cells.txt", cell + "\n\n" + cell + "\n");
  const std::string cells = (data.folder / "cells.txt").string();
  CHECK(std::ranges::count(run({"predictor", "score", file, "--architectures", cells}).out, '\n') ==
        3);
  write_text(data.folder / "cells.txt", cell + "\n|conv~0|\n");
  const Result wrong = run({"predictor", "score", file, "--architectures", cells});
  CHECK(wrong.code == 2);
  CHECK(contains(wrong.err, "cells.txt, line 2: "));

  CHECK(contains(run({"predictor", "score", file}).err, "give one of --architectures"));
  const Result silent = run({"predictor", "explain", file, cell});
  CHECK(silent.code == 2);
  CHECK(contains(silent.err, "a predictor trees, which does not tell what it looks at; carl does"));
  const Result elsewhere = run({"predictor", "score", file, "--all", "--space", "darts"});
  CHECK(elsewhere.code == 2);
  CHECK(contains(elsewhere.err, "can be used in another space"));
  CHECK(contains(run({"predictor", "score", file, "--all", "--set", "channels=8"}).err,
                 "--set is of the space that --space names"));
  write_text(data.folder / "broken.predictor", read_text(file).substr(0, 500));
  const Result broken =
      run({"predictor", "score", (data.folder / "broken.predictor").string(), "--all"});
  CHECK(broken.code == 2);
  CHECK(contains(broken.err, "is cut off or was altered"));
  std::vector<std::string> too_many = fit;
  too_many[9] = "1000000";
  CHECK(contains(run(too_many).err, "--train 1000000"));
}

TEST_CASE("a predictor that reads static features is compared, kept and scores from its file") {
  const Fixture& data = fixture();
  const std::string table = (data.folder / "labels.sqlite").string();
  const std::vector<std::string> command = {
      "predictor", "benchmark", "--table", table, "--metric", "accuracy", "--model", "trees",
      "--train",   "40",        "--seeds", "1",   "--test",   "50",       "--json"};
  std::vector<std::string> with_statics = command;
  with_statics.emplace_back("--statics");
  const auto figure = [](const std::vector<std::string>& words) {
    const Result result = run(words);
    CAPTURE(result.err);
    REQUIRE(result.code == 0);
    return json::parse(result.out).at("results")[0].at("tau_mean").get<double>();
  };
  CHECK(figure(with_statics) != figure(command));

  const std::string file = (data.folder / "statics.predictor").string();
  const Result fitted = run({"predictor", "fit", "--table", table, "--metric", "accuracy",
                             "--model", "trees", "--statics", "--train", "60", "--out", file});
  CAPTURE(fitted.err);
  REQUIRE(fitted.code == 0);
  const Result scored = run({"predictor", "score", file, "--random", "5"});
  CHECK(scored.code == 0);
  CHECK(std::ranges::count(scored.out, '\n') == 6);
}

TEST_CASE("what an earlier task tells helps with few labels, in files and searches too") {
  const Fixture& data = fixture();
  const std::string table = "builtin:nasbench201_fashion_mnist";
  const std::string earlier = (data.folder / "earlier.predictor").string();
  const std::string informed = (data.folder / "informed.predictor").string();
  const Result first = run({"predictor", "fit", "--table", table, "--metric", "loss", "--model",
                            "trees", "--train", "1000", "--out", earlier});
  CAPTURE(first.err);
  REQUIRE(first.code == 0);
  const auto tau_with = [&](const std::vector<std::string>& more) {
    std::vector<std::string> command = {"predictor", "benchmark", "--table", table,     "--metric",
                                        "accuracy",  "--model",   "trees",   "--train", "15",
                                        "--test",    "2000",      "--seeds", "3",       "--json"};
    command.insert(command.end(), more.begin(), more.end());
    const Result result = run(command);
    CAPTURE(result.err);
    REQUIRE(result.code == 0);
    return json::parse(result.out).at("results")[0].at("tau_mean").get<double>();
  };
  CHECK(tau_with({"--prior", earlier}) > tau_with({}) + 0.05);

  const Result second =
      run({"predictor", "fit", "--table", table, "--metric", "accuracy", "--model", "trees",
           "--train", "15", "--prior", earlier, "--out", informed});
  CAPTURE(second.err);
  REQUIRE(second.code == 0);
  const fs::path config = data.folder / "informed.yaml";
  write_text(config, R"(
space: {name: nasbench201, channels: 8, cells_per_stage: 1}
objectives: [{metric: accuracy, goal: maximize}]
evaluation: {accuracy: {table: "builtin:nasbench201_fashion_mnist"}}
search: {algorithm: predictor_guided, guidance: {predictor: trees, candidates: 200}}
predictors: {prior: earlier.predictor}
budget: {evaluations: 15}
)");
  const Result searched = run({"search", config.string(), "--out", data.run_folder("informed")});
  CAPTURE(searched.err);
  CHECK(searched.code == 0);

  // A file has all that it needs; a search says what it lacks.
  fs::remove(earlier);
  const Result scores = run({"predictor", "score", informed, "--random", "5"});
  CAPTURE(scores.err);
  CHECK(scores.code == 0);
  CHECK(std::ranges::count(scores.out, '\n') == 6);
  const Result gone = run({"search", config.string(), "--out", data.run_folder("uninformed")});
  CHECK(gone.code == 2);
  CHECK(contains(gone.err, "earlier.predictor"));

  const std::string other = (data.folder / "other.predictor").string();
  write_text(other, "no predictor");
  const Result none = run({"predictor", "fit", "--table", table, "--metric", "accuracy", "--model",
                           "trees", "--prior", other, "--out", informed});
  CHECK(none.code == 2);
  CHECK(contains(none.err, "other.predictor holds no predictor"));
}

TEST_CASE("a predictor is checked against another one while it scores") {
  const Fixture& data = fixture();
  const auto fit = [&](const std::string& model) {
    const std::string file = (data.folder / (model + "_checked.predictor")).string();
    CHECK(run({"predictor", "fit", "--table", (data.folder / "labels.sqlite").string(), "--metric",
               "accuracy", "--model", model, "--train", "40", "--out", file})
              .code == 0);
    return file;
  };
  const std::string trees = fit("trees");
  const std::vector<std::string> score = {"predictor", "score", trees, "--random", "50"};
  const auto checked = [&](std::vector<std::string> more) {
    std::vector<std::string> command = score;
    command.insert(command.end(), more.begin(), more.end());
    return run(command);
  };
  const Result agreed = checked({"--check", trees});
  CHECK(agreed.code == 0);
  CHECK(agreed.out == run(score).out);
  const std::string random = fit("random");
  const Result apart = checked({"--check", random, "--tolerance", "0"});
  CHECK(apart.code == 1);
  CHECK(contains(apart.err, "two predictors that were to agree say "));
  CHECK(checked({"--check", random, "--tolerance", "1e9"}).code == 0);
}

TEST_CASE("what only cg can do is refused to others") {
  const Fixture& data = fixture();
  const std::string table = (data.folder / "labels.sqlite").string();
  const Result unlabelled = run({"predictor", "benchmark", "--table", table, "--metric", "accuracy",
                                 "--model", "trees", "--train", "0", "--seeds", "1"});
  CHECK(unlabelled.code == 2);
  CHECK(contains(unlabelled.err, "no labels were given to learn from"));
  const Result several = run({"predictor", "pretrain", "nasbench201", "--labels",
                              table + ":accuracy", "--out", (data.folder / "x").string()});
  CHECK(several.code == 2);
  CHECK(contains(several.err, "--also and --labels are of cg"));
  const auto labels_error = [&](const std::string& labels) {
    return run({"predictor", "pretrain", "nasbench201", "--model", "cg", "--labels", labels,
                "--out", (data.folder / "x").string()})
        .err;
  };
  CHECK(contains(labels_error("accuracy"), "expected FILE:METRIC or FILE:METRIC:N"));
  CHECK(contains(labels_error(table + ":accuracy:1000000"), "of 15625 architectures only"));
  CHECK(contains(labels_error(table + ":acuracy"), "accuracy"));
}

#ifdef EVONAS_TORCH
TEST_CASE("the map of a comparison costs no pre-training of its own") {
  const Fixture& data = fixture();
  write_text(data.folder / "pretrainings.yaml", R"(
table: labels.sqlite
metric: accuracy
models:
  - {model: networks, name: from random weights, pretraining: {networks: 1, layers: 1, width: 8, steps: 0}}
train: [10]
seeds: 2
test: 50
)");
  const std::string out = data.run_folder("pretrainings");
  const Result compared =
      run({"predictor", "benchmark", (data.folder / "pretrainings.yaml").string(), "--out", out});
  CAPTURE(compared.err);
  REQUIRE(compared.code == 0);
  CHECK(contains(read_text(fs::path(out) / "report.html"), "statistics of the graphs"));
}

TEST_CASE("what computes on the host alone refuses another precision or device") {
  const Fixture& data = fixture();
  for (const std::string model : {"cg", "arch2vec", "path_networks"}) {
    const Result result =
        run({"predictor", "benchmark", "--table", (data.folder / "labels.sqlite").string(),
             "--metric", "accuracy", "--model", "trees," + model, "--train", "20", "--seeds", "1",
             "--precision", "bfloat16"});
    CHECK(result.code == 2);
    CHECK_FALSE(contains(result.out, "| trees |"));  // refused before any fit
    CHECK(contains(result.err, model + " computes on the processor in float32 alone"));
  }
}

TEST_CASE("carl tells what it looks at, in words and in a picture") {
  const Fixture& data = fixture();
  const std::string file = (data.folder / "carl.predictor").string();
  REQUIRE(run({"predictor", "fit", "--table", (data.folder / "labels.sqlite").string(), "--metric",
               "accuracy", "--model", "carl", "--train", "40", "--epochs", "1", "--out", file})
              .code == 0);
  const std::string cell =
      "|nor_conv_3x3~0|+|none~0|skip_connect~1|+|none~0|none~1|skip_connect~2|";
  const std::string picture = (data.folder / "carl.dot").string();
  const Result told = run({"predictor", "explain", file, cell, "--out", picture, "--json"});
  CAPTURE(told.err);
  REQUIRE(told.code == 0);
  const json nodes = json::parse(told.out).at("nodes");
  REQUIRE(nodes.size() == 5);
  const std::string dot = read_text(picture);
  std::size_t framed = 0;
  for (std::size_t at = dot.find("penwidth=3"); at != std::string::npos;
       at = dot.find("penwidth=3", at + 1)) {
    ++framed;
  }
  CHECK(framed ==
        static_cast<std::size_t>(std::count_if(nodes.begin(), nodes.end(), [](const json& node) {
          return node.at("critical").get<bool>();
        })));
  const Result words = run({"predictor", "explain", file, cell});
  CHECK(contains(words.out, "nor_conv_3x3"));
}

TEST_CASE("what cg has learnt of one space scores another, and starts fits there") {
  const Fixture& data = fixture();
  const std::string table = (data.folder / "labels.sqlite").string();
  const std::string file = (data.folder / "cg.predictor").string();
  const Result learnt = run({"predictor",
                             "pretrain",
                             "nasbench101",
                             "--set",
                             "modules_per_stack=1",
                             "--model",
                             "cg",
                             "--also",
                             "darts:cells=4,channels=4",
                             "--labels",
                             table + ":accuracy:60",
                             "--cg-layers",
                             "1",
                             "--cg-width",
                             "16",
                             "--cg-graphs",
                             "20",
                             "--cg-steps",
                             "10",
                             "--cg-label-steps",
                             "20",
                             "--cg-batch",
                             "16",
                             "--out",
                             file});
  CAPTURE(learnt.err);
  REQUIRE(learnt.code == 0);
  CHECK(contains(learnt.out, "3 spaces, 60 labels"));
  const Result scored = run({"predictor", "score", file, "--space", "nasbench201", "--set",
                             "cells_per_stage=1", "--random", "3"});
  CHECK(scored.code == 0);
  CHECK(contains(scored.out, "architecture,score,score_deviation"));
  const Result compared = run({"predictor", "benchmark", "--table", table, "--metric", "accuracy",
                               "--model", "cg", "--train", "0,10", "--seeds", "1", "--test", "30",
                               "--epochs", "1", "--pretrained", file, "--json"});
  CAPTURE(compared.err);
  REQUIRE(compared.code == 0);
  const json results = json::parse(compared.out).at("results");
  REQUIRE(results.size() == 2);
  CHECK(results[0].at("train") == 0);
  CHECK(results[0].at("tested") == 30);
}
#endif

}  // namespace
}  // namespace evonas::e2e
