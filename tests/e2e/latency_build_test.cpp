#include <algorithm>
#include <chrono>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "base/json.hpp"
#include "contains.hpp"
#include "e2e/fixture.hpp"

namespace evonas::e2e {
namespace {

using nlohmann::json;
using tests::contains;

constexpr std::size_t kCells = 12;
constexpr std::size_t kChains = 20;
constexpr std::size_t kRounds = 3;

/// Two families of networks that take microseconds.
struct SmallFamilies {
  tests::TemporaryFolder folder;
  fs::path recipe = folder / "recipe.yaml";

  SmallFamilies() {
    write_text(folder / "chains.yaml", R"(
resolution: [4, 6]
stages:
  - {operation: conv, channels: [2, 4, 6, 8], kernel: [1, 3, 5]}
  - {operation: conv, channels: [2, 4, 6, 8]}
)");
    write_text(recipe, R"(
title: two small families
families:
  chains: {space: {name: declared, file: chains.yaml}, input: "3x8x8:2"}
  cells: {space: {name: nasbench201, channels: 1, cells_per_stage: 1}, input: "1x8x8:3", networks: 12}
networks: 20
latency: {warmup_seconds: 0, max_seconds: 0.01, interval_width: 0.0001, rounds: 3}
)");
  }

  std::string out(const std::string& name) const { return (folder / name).string(); }

  std::vector<std::string> build(const std::string& name,
                                 std::vector<std::string> settings = {}) const {
    std::vector<std::string> arguments = {"latency", "build",   recipe.string(),
                                          "--out",   out(name), "--json"};
    for (std::string& setting : settings) {
      arguments.emplace_back("--set");
      arguments.push_back(std::move(setting));
    }
    return arguments;
  }
};

/// The fields of the lines of a CSV without quotes, the header's first.
std::vector<std::vector<std::string>> fields_of(const std::string& csv) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream lines(csv);
  for (std::string line; std::getline(lines, line);) {
    rows.emplace_back();
    std::istringstream fields(line);
    for (std::string field; std::getline(fields, field, ',');) rows.back().push_back(field);
  }
  return rows;
}

TEST_CASE("what a latency recipe asks for is checked before anything is measured") {
  const SmallFamilies families;
  const auto refused = [&](std::vector<std::string> settings) {
    const Result result = run(families.build("refused", std::move(settings)));
    CHECK(result.code == 2);
    CHECK(result.out.empty());
    return result.err;
  };
  CHECK(contains(refused({"networks=1000"}),
                 "random architectures of the family chains are only 96 different networks"));
  CHECK(contains(refused({"families.cells.input=cifar11"}), "families.cells.input"));
  CHECK(contains(refused({"latency.round=3"}), "nearest valid key: rounds"));
  CHECK(contains(refused({"families={}"}), "is empty: name at least one"));
  CHECK(contains(refused({"families.chains.space.file=nowhere.yaml"}), "nowhere.yaml"));
  const Result lone = run_program(EVONAS_LONE_PROGRAM, families.build("refused"));
  CHECK(lone.code == 2);
  CHECK(contains(lone.err, "without LibTorch"));
}

/// A folder as 'evonas latency build' makes it, whose latencies follow from FLOPs, and its rows.
struct MadeUpLatencies {
  fs::path folder;
  std::string csv =
      "family,architecture,latency_ms,low_ms,high_ms,params,flops,memory_access_bytes,nodes\n";

  explicit MadeUpLatencies(const SmallFamilies& families) : folder(families.folder / "made_up") {
    fs::create_directories(folder);
    write_text(folder / "recipe.yaml", read_text(families.recipe));
    write_text(folder / "chains.yaml", read_text(families.folder / "chains.yaml"));
    add("cells",
        {"nasbench201", "--set", "channels=1", "--set", "cells_per_stage=1", "--input", "1x8x8:3"});
    add("chains",
        {"declared", "--set", "file=" + (folder / "chains.yaml").string(), "--input", "3x8x8:2"});
    write_text(folder / "networks.csv.gz", csv);
  }

 private:
  void add(const std::string& family, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"space", "sample"});
    arguments.insert(arguments.end(), {"-n", "30"});
    const auto rows = fields_of(run(arguments).out);
    for (std::size_t i = 1; i < rows.size(); ++i) {
      const double latency = 0.01 + 1e-6 * std::stod(rows[i][4]);
      csv += fmt::format("{},{},{},0,0,{},{},0,0\n", family, rows[i][0], latency, rows[i][2],
                         rows[i][4]);
    }
  }
};

