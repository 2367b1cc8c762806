#include <algorithm>
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

  // A shell reads the command back as it was; and a pipe can be read only once.
  write_text(data.folder / "it's.csv", read_text(data.folder / "labels.csv"));
  const auto imported_from = [&](const std::string& csv) {
    const std::string own = (data.folder / "own.sqlite").string();
    CHECK(run({"table", "import", "--space", "nasbench201", "--csv", csv, "--architecture", "arch",
               "--metric", "acc=accuracy", "--out", own})
              .code == 0);
    return json::parse(run({"table", "info", own, "--json"}).out).at("provenance");
  };
  CHECK(contains(imported_from((data.folder / "it's.csv").string()).at("command"),
                 "it'\\''s.csv' --architecture arch"));
}

TEST_CASE("a table that is missing says how to import it") {
  const Result result =
      run({"benchmark",
           (fs::path(EVONAS_SOURCE_DIR) / "experiments/nasbench201_searchers.yaml").string(),
           "--set", "evaluation.cifar10_val_200.table=/nowhere.sqlite"});
  CHECK(result.code == 2);
  CHECK(contains(result.err, "evonas table import --space nasbench201"));
}

TEST_CASE("a search can be among the architectures of a table alone") {
  const tests::TemporaryFolder folder;
  const spaces::AnySpace space{spaces::NasBench201{}};
  std::string csv = "arch,accuracy\n";
  std::vector<std::string> rows;
  for (std::uint64_t i = 0; i < 15625; i += 61) {
    rows.push_back(space.format(space.at(i)));
    csv += fmt::format("{},{}\n", rows.back(), (i * 7919) % 1009);
  }
  write_text(folder / "some.csv", csv);
  REQUIRE(run({"table", "import", "--space", "nasbench201", "--csv", (folder / "some.csv").string(),
               "--architecture", "arch", "--metric", "accuracy=accuracy:%:maximize", "--out",
               (folder / "some.sqlite").string()})
              .code == 0);
  write_text(folder / "search.yaml", R"(
space: nasbench201
among: some.sqlite
objectives: [{metric: accuracy, goal: maximize}]
evaluation: {accuracy: {table: some.sqlite}}
search: {algorithm: nsga2, population: 10, seed: 1}
budget: {evaluations: 60}
)");
  CHECK(run({"config", "check", (folder / "search.yaml").string()}).code == 0);
  const std::string out = (folder / "run").string();
  const Result searched =
      run({"search", (folder / "search.yaml").string(), "--out", out, "--json"});
  CAPTURE(searched.err);
  REQUIRE(searched.code == 0);
  const json summary = json::parse(searched.out);
  CHECK(summary.at("failures") == 0);
  CHECK(summary.at("evaluations") == 60);
  const auto best = summary.at("best").at("architecture").get<std::string>();
  CHECK(std::ranges::find(rows, best) != rows.end());
  CHECK(run({"verify", out}).code == 0);
  CHECK(run({"resume", out, "--set", "budget.evaluations=70"}).code == 0);
  CHECK(run({"verify", out}).code == 0);
  // Without it, most of what is asked for is not there.
  const Result all = run({"search", (folder / "search.yaml").string(), "--set", "among=''", "--out",
                          (folder / "all").string()});
  CHECK(all.code != 0);
  const Result other = run({"search", (folder / "search.yaml").string(), "--set",
                            "space=nasbench101", "--out", (folder / "other").string()});
  CHECK(other.code == 2);
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

}  // namespace
}  // namespace evonas::e2e
