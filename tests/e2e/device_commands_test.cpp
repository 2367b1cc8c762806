#include <cmath>
#include <filesystem>
#include <sstream>
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

/// Latency on a device that minds convolutions of 1x1 as much as its number says.
double made_up_latency(const spaces::Genotype& cell, double device) {
  double sum = 1.0;
  for (const auto gene : cell.genes()) sum += gene == 3 ? 2.0 : gene == 2 ? device : 0.1;
  return sum;
}

/// Imports a table of such devices into `folder`, devices.sqlite with phone, desk and board in ms.
void import_three_devices(const tests::TemporaryFolder& folder) {
  const spaces::AnySpace space{spaces::NasBench201{}};
  std::string csv = "arch,phone,desk,board,score\n";
  for (std::uint64_t i = 0; i < 15625; i += 151) {
    const spaces::Genotype cell = space.at(i);
    csv += fmt::format("{},{},{},{},{}\n", space.format(cell), made_up_latency(cell, 0.2),
                       made_up_latency(cell, 1.0), made_up_latency(cell, 1.9), i);
  }
  write_text(folder / "devices.csv", csv);
  std::vector<std::string> import = {"table",          "import", "--space",
                                     "nasbench201",    "--csv",  (folder / "devices.csv").string(),
                                     "--architecture", "arch"};
  for (const char* metric : {"phone", "desk", "board"}) {
    import.insert(import.end(), {"--metric", fmt::format("{0}={0}:ms:minimize", metric)});
  }
  import.insert(import.end(), {"--metric", "score=score:%:maximize", "--out",
                               (folder / "devices.sqlite").string()});
  REQUIRE(run(import).code == 0);
}

TEST_CASE("latency on a new device is told by few measurements and other devices") {
  const tests::TemporaryFolder folder;
  import_three_devices(folder);
  const spaces::AnySpace space{spaces::NasBench201{}};
  write_text(folder / "devices.yaml", R"(
title: Three devices
table: devices.sqlite
measurements: [4, 8]
pool: 30
test: 50
seeds: 2
)");
  const std::string out = (folder / "out").string();
  const std::vector<std::string> compare = {
      "predictor", "devices", (folder / "devices.yaml").string(), "--out", out, "--json"};
  const Result compared = run(compare);
  CAPTURE(compared.err);
  REQUIRE(compared.code == 0);
  const json results = json::parse(compared.out);
  CHECK(results.at("devices") == json({"phone", "desk", "board"}));
  REQUIRE(results.at("results").size() == 12);
  for (const json& row : results.at("results")) {
    CHECK(row.at("rho").get<double>() > 0.7);
    CHECK(row.at("tested") == 50);
  }
  CHECK(contains(read_text(fs::path(out) / "results.md"), "| 8 | telling |"));

  const std::string known = (fs::path(out) / "devices.predictor").string();
  const Result suggested = run({"predictor", "suggest", known, "-n", "6", "--pool", "40"});
  CAPTURE(suggested.err);
  REQUIRE(suggested.code == 0);
  CHECK(run({"predictor", "suggest", known, "-n", "6", "--pool", "40", "--threads", "1"}).out ==
        suggested.out);
  // The same devices without trying them, and a pool of one's own.
  const std::string only = (folder / "only").string();
  const Result known_only = run(
      {"predictor", "devices", (folder / "devices.yaml").string(), "--known-only", "--out", only});
  CHECK(known_only.code == 0);
  CHECK(read_text(fs::path(only) / "devices.predictor") == read_text(known));
  CHECK_FALSE(fs::exists(fs::path(only) / "results.json"));
  std::string pool;
  for (std::uint64_t i = 7; i < 15625; i += 1000) pool += space.format(space.at(i)) + "\n";
  write_text(folder / "pool.txt", pool);
  const Result of_pool = run({"predictor", "suggest", known, "-n", "3", "--architectures",
                              (folder / "pool.txt").string()});
  CAPTURE(of_pool.err);
  REQUIRE(of_pool.code == 0);
  std::istringstream chosen(of_pool.out);
  std::string line;
  std::getline(chosen, line);
  while (std::getline(chosen, line)) CHECK(contains(pool, line.substr(0, line.find(',')) + "\n"));
  write_text(folder / "pool.txt", pool + "conv\n");
  CHECK(contains(run({"predictor", "suggest", known, "-n", "3", "--architectures",
                      (folder / "pool.txt").string()})
                     .err,
                 "pool.txt, line 17: "));

  std::string measured = "architecture,latency_ms\n";
  std::istringstream lines(suggested.out);
  std::getline(lines, line);
  CHECK(line + "\n" == measured);
  std::size_t count = 0;
  while (std::getline(lines, line)) {
    const std::string cell = line.substr(0, line.find(','));
    measured += fmt::format("{},{}\n", cell, 5.0 * made_up_latency(space.parse(cell), 1.4));
    ++count;
  }
  CHECK(count == 6);
  write_text(folder / "measured.csv", measured);
  const std::string mine = (folder / "mine.predictor").string();
  const std::vector<std::string> adapt = {
      "predictor", "adapt", known, "--measured", (folder / "measured.csv").string(), "--out", mine};
  const Result adapted = run(adapt);
  CAPTURE(adapted.err);
  REQUIRE(adapted.code == 0);
  CHECK(contains(adapted.out, "latency_ms of 6 architectures of nasbench201, beside 3 other"));
  const Result scored = run({"predictor", "score", mine, "--random", "20"});
  REQUIRE(scored.code == 0);
  std::istringstream rows(scored.out);
  std::getline(rows, line);
  while (std::getline(rows, line)) {
    const std::size_t end = line.find(',');
    const double expected = 5.0 * made_up_latency(space.parse(line.substr(0, end)), 1.4);
    CHECK(std::stod(line.substr(end + 1)) == doctest::Approx(expected).epsilon(0.5));
  }

  write_text(folder / "search.yaml", R"(
space: nasbench201
objectives: [{metric: latency_ms, goal: minimize}]
evaluation: {latency_ms: {predict: mine.predictor}}
search: {algorithm: random}
budget: {evaluations: 10}
)");
  const Result searched =
      run({"search", (folder / "search.yaml").string(), "--out", (folder / "run").string()});
  CAPTURE(searched.err);
  CHECK(searched.code == 0);

  CHECK(contains(run({"predictor", "suggest", mine}).err, "expected devices"));
  write_text(folder / "measured.csv", "architecture,latency_ms\n|conv~0|,1\n");
  CHECK(contains(run(adapt).err, "measured.csv, line 2: "));
  write_text(folder / "measured.csv", "architecture,ms\n");
  CHECK(contains(run(adapt).err, "expected the columns architecture,latency_ms"));
}