TEST_CASE("predictors of latency are compared on several families") {
  const SmallFamilies families;
  const MadeUpLatencies made(families);
  const fs::path& folder = made.folder;
  const std::string& csv = made.csv;
  std::vector<std::string> command = {"predictor", "benchmark", "--latency", folder.string(),
                                      "--model",   "linear",    "--train",   "20",
                                      "--seeds",   "2",         "--json"};
  const Result random = run(command);
  CAPTURE(random.err);
  REQUIRE(random.code == 0);
  const json row = json::parse(random.out).at("results").at(0);
  CHECK(row.at("tested") == 40);
  CHECK(row.at("mape_mean").get<double>() >= 0.0);
  CHECK(row.at("groups").size() == 2);
  CHECK(json::parse(random.out).at("metric") == "latency_ms");

  command.insert(command.end(), {"--split", "leave_family_out", "--out", families.out("left")});
  const Result left_out = run(command);
  CAPTURE(left_out.err);
  REQUIRE(left_out.code == 0);
  const json fits = json::parse(left_out.out).at("results").at(0).at("fits");
  CHECK(fits.at(0).at("groups").at(0).at("group") == 0);
  CHECK(fits.at(1).at("groups").at(0).at("group") == 1);
  CHECK(fits.at(0).at("tested") == 30);
  CHECK(contains(read_text(families.folder / "left/results.md"), "| linear | 20 | chains | 30 |"));
  CHECK(fs::exists(families.folder / "left/report.html"));

  // Nothing but that folder is read.
  command[3] = families.out("nothing");
  CHECK(contains(run(command).err, "evonas latency build"));
  write_text(folder / "networks.csv.gz", csv + "bees,0,1,1,1,1,1,1,1\n");
  command[3] = folder.string();
  const Result unknown = run(command);
  CHECK(unknown.code == 2);
  CHECK(contains(unknown.err, "line 62: the recipe has no family 'bees'"));
  write_text(folder / "networks.csv.gz", "family,latency\n");
  CHECK(contains(run(command).err, "line 1: expected the columns family,architecture,latency_ms"));
}

TEST_CASE("a predictor learns the latency of networks, and tells it of others") {
  const SmallFamilies families;
  const MadeUpLatencies made(families);
  const std::string file = families.out("latency.predictor");
  std::vector<std::string> fit = {"predictor", "fit",          "--latency", made.folder.string(),
                                  "--model",   "flops_memory", "--out",     file};
  const Result fitted = run(fit);
  CAPTURE(fitted.err);
  REQUIRE(fitted.code == 0);
  CHECK(contains(fitted.out, "latency_ms of 60 architectures of families"));

  // The same network, as a file and as an architecture.
  const std::string onnx = families.out("cell.onnx");
  const std::vector<std::string> small = {"--set",   "channels=1", "--set", "cells_per_stage=1",
                                          "--input", "1x8x8:3"};
  std::vector<std::string> exporting = {"network",  "export", "nasbench201", kArchitecture,
                                        "--format", "onnx",   "--out",       onnx};
  exporting.insert(exporting.end(), small.begin(), small.end());
  REQUIRE(run(exporting).code == 0);
  const Result of_file = run({"predictor", "score", file, "--network", onnx});
  CAPTURE(of_file.err);
  REQUIRE(of_file.code == 0);
  write_text(families.folder / "cell.txt", kArchitecture + "\n");
  std::vector<std::string> scoring = {"predictor",
                                      "score",
                                      file,
                                      "--space",
                                      "nasbench201",
                                      "--architectures",
                                      (families.folder / "cell.txt").string()};
  scoring.insert(scoring.end(), small.begin(), small.end());
  const Result of_space = run(scoring);
  CAPTURE(of_space.err);
  REQUIRE(of_space.code == 0);
  const auto of_file_rows = fields_of(of_file.out);
  REQUIRE(of_file_rows.size() == 2);
  CHECK(of_file_rows[0][1] == "latency_ms");
  CHECK(of_file_rows[1][0] == onnx);
  CHECK(of_file_rows[1][1] == fields_of(of_space.out).at(1).at(1));
  CHECK(std::stod(of_file_rows[1][1]) > 0.0);

  CHECK(contains(run({"predictor", "score", file, "--random", "3"}).err, "--network FILE"));
  CHECK(contains(run({"predictor", "score", file, "--network", onnx, onnx}).err, "given twice"));
  std::vector<std::string> needless = fit;
  needless.insert(needless.end(), {"--metric", "latency_ms"});
  CHECK(contains(run(needless).err, "have no effect where latency is learnt"));
  fit[5] = "trees";
  CHECK(contains(run(fit).err, "--latency needs a predictor that reads whole networks"));
  fit.insert(fit.end(), {"--table", "labels.sqlite"});
  CHECK(contains(run(fit).err, "give one of --table"));
}

