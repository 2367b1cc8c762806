#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "contains.hpp"
#include "e2e/fixture.hpp"

namespace evonas::e2e {
namespace {

using nlohmann::json;
using tests::contains;

const std::string kArchitecture =
    "|nor_conv_3x3~0|+|none~0|skip_connect~1|+|skip_connect~0|none~1|nor_conv_3x3~2|";

TEST_CASE("every command has help with an example") {
  const std::vector<std::vector<std::string>> commands = {{},
                                                          {"search"},
                                                          {"resume"},
                                                          {"verify"},
                                                          {"report"},
                                                          {"benchmark"},
                                                          {"space"},
                                                          {"space", "list"},
                                                          {"bench"},
                                                          {"space", "info"},
                                                          {"space", "sample"},
                                                          {"space", "enumerate"},
                                                          {"network"},
                                                          {"space", "neighbours"},
                                                          {"network", "cost"},
                                                          {"network", "draw"},
                                                          {"network", "export"},
                                                          {"table"},
                                                          {"network", "latency"},
                                                          {"table", "import"},
                                                          {"table", "info"},
                                                          {"predictor"},
                                                          {"predictor", "benchmark"},
                                                          {"predictor", "fit"},
                                                          {"predictor", "score"},
                                                          {"predictor", "pretrain"},
                                                          {"config"},
                                                          {"config", "show"},
                                                          {"config", "check"},
                                                          {"config", "schema"},
                                                          {"bench", "search"},
                                                          {"bench", "generation"},
                                                          {"bench", "predictor"}};
  for (std::vector<std::string> command : commands) {
    command.emplace_back("--help");
    const Result result = run(command);
    CAPTURE(result.out);
    CHECK(result.code == 0);
    CHECK(contains(result.out, "Example"));
    CHECK(contains(result.out, "  evonas "));
    CHECK(result.err.empty());
  }
}

TEST_CASE("wrong usage is exit code 2 and says where help is") {
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{},
                                             {"serch"},
                                             {"search"},
                                             {"search", "a.yaml", "--thread", "2"},
                                             {"space"},
                                             {"space", "sample", "nasbench201", "-n", "many"},
                                             {"verify", "a", "b"}}) {
    const Result result = run(command);
    CAPTURE(result.err);
    CHECK(result.code == 2);
    CHECK(result.err.starts_with("evonas: "));
    CHECK(contains(result.err, "--help"));
    CHECK(result.out.empty());
  }
}

TEST_CASE("the version is printed") {
  const Result result = run({"--version"});
  CHECK(result.code == 0);
  CHECK(result.out.starts_with("evonas "));
}

TEST_CASE("malformed configurations are exit code 2") {
  int checked = 0;
  for (const auto& entry :
       fs::directory_iterator(fs::path(EVONAS_SOURCE_DIR) / "tests/bad_input/config")) {
    // tests/cli reads all of them; here a part goes through the program.
    const std::string name = entry.path().filename().string();
    if (entry.path().extension() != ".yaml" || name.size() % 4 != 0) continue;
    const Result result = run({"config", "check", entry.path().string()});
    CAPTURE(result.err);
    CHECK(result.code == 2);
    CHECK(result.err.starts_with("evonas: " + entry.path().string()));
    CHECK(result.out.empty());
    ++checked;
  }
  CHECK(checked >= 10);
}