TEST_CASE("what was learnt of several devices scores and searches on each, and on others") {
  const tests::TemporaryFolder folder;
  import_three_devices(folder);
  const spaces::AnySpace space{spaces::NasBench201{}};
  const std::string file = (folder / "together.predictor").string();
  write_text(folder / "hardware.csv", "device,cores\nphone,8\ndesk,32\nboard,4\n");
  const std::vector<std::string> fit = {"predictor",  "fit",
                                        "--table",    (folder / "devices.sqlite").string(),
                                        "--devices",  "phone,desk",
                                        "--unseen",   "board",
                                        "--hardware", (folder / "hardware.csv").string(),
                                        "--model",    "trees",
                                        "--train",    "150",
                                        "--out",      file};
  const Result fitted = run(fit);
  CAPTURE(fitted.err);
  REQUIRE(fitted.code == 0);
  CHECK(contains(fitted.out, "share_of_median of 150 architectures of nasbench201"));
  const auto score_on = [&](const std::string& device) {
    return run({"predictor", "score", file, "--on", device, "--random", "30"});
  };
  const Result on_desk = score_on("desk");
  CAPTURE(on_desk.err);
  REQUIRE(on_desk.code == 0);
  std::istringstream rows(on_desk.out);
  std::string line;
  std::getline(rows, line);
  CHECK(line == "architecture,desk,desk_deviation");
  double error = 0.0;
  while (std::getline(rows, line)) {
    const std::size_t end = line.find(',');
    const double expected = made_up_latency(space.parse(line.substr(0, end)), 1.0);
    error += std::abs(std::stod(line.substr(end + 1)) / expected - 1.0) / 30.0;
  }
  CHECK(error < 0.4);
  const Result on_board = score_on("board");
  CHECK(on_board.code == 0);
  CHECK(contains(on_board.out, "architecture,share_of_median,share_of_median_deviation"));
  CHECK(contains(score_on("fpga").err,
                 "predicts on the devices phone, desk, board: 'fpga' is none of them"));
  CHECK(contains(run({"predictor", "score", file, "--random", "3"}).err, "say on which"));
  CHECK(contains(
      run({"predictor", "score", file, "--on", "desk", "--space", "darts", "--random", "3"}).err,
      "leave out --space"));

  write_text(folder / "search.yaml", R"(
space: nasbench201
objectives: [{metric: score, goal: maximize}]
limits: [latency_ms <= 12]
among: devices.sqlite
evaluation:
  score: {table: devices.sqlite}
  latency_ms: {predict: together.predictor, device: phone}
search: {algorithm: random}
budget: {evaluations: 20}
)");
  const auto search = [&](const std::string& out, std::vector<std::string> more) {
    std::vector<std::string> arguments = {"search", (folder / "search.yaml").string(), "--out",
                                          (folder / out).string(), "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments);
  };
  const Result searched = search("run", {});
  CAPTURE(searched.err);
  REQUIRE(searched.code == 0);
  const json latency = json::parse(searched.out).at("best").at("metrics").at("latency_ms");
  CHECK(latency.get<double>() > 0.0);
  CHECK(run({"verify", (folder / "run").string()}).code == 0);
  CHECK(search("nowhere", {"--set", "evaluation.latency_ms.device=''"}).code == 2);

  const auto refused = [&](std::vector<std::string> more) {
    std::vector<std::string> command = fit;
    command.insert(command.end(), more.begin(), more.end());
    return run(command).err;
  };
  CHECK(contains(refused({"--metric", "score"}), "have no effect beside --devices"));
  CHECK(contains(run({"predictor", "fit", "--table", (folder / "devices.sqlite").string(),
                      "--metric", "score", "--unseen", "board", "--out", file})
                     .err,
                 "have no effect without --devices"));
}

TEST_CASE("predictors are compared on a device that they have never seen") {
  const Fixture& data = fixture();
  const std::vector<std::string> command = {"predictor", "benchmark",
                                            "--table",   (data.folder / "labels.sqlite").string(),
                                            "--devices", "accuracy,latency_ms",
                                            "--split",   "leave_family_out",
                                            "--model",   "trees",
                                            "--train",   "40",
                                            "--test",    "50",
                                            "--seeds",   "2",
                                            "--json"};
  const Result result = run(command);
  CAPTURE(result.err);
  REQUIRE(result.code == 0);
  const json fits = json::parse(result.out).at("results")[0].at("fits");
  REQUIRE(fits.size() == 2);
  CHECK(fits[0].at("tested") == 50);
  CHECK(fits[0].dump() != fits[1].dump());
  const json baselines = json::parse(result.out).at("baselines");
  REQUIRE(baselines.size() == 1);
  CHECK(baselines[0].at("model") == "mean rank on other devices");
  CHECK(baselines[0].at("fits").size() == 2);
  CHECK(baselines[0].at("fits")[0].at("tested") == 50);
  CHECK(baselines[0].at("tau_mean").get<double>() > 0.3);  // made-up accuracy follows latency
  std::vector<std::string> as_table = command;
  as_table.pop_back();
  CHECK(contains(run(as_table).out, "| mean rank on other devices | 0 |"));
  std::vector<std::string> with_alike = command;
  with_alike.insert(with_alike.end(), {"--alike", "c"});  // both have it
  CHECK(contains(run(with_alike).err, "expected up to 0"));
  std::vector<std::string> wrong = command;
  wrong[5] = "accuracy";
  CHECK(contains(run(wrong).err, "is one: give at least two"));
  wrong = command;
  wrong.insert(wrong.end(), {"--metric", "accuracy"});
  CHECK(contains(run(wrong).err, "has no effect beside devices"));
}

#ifdef EVONAS_TORCH
TEST_CASE("ledg_former is asked about a device that it has never seen") {
  const Fixture& data = fixture();
  const Result result = run(
      {"predictor", "benchmark", "--table", (data.folder / "labels.sqlite").string(), "--devices",
       "accuracy,latency_ms", "--split", "leave_family_out", "--model", "ledg_former", "--train",
       "40", "--test", "50", "--seeds", "1", "--epochs", "1", "--json"});
  CAPTURE(result.err);
  REQUIRE(result.code == 0);
  CHECK(json::parse(result.out).at("results")[0].at("model") == "ledg_former");
}
#endif

}  // namespace
}  // namespace evonas::e2e