TEST_CASE("a search takes latency from a predictor, with its interval") {
  const SmallFamilies families;
  const MadeUpLatencies made(families);
  const std::string file = families.out("latency.predictor");
  REQUIRE(run({"predictor", "fit", "--latency", made.folder.string(), "--model", "flops_memory",
               "--out", file})
              .code == 0);
  const std::string search = R"(
space: {name: nasbench201, channels: 1, cells_per_stage: 1}
objectives: [{metric: latency_ms, goal: minimize}, {metric: params, goal: maximize}]
evaluation: {latency_ms: {predict: latency.predictor}}
search: {algorithm: nsga2, population: 10, seed: 3}
budget: {evaluations: 40}
)";
  write_text(families.folder / "search.yaml", "input: 1x8x8:3\n" + search);
  const std::string config = (families.folder / "search.yaml").string();
  const Result searched = run({"search", config, "--out", families.out("run")});
  CAPTURE(searched.err);
  REQUIRE(searched.code == 0);
  const json summary = json::parse(read_text(families.folder / "run/summary.json"));
  CHECK(summary.at("evaluations") == 40);
  CHECK(summary.at("best").at("metrics").contains("latency_ms"));
  CHECK(run({"verify", families.out("run")}).code == 0);

  // What networks read must be known, and the file must be there.
  write_text(families.folder / "blind.yaml",
             "space: {name: nasbench201, channels: 1, cells_per_stage: 1}\n"
             "objectives: [{metric: latency_ms, goal: minimize}]\n"
             "evaluation: {latency_ms: {predict: latency.predictor}}\n"
             "budget: {evaluations: 5}\n");
  const Result blind =
      run({"search", (families.folder / "blind.yaml").string(), "--out", families.out("blind")});
  CHECK(blind.code == 2);
  CHECK(contains(blind.err, "`input`"));
  fs::remove(file);
  const Result gone = run({"search", config, "--out", families.out("gone")});
  CHECK(gone.code == 2);
  CHECK(contains(gone.err, "latency.predictor"));
}

#ifdef EVONAS_TORCH

TEST_CASE("models of whole networks learn latencies of families, and tell them of files") {
  const SmallFamilies families;
  const MadeUpLatencies made(families);
  const std::string onnx = families.out("cell.onnx");
  REQUIRE(run({"network", "export", "nasbench201", kArchitecture, "--input", "1x8x8:3", "--set",
               "channels=1", "--set", "cells_per_stage=1", "--out", onnx})
              .code == 0);
  for (const std::string model : {"node_costs", "nnlp", "nar_former_v2", "nn_former"}) {
    CAPTURE(model);
    const std::string file = families.out(model + ".predictor");
    const Result fitted = run({"predictor", "fit", "--latency", made.folder.string(), "--model",
                               model, "--epochs", "2", "--out", file});
    CAPTURE(fitted.err);
    REQUIRE(fitted.code == 0);
    const Result scored = run({"predictor", "score", file, "--network", onnx});
    CAPTURE(scored.err);
    REQUIRE(scored.code == 0);
    CHECK(std::stod(fields_of(scored.out).at(1).at(1)) > 0.0);
  }
  const Result compared = run({"predictor", "benchmark", "--latency", made.folder.string(),
                               "--model", "node_costs,nnlp", "--train", "20", "--seeds", "1",
                               "--epochs", "2", "--split", "leave_family_out"});
  CAPTURE(compared.err);
  CHECK(compared.code == 0);
}