TEST_CASE("spaces are listed, sampled and enumerated") {
  CHECK(contains(run({"space", "list"}).out, "nasbench201\n"));
  CHECK(json::parse(run({"space", "info", "nasbench201", "--json"}).out).at("size") == 15625);

  const Result all = run({"space", "enumerate", "nasbench201", "--set", "cells_per_stage=1"});
  CHECK(all.code == 0);
  CHECK(all.out.starts_with("architecture,key,params,macs,flops\n"));
  CHECK(std::count(all.out.begin(), all.out.end(), '\n') == 15626);
  const Result first = run({"space", "enumerate", "nasbench201", "--set", "cells_per_stage=1", "-n",
                            "5000", "--threads", "3"});
  CHECK(std::count(first.out.begin(), first.out.end(), '\n') == 5001);
  CHECK(all.out.starts_with(first.out));

  const Result annotated = run({"space", "enumerate", "nasbench101", "-n", "1"});
  CHECK(annotated.out ==
        "architecture,key,params,macs,flops,hash\n"
        "1,d7e832d23cc7960c70543aadb7827caf,882570,137761802,137761802,"
        "043721b9c7fe8c5fad811d47d83132ec\n");

  const Result sample = run({"space", "sample", "nasbench201", "-n", "5", "--seed", "3"});
  CHECK(std::count(sample.out.begin(), sample.out.end(), '\n') == 6);
  CHECK(run({"space", "sample", "nasbench201", "-n", "5", "--seed", "3"}).out == sample.out);
  CHECK(run({"space", "sample", "nasbench201", "-n", "5", "--seed", "4"}).out != sample.out);

  const Result around = run({"space", "neighbours", "nasbench201", kArchitecture});
  CHECK(std::count(around.out.begin(), around.out.end(), '\n') == 25);

  const Result narrow = run({"space", "sample", "nasbench201", "--set", "chanels=8"});
  CHECK(narrow.code == 2);
  CHECK(contains(narrow.err, "nearest valid key: channels"));
  CHECK(run({"space", "info", "nasbench102"}).code == 2);
}

TEST_CASE("declared spaces are sampled, and malformed declarations are exit code 2") {
  const fs::path source(EVONAS_SOURCE_DIR);
  const std::string file = (source / "configs/spaces/accel_nasbench.yaml").string();
  const Result sample = run(
      {"space", "sample", "declared", "--set", "file=" + file, "-n", "2", "--input", "imagenet"});
  CAPTURE(sample.err);
  CHECK(sample.code == 0);
  CHECK(std::count(sample.out.begin(), sample.out.end(), '\n') == 3);
  CHECK(run({"config", "check", (source / "configs/fbnet.yaml").string()}).code == 0);
  CHECK(contains(run({"space", "info", "declared"}).err, "space.file: is missing"));

  int checked = 0;
  for (const auto& entry : fs::directory_iterator(source / "tests/bad_input/spaces")) {
    if (entry.path().extension() != ".yaml") continue;
    const Result result =
        run({"space", "info", "declared", "--set", "file=" + entry.path().string()});
    CAPTURE(result.err);
    CHECK(result.code == 2);
    CHECK(result.err.starts_with("evonas: " + entry.path().string()));
    CHECK(result.out.empty());
    ++checked;
  }
  CHECK(checked >= 25);
}

TEST_CASE("networks are costed and drawn, from a space and from a file") {
  const json cost =
      json::parse(run({"network", "cost", "nasbench201", kArchitecture, "--json"}).out);
  CHECK(cost.at("params").get<std::int64_t>() > 100000);

  const tests::TemporaryFolder folder;
  const std::string file = (folder / "network.json").string();
  CHECK(
      run({"network", "draw", "nasbench201", kArchitecture, "--graph-json", "--out", file}).code ==
      0);
  CHECK(json::parse(run({"network", "cost", "--graph", file, "--json"}).out) == cost);
  CHECK(contains(run({"network", "draw", "nasbench201", kArchitecture, "--cell", "--dot"}).out,
                 "digraph"));

  write_text(folder / "broken.json", "{\"nodes\": [");
  const Result broken = run({"network", "cost", "--graph", (folder / "broken.json").string()});
  CHECK(broken.code == 2);
  CHECK(contains(broken.err, "broken.json"));
  CHECK(run({"network", "cost"}).code == 2);
  CHECK(run({"network", "cost", "nasbench201", "|nor_conv_9x9~0|"}).code == 2);
}

TEST_CASE("networks are exported, and read from ONNX wherever a file is") {
  const tests::TemporaryFolder folder;
  const std::string file = (folder / "network.onnx").string();
  const std::vector<std::string> chosen = {"network", "export", "nasbench201", kArchitecture};
  const auto exported = [&](std::vector<std::string> more) {
    more.insert(more.begin(), chosen.begin(), chosen.end());
    return run(more);
  };
  const json cost =
      json::parse(run({"network", "cost", "nasbench201", kArchitecture, "--json"}).out);
  for (const std::vector<std::string>& weights :
       {std::vector<std::string>{}, {"--random-weights", "--seed", "5"}}) {
    std::vector<std::string> arguments = {"--out", file};
    arguments.insert(arguments.end(), weights.begin(), weights.end());
    const Result written = exported(arguments);
    CHECK(written.code == 0);
    CHECK(written.out == file + "\n");
    CHECK(json::parse(run({"network", "cost", "--graph", file, "--json"}).out) == cost);
  }
  CHECK(contains(run({"network", "draw", "--graph", file, "--dot"}).out, "Conv 3x3"));

  const std::string source = (folder / "network.py").string();
  CHECK(exported({"--format", "pytorch", "--out", source}).code == 0);
  CHECK(contains(read_text(source), "class Network(nn.Module):"));
  const Result script = exported({"--format", "torchscript", "--random-weights", "--out", source});
  CHECK(script.code == 2);
  CHECK(contains(script.err, "without LibTorch"));
  CHECK(contains(exported({"--format", "torchscript", "--out", source}).err, "needs weights"));
  CHECK(contains(exported({"--set", "channels=8", "--weights", file, "--out", source}).err,
                 "network.onnx has not the weights of this network"));

  write_text(folder / "cut.onnx", read_text(file).substr(0, 999));
  const Result cut = run({"network", "cost", "--graph", (folder / "cut.onnx").string()});
  CHECK(cut.code == 2);
  CHECK(contains(cut.err, "cut.onnx: is no ONNX model"));
  const std::string unknown = EVONAS_SOURCE_DIR "/tests/fuzz/corpus/onnx/opaque";
  write_text(folder / "opaque.onnx", read_text(unknown));
  const std::string opaque = (folder / "opaque.onnx").string();
  CHECK(contains(run({"network", "cost", "--graph", opaque}).err, "Erf (node 'e'); Transpose"));
  const Result bound = run({"network", "cost", "--graph", opaque, "--opaque"});
  CHECK(bound.code == 0);
  CHECK(contains(bound.out, "params            at least 0"));
  CHECK(contains(bound.out, "opaque_nodes      2"));
}

TEST_CASE("tables are imported and shown") {
  const Fixture& data = fixture();
  CAPTURE(data.imported.err);
  REQUIRE(data.imported.code == 0);
  CHECK(json::parse(data.imported.out).at("rows") == 15625);
  const json info = json::parse(run({"table", "info", data.table.string(), "--json"}).out);
  CHECK(info.at("rows") == 15625);
  CHECK(info.at("metrics").size() == 2);
  CHECK(info.at("metrics")[0].at("direction") == "maximize");
  CHECK(info.at("networks") == 6466);
  CHECK(info.at("coverage") == 1.0);
  CHECK(contains(info.at("provenance").at("command").get<std::string>(), "--architecture arch"));
  const Result missing = run({"table", "info", "/nowhere.sqlite"});
  CHECK(missing.code == 2);
  CHECK(contains(missing.err, "/nowhere.sqlite"));
}