std::size_t lines_in(const fs::path& file) {
  if (!fs::exists(file)) return 0;
  const std::string text = read_text(file);
  return static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

/// Runs until so many latencies have been measured, then sends the signal.
Result stopped_after(const SmallFamilies& families, const std::string& out, std::size_t measured,
                     int signal) {
  Process process(families.build(out));
  const fs::path folder = families.folder / out / "measured";
  for (int i = 0; i < 6000; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    if (lines_in(folder / "chains.csv") + lines_in(folder / "cells.csv") >= measured + 2) break;
  }
  process.signal(signal);
  return process.wait();
}

/// The text of a gzip file.
std::string uncompressed(const fs::path& file) {
  const std::string program =
      "import gzip, sys; print(gzip.open(sys.argv[1], 'rt').read(), end='')";
  return run_program(EVONAS_PYTHON, {"-c", program, file.string()}).out;
}

TEST_CASE("latencies that are being measured survive every stop") {
  const SmallFamilies families;
  const fs::path folder = families.folder / "built";
  CHECK(stopped_after(families, "built", 5, SIGKILL).code != 0);
  // A stop in the middle of a line.
  const fs::path chains = folder / "measured/chains.csv";
  const std::string before = read_text(chains);
  write_text(chains, before + "4 2 3");
  const Result stopped = stopped_after(families, "built", 20, SIGINT);
  CAPTURE(stopped.err);
  CHECK(stopped.code == 130);
  CHECK_FALSE(json::parse(stopped.out).at("complete").get<bool>());
  CHECK(read_text(chains).starts_with(before));
  // What is measured so far is there.
  const std::size_t some = json::parse(stopped.out).at("networks").get<std::size_t>();
  CHECK(fields_of(uncompressed(folder / "networks.csv.gz")).size() == some + 1);

  const Result whole = run(families.build("built"));
  CAPTURE(whole.err);
  CHECK(whole.code == 0);
  const json result = json::parse(whole.out);
  CHECK(result.at("complete").get<bool>());
  CHECK(result.at("networks") == kCells + kChains);
  CHECK(result.at("failures") == 0);
  CHECK(lines_in(chains) == kRounds * kChains + 1);
  CHECK(lines_in(folder / "measured/cells.csv") == kRounds * kCells + 1);
  const json manifest = json::parse(read_text(folder / "manifest.json"));
  CHECK(manifest.at("title") == "two small families");
  CHECK(manifest.at("threads") == 1);
  CHECK(manifest.at("hosts").size() == 1);

  const auto rows = fields_of(uncompressed(folder / "networks.csv.gz"));
  REQUIRE(rows.size() == kCells + kChains + 1);
  std::set<std::vector<std::string>> distinct;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    distinct.insert({rows[i][0], rows[i][1]});
    const double latency = std::stod(rows[i][2]);
    CHECK(latency > 0.0);
    CHECK(std::stod(rows[i][3]) <= latency);
    CHECK(std::stod(rows[i][4]) >= latency);
  }
  CHECK(distinct.size() == rows.size() - 1);
  // Every architecture comes back from its text and the declaration in the folder.
  const auto& last = rows.back();
  CHECK(last[0] == "chains");
  const Result cost = run({"network", "cost", "declared", "--set",
                           "file=" + (folder / "spaces/chains.yaml").string(), "--input", "3x8x8:2",
                           last[1], "--json"});
  CAPTURE(cost.err);
  CHECK(json::parse(cost.out).at("params").dump() == last[5]);
  CHECK(json::parse(cost.out).at("flops").dump() == last[6]);

  // A second time there is nothing to do, and the data set is read wherever it lies.
  const std::string bytes = read_text(folder / "networks.csv.gz");
  CHECK(run(families.build("built")).code == 0);
  CHECK(read_text(folder / "networks.csv.gz") == bytes);
  fs::remove(families.folder / "chains.yaml");
  fs::rename(folder, families.folder / "moved");
  const Result compared = run({"predictor", "benchmark", "--latency", families.out("moved"),
                               "--model", "constant", "--train", "10", "--json"});
  CAPTURE(compared.err);
  CHECK(compared.code == 0);
}

TEST_CASE("a folder of latencies has one recipe and one process") {
  const SmallFamilies families;
  const std::vector<std::string> slow = {"latency.warmup_seconds=0.5"};
  Process process(families.build("built", slow));
  for (int i = 0; i < 2000 && !fs::exists(families.folder / "built/measured/cells.csv"); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  const Result second = run(families.build("built", slow));
  CHECK(second.code == 2);
  CHECK(contains(second.err, "in use by another process"));
  process.signal(SIGKILL);
  process.wait();

  const Result other = run(families.build("built"));
  CHECK(other.code == 2);
  CHECK(contains(other.err, "another recipe"));
  // A declaration that has changed makes another one, too.
  const fs::path chains = families.folder / "chains.yaml";
  write_text(chains, read_text(chains) + "\nhead: [{operation: conv, channels: 4}]\n");
  const Result changed = run(families.build("built", slow));
  CHECK(changed.code == 2);
  CHECK(contains(changed.err, "another recipe"));
}

#endif

}  // namespace
}  // namespace evonas::e2e