TEST_CASE("a table has fidelities, seeds and where it is from") {
  const Fixture& data = fixture();
  const std::string table = (data.folder / "seeds.sqlite").string();
  const Result imported = run({"table",          "import",
                               "--space",        "nasbench201",
                               "--set",          "channels=8",
                               "--csv",          (data.folder / "labels.csv").string(),
                               "--architecture", "arch",
                               "--metric",       "val@3#1=accuracy:%:maximize",
                               "--metric",       "val@3#2=latency:%:maximize",
                               "--metric",       "val@3=accuracy,latency:%:maximize",
                               "--require",      "val@3",
                               "--licence",      "MIT",
                               "--source",       "made up",
                               "--out",          table});
  CAPTURE(imported.err);
  REQUIRE(imported.code == 0);
  const json info = json::parse(run({"table", "info", table, "--json"}).out);
  CHECK(info.at("space_options") == json{"channels=8"});
  CHECK(info.at("metrics")[1].at("quantity") == "val");
  CHECK(info.at("metrics")[1].at("epochs") == 3);
  CHECK(info.at("metrics")[1].at("seed") == 2);
  REQUIRE(info.at("noise").size() == 1);
  const double tau = info.at("noise")[0].at("kendall_tau");
  CHECK(tau > 0.3);
  CHECK(tau < 0.99);
  CHECK(info.at("provenance").at("licence") == "MIT");
  CHECK(info.at("provenance").at("source") == "made up");
  CHECK(info.at("provenance").at("source_file") == "labels.csv");
  const Result text = run({"table", "info", table});
  for (const char* part :
       {"15625 architectures of nasbench201 (channels=8), 6466 distinct networks",
        "100 % of the 15625 of the space", "val@3#1 [%]: 15625 values, maximize",
        "val@3: Kendall tau 0.", "(seeds 1, 2; 15625 rows)", "licence: MIT"}) {
    CAPTURE(part);
    CHECK(contains(text.out, part));
  }
  // In a configuration the full name stands under `metric`.
  const Result searched =
      data.search("seeds", {"--set", "evaluation.accuracy={table: " + table + ", metric: val@3#2}",
                            "--set", "budget.evaluations=40"});
  CAPTURE(searched.err);
  CHECK(searched.code == 0);
  const auto refused = [&](std::vector<std::string> more) {
    std::vector<std::string> arguments = {"table",       "import", "--space",
                                          "nasbench201", "--out",  table};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Result result = run(arguments);
    CHECK(result.code == 2);
    return result.err;
  };
  CHECK(contains(refused({}), "give either --csv or --tfrecord"));
  CHECK(contains(refused({"--csv", "a", "--tfrecord", "b"}), "give either --csv or --tfrecord"));
  CHECK(contains(refused({"--csv", "a"}), "--csv needs --architecture"));
  CHECK(contains(refused({"--tfrecord", "a"}), "table of the space nasbench101"));
  CHECK(run({"table", "info", table}).out == text.out);
}

TEST_CASE("a resolved configuration resolves to itself") {
  const Fixture& data = fixture();
  const Result first = run({"config", "show", data.config.string()});
  CHECK(first.code == 0);
  write_text(data.folder / "resolved.yaml", first.out);
  CHECK(run({"config", "show", (data.folder / "resolved.yaml").string()}).out == first.out);
  CHECK(run({"config", "check", data.config.string()}).code == 0);
  CHECK(json::parse(run({"config", "schema"}).out).contains("properties"));
  CHECK(json::parse(run({"config", "schema", "--experiment"}).out).contains("properties"));
  CHECK(json::parse(run({"config", "schema", "--predictors"}).out).contains("properties"));
}

TEST_CASE("algorithms are compared on a table") {
  const Fixture& data = fixture();
  write_text(data.folder / "experiment.yaml", R"(
space: nasbench201
objectives: [{metric: quality, goal: maximize}]
limits: [quality >= 1]
evaluation: {quality: {table: labels.sqlite, metric: accuracy}}
search: [{algorithm: random}, {algorithm: local_search}]
seeds: 5
budgets: [10, 40]
)");
  const Result result = run({"benchmark", (data.folder / "experiment.yaml").string(), "--json",
                             "--out", data.run_folder("benchmark")});
  CAPTURE(result.err);
  REQUIRE(result.code == 0);
  const json algorithms = json::parse(result.out).at("algorithms");
  CHECK(algorithms.at("random").at("budgets").at("40").at("regret_mean").get<double>() > 0);
  for (const char* file : {"result.json", "result.md", "report.html", "experiment.yaml"}) {
    CHECK(fs::exists(data.folder / "benchmark" / file));
  }
  const Result again = run({"benchmark", (data.folder / "experiment.yaml").string(), "--out",
                            data.run_folder("again"), "--threads", "3"});
  CHECK(again.code == 0);
  CHECK(read_text(data.folder / "again" / "result.md").size() > 10);
}

TEST_CASE("a benchmark counts the seconds that its table says evaluations took") {
  const Fixture& data = fixture();
  const fs::path file = data.folder / "clock.yaml";
  write_text(file, R"(
space: nasbench201
objectives: [{metric: accuracy, goal: maximize}]
evaluation: {accuracy: {table: labels.sqlite}, took: {table: labels.sqlite, metric: latency_ms}}
search: [{algorithm: random}, {algorithm: local_search}]
seeds: 5
seconds: [50, 200]
cost: took
)");
  const Result result =
      run({"benchmark", file.string(), "--json", "--out", data.run_folder("clock")});
  CAPTURE(result.err);
  REQUIRE(result.code == 0);
  const json found = json::parse(result.out);
  CHECK(found.at("cost") == "latency_ms");
  const json& random = found.at("algorithms").at("random");
  CHECK(random.at("seconds").at("200").at("regret_mean").get<double>() > 0);
  CHECK(random.at("training_seconds").get<double>() <= 200.0);
  CHECK(contains(read_text(data.folder / "clock/result.md"), "| 50 s | 200 s |"));
  // What is written beside the results is the same experiment: nothing is run again.
  const Result again = run({"benchmark", (data.folder / "clock/experiment.yaml").string(), "--json",
                            "--out", data.run_folder("clock")});
  CAPTURE(again.err);
  CHECK(again.out == result.out);
  CHECK(contains(again.err, "10 of 10 searches are in"));

  const Result refused = run({"benchmark", file.string(), "--set", "cost=seconds"});
  CHECK(refused.code == 2);
  CHECK(contains(refused.err,
                 "cost: no table under `evaluation` gives \"seconds\" (there are: "
                 "accuracy, took)"));
}

TEST_CASE("a benchmark that is interrupted or killed goes on in its folder") {
  const Fixture& data = fixture();
  const fs::path file = data.folder / "long.yaml";
  write_text(file, R"(
space: nasbench201
objectives: [{metric: accuracy, goal: maximize}]
evaluation: {accuracy: {table: labels.sqlite}}
search: [{algorithm: regularized_evolution}]
seeds: 300
budgets: [1000]
)");
  const auto command = [&](const std::string& out) {
    return std::vector<std::string>{"benchmark", file.string(), "--out", data.run_folder(out)};
  };
  const auto regrets = [&](const std::string& out) {
    json result = json::parse(read_text(data.folder / out / "result.json"));
    for (json& algorithm : result.at("algorithms")) algorithm.erase("engine_seconds");
    return result.dump();
  };
  REQUIRE(run(command("whole_benchmark")).code == 0);
  const fs::path kept = data.folder / "stopped_benchmark/searches.jsonl";
  const auto lines = [&] {
    const std::string text = read_text(kept);
    return std::count(text.begin(), text.end(), '\n');
  };
  for (const int signal : {SIGINT, SIGKILL}) {
    const auto before = lines();
    Process process(command("stopped_benchmark"));
    for (int i = 0; i < 2000 && lines() < before + 20; ++i) sleep_ms(2);
    process.signal(signal);
    const Result stopped = process.wait();
    CAPTURE(stopped.err);
    CHECK(stopped.code == (signal == SIGINT ? 130 : 128 + SIGKILL));
    if (signal == SIGINT) {
      CHECK(contains(stopped.err, "of 300 searches are kept"));
      CHECK(contains(stopped.err, "--out " + data.run_folder("stopped_benchmark")));
    }
  }
  CHECK_FALSE(fs::exists(data.folder / "stopped_benchmark/result.json"));
  const auto before = lines();
  CHECK(before < 300);
  const Result rest = run(command("stopped_benchmark"));
  CHECK(rest.code == 0);
  CHECK(contains(rest.err, fmt::format("{} of 300 searches are in", before)));
  CHECK(lines() == 300);
  CHECK(regrets("stopped_benchmark") == regrets("whole_benchmark"));
}

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

  std::vector<std::string> wrong = command;
  wrong[7] = "tree";
  const Result refused = run(wrong);
  CHECK(refused.code == 2);
  CHECK(contains(refused.err, "nearest: trees"));
  wrong[7] = "gp";
  CHECK(contains(run(wrong).err, "LibTorch"));
  wrong = command;
  wrong[9] = "1000000";
  const Result too_many = run(wrong);
  CHECK(too_many.code == 2);
  CHECK(contains(too_many.err, "1000000 labels"));
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
  write_text(data.folder / "broken.predictor", read_text(file).substr(0, 500));
  const Result broken =
      run({"predictor", "score", (data.folder / "broken.predictor").string(), "--all"});
  CHECK(broken.code == 2);
  CHECK(contains(broken.err, "is cut off or was altered"));
  std::vector<std::string> too_many = fit;
  too_many[9] = "1000000";
  CHECK(contains(run(too_many).err, "--train 1000000"));
}

TEST_CASE("a table that is missing says how to import it") {
  const Result result =
      run({"benchmark",
           (fs::path(EVONAS_SOURCE_DIR) / "experiments/nasbench201_searchers.yaml").string(),
           "--set", "evaluation.cifar10_val_200.table=/nowhere.sqlite"});
  CHECK(result.code == 2);
  CHECK(contains(result.err, "evonas table import --space nasbench201"));
}

TEST_CASE("a search of a table says how far from the optimum within its limits it ended") {
  const tests::TemporaryFolder folder;
  write_text(folder / "search.yaml",
             "space: nasbench201\n"
             "objectives: [{metric: accuracy, goal: maximize}]\n"
             "limits: [latency_ms <= 5]\n"
             "evaluation: {accuracy: {table: " +
                 fixture().table.string() + "}, latency_ms: {table: " + fixture().table.string() +
                 "}}\nsearch: {algorithm: local_search, identity: genotype, seed: 1}\nbudget: "
                 "{evaluations: 15000}\n");
  const std::string out = (folder / "run").string();
  const Result few = run({"search", (folder / "search.yaml").string(), "--set",
                          "budget.evaluations=20", "--out", out, "--json"});
  CAPTURE(few.err);
  REQUIRE(few.code == 0);
  const json optimum = json::parse(few.out).at("optimum");
  const double best = json::parse(few.out).at("best").at("metrics").at("accuracy");
  CHECK(optimum.at("distance") == doctest::Approx(optimum.at("value").get<double>() - best));
  CHECK(optimum.at("distance") > 0.0);
  CHECK(run({"verify", out}).code == 0);
  const Result all = run({"resume", out, "--set", "budget.evaluations=15000"});
  CHECK(contains(all.out, "this is the optimum of the table within the limits"));
}

TEST_CASE("the machinery is timed") {
  const Result result = run({"bench", "search", "--seeds", "1", "--generations", "5", "--json"});
  CAPTURE(result.err);
  CHECK(result.code == 0);
  CHECK(json::parse(result.out).at("algorithms").contains("nsga2"));

  const Result generation =
      run({"bench", "generation", "nasbench201", "darts", "--seconds", "0.02", "--json"});
  CAPTURE(generation.err);
  CHECK(generation.code == 0);
  const json rows = json::parse(generation.out);
  REQUIRE(rows.size() == 2);
  CHECK(rows[1].at("space") == "darts");
  CHECK(rows[1].at("encode_per_second") > rows[1].at("all_per_second"));
}

}  // namespace
}  // namespace evonas::e2e
