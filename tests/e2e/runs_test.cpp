#include <algorithm>
#include <csignal>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <sqlite3.h>

#include "base/json.hpp"
#include "contains.hpp"
#include "e2e/fixture.hpp"

namespace evonas::e2e {
namespace {

using nlohmann::json;
using tests::contains;

/// What a run found, without the times it took.
std::string findings(const fs::path& folder) {
  json summary = json::parse(read_text(folder / "summary.json"));
  summary.erase("seconds");
  summary.erase("times");
  return summary.dump(1) + read_text(folder / "front.csv");
}

/// A search long enough to be stopped in the middle: one generation for each evaluation.
std::vector<std::string> long_search() {
  return {"--set", "search={algorithm: regularized_evolution, seed: 5}",
          "--set", "objectives=[{metric: accuracy, goal: maximize}]",
          "--set", "budget.evaluations=1000"};
}

/// A short search that a predictor guides, with known and predicted objectives and limits.
std::vector<std::string> guided_search() {
  return {"--set",
          "search={algorithm: predictor_guided, seed: 5, guidance: {predictor: trees, candidates: "
          "150, population: 50}}",
          "--set", "budget.evaluations=25"};
}

/// The same with candidates bred on three islands.
std::vector<std::string> on_islands(std::vector<std::string> guided) {
  guided.insert(guided.end(),
                {"--set", "search.guidance.islands=3", "--set", "search.guidance.migration=1"});
  return guided;
}

/// The long search with the other driver: one evaluation after the other, for there is no waiting
/// for a table.
std::vector<std::string> asynchronous_search() {
  std::vector<std::string> arguments = long_search();
  arguments.insert(arguments.end(), {"--set", "search.driver=asynchronous"});
  return arguments;
}

void alter(const fs::path& folder, const std::string& statement) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open((folder / "run.sqlite").c_str(), &database) == SQLITE_OK);
  CHECK(sqlite3_exec(database, statement.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  CHECK(sqlite3_changes(database) > 0);
  sqlite3_close(database);
}

TEST_CASE("a search leaves a run folder that verifies") {
  const Fixture& data = fixture();
  const Result searched = data.search("plain");
  CAPTURE(searched.err);
  REQUIRE(searched.code == 0);
  CHECK(contains(searched.out, "plain/report.html"));
  for (const char* file :
       {"config.yaml", "run.sqlite", "front.csv", "summary.json", "report.html", "log.txt"}) {
    CHECK(fs::exists(data.folder / "plain" / file));
  }
  const json summary = json::parse(read_text(data.folder / "plain/summary.json"));
  CHECK(summary.at("status") == "complete");
  CHECK(summary.at("evaluations") == 400);
  double seconds = 0.0;
  for (const json& part : summary.at("times")) seconds += part.get<double>();
  CHECK(seconds == doctest::Approx(summary.at("seconds").get<double>()));
  for (const json& network : summary.at("front")) {
    CHECK(network.at("metrics").at("latency_ms").get<double>() <= 8);
    CHECK(network.at("metrics").at("params").get<double>() <= 1e6);
  }

  const Result verified = run({"verify", data.run_folder("plain")});
  CAPTURE(verified.out);
  CAPTURE(verified.err);
  CHECK(verified.code == 0);
  CHECK(json::parse(run({"verify", data.run_folder("plain"), "--json"}).out).at("faults").empty());

  const Result twice = data.search("plain");
  CHECK(twice.code == 2);
  CHECK(contains(twice.err, "evonas resume"));
}

TEST_CASE("json output is the summary and nothing else") {
  const Fixture& data = fixture();
  const Result searched = data.search("json", {"--json"});
  CHECK(searched.code == 0);
  CHECK(json::parse(searched.out) == json::parse(read_text(data.folder / "json/summary.json")));
}

TEST_CASE("the result does not depend on the number of threads") {
  const Fixture& data = fixture();
  for (const auto& [kind, arguments] : {std::pair{std::string("plain"), std::vector<std::string>{}},
                                        {"guided", guided_search()},
                                        {"islands", on_islands(guided_search())},
                                        {"asynchronous", asynchronous_search()}}) {
    CAPTURE(kind);
    std::string expected;
    for (const char* threads : {"1", "2", "3", "8"}) {
      const std::string name = kind + "_threads" + threads;
      std::vector<std::string> more = arguments;
      more.insert(more.end(), {"--threads", threads});
      const Result searched = data.search(name, more);
      CAPTURE(searched.err);
      CHECK(searched.code == 0);
      const std::string found = findings(data.folder / name);
      if (expected.empty()) expected = found;
      CHECK(found == expected);
    }
  }
}

TEST_CASE("the seed matters") {
  const Fixture& data = fixture();
  CHECK(data.search("seed9", {"--set", "search.seed=9", "--set", "budget.evaluations=60"}).code ==
        0);
  CHECK(data.search("seed10", {"--set", "search.seed=10", "--set", "budget.evaluations=60"}).code ==
        0);
  CHECK(read_text(data.folder / "seed9/front.csv") != read_text(data.folder / "seed10/front.csv"));
}

TEST_CASE("alterations are found") {
  const Fixture& data = fixture();
  REQUIRE(data.search("altered").code == 0);
  const fs::path run_folder = data.folder / "altered";
  const fs::path kept = data.folder / "kept";
  fs::copy(run_folder, kept);
  const auto verify = [&] { return run({"verify", run_folder.string()}); };
  const auto restore = [&] {
    fs::remove_all(run_folder);
    fs::copy(kept, run_folder);
  };
  REQUIRE(verify().code == 0);

  for (const std::string statement : {
           "UPDATE measurement SET value = value + 1e-9 WHERE evaluation = 17 AND metric = "
           "'accuracy'",
           "DELETE FROM evaluation WHERE number = 3",
           "UPDATE manifest SET value = '4' WHERE name = 'search.seed'",
           "UPDATE manifest SET value = replace(value, '400', '401') WHERE name = 'configuration'",
           "UPDATE generation SET hypervolume = hypervolume + 1",
       }) {
    CAPTURE(statement);
    alter(run_folder, statement);
    const Result result = verify();
    CAPTURE(result.out);
    CHECK(result.code == 1);
    CHECK_FALSE(result.out.empty());
    restore();
  }
  for (const std::string file : {"front.csv", "summary.json", "config.yaml"}) {
    CAPTURE(file);
    write_text(run_folder / file, read_text(run_folder / file) + " ");
    const Result result = verify();
    CHECK(result.code == 1);
    CHECK(contains(result.out, file));
    restore();
  }
  fs::remove(run_folder / "front.csv");
  CHECK(verify().code == 1);
  restore();
  CHECK(verify().code == 0);
}

TEST_CASE("an interrupted search is exit code 130 and is continued") {
  const Fixture& data = fixture();
  REQUIRE(data.search("whole", long_search()).code == 0);
  Process process(data.search_arguments("interrupted", long_search()));
  const fs::path log = data.folder / "interrupted/log.txt";
  for (int i = 0; i < 200 && !contains(read_text(log), "evaluation"); ++i) sleep_ms(10);
  process.signal(SIGINT);
  const Result stopped = process.wait();
  CAPTURE(stopped.err);
  CHECK(stopped.code == 130);
  CHECK(contains(stopped.err, "evonas resume"));
  CHECK(json::parse(read_text(data.folder / "interrupted/summary.json")).at("status") ==
        "interrupted");
  CHECK(run({"verify", data.run_folder("interrupted")}).code == 0);

  const Result resumed = run({"resume", data.run_folder("interrupted")});
  CAPTURE(resumed.err);
  CHECK(resumed.code == 0);
  CHECK(findings(data.folder / "interrupted") == findings(data.folder / "whole"));
  CHECK(run({"verify", data.run_folder("interrupted")}).code == 0);
}

TEST_CASE("a second interrupt ends the search at once, and nothing is lost") {
  const Fixture& data = fixture();
  REQUIRE(data.search("patient", long_search()).code == 0);
  Process process(data.search_arguments("impatient", long_search()));
  const fs::path log = data.folder / "impatient/log.txt";
  for (int i = 0; i < 200 && !contains(read_text(log), "evaluation"); ++i) sleep_ms(10);
  process.signal(SIGINT);
  sleep_ms(1);
  process.signal(SIGINT);
  CHECK(process.wait().code == 130);
  CHECK(run({"resume", data.run_folder("impatient")}).code == 0);
  CHECK(findings(data.folder / "impatient") == findings(data.folder / "patient"));
  CHECK(run({"verify", data.run_folder("impatient")}).code == 0);
}

/// Kills a search at 25 moments and resumes it: the end is always that of one that was not killed.
void check_kills(const std::string& name, const std::vector<std::string>& arguments) {
  const Fixture& data = fixture();
  const auto begin = std::chrono::steady_clock::now();
  REQUIRE(data.search(name + "_unkilled", arguments).code == 0);
  const auto whole = std::chrono::steady_clock::now() - begin;

  const std::string folder = data.run_folder(name + "_killed");
  constexpr int kKills = 25;
  int kills = 0;
  for (std::uint64_t i = 0; kills < kKills || fs::exists(folder); ++i) {
    // Resuming is refused until the search has made its store, and searching from then on.
    const bool begun = run({"verify", folder}).code != 2;
    Process process(begun ? std::vector<std::string>{"resume", folder}
                          : data.search_arguments(name + "_killed", arguments));
    if (kills < kKills) {
      Rng rng(1, "moment", i);
      std::this_thread::sleep_for(whole * rng.uniform());
      process.signal(SIGKILL);
    }
    const Result result = process.wait();
    if (result.code == 128 + SIGKILL) {
      ++kills;
      continue;
    }
    CAPTURE(result.err);
    REQUIRE(result.code == 0);
    CHECK(findings(folder) == findings(data.folder / (name + "_unkilled")));
    CHECK(run({"verify", folder}).code == 0);
    fs::remove_all(folder);
  }
  MESSAGE("killed " << kills << " times");
}

TEST_CASE("a search that is killed at 25 moments ends like one that is not") {
  check_kills("plain", long_search());
}

TEST_CASE("an asynchronous search that is killed at 25 moments ends like one that is not") {
  check_kills("asynchronous", asynchronous_search());
}

TEST_CASE("a guided search that is killed at 25 moments ends like one that is not") {
  check_kills("guided", guided_search());
}

TEST_CASE("a finished run is continued with a larger budget only") {
  const Fixture& data = fixture();
  REQUIRE(data.search("extended", {"--set", "budget.evaluations=200"}).code == 0);
  const std::string folder = data.run_folder("extended");
  const Result refused = run({"resume", folder, "--set", "search.population=10"});
  CHECK(refused.code == 2);
  CHECK(contains(refused.err, "but for its budget"));
  CHECK(run({"resume", folder, "--set", "budget.evaluations=400"}).code == 0);
  REQUIRE(data.search("at_once").code == 0);
  CHECK(findings(data.folder / "extended") == findings(data.folder / "at_once"));
  CHECK(run({"verify", folder}).code == 0);
}

TEST_CASE("a search ends when the seconds that its table has are used up") {
  const Fixture& data = fixture();
  const auto with = [](const char* seconds) {
    return std::vector<std::string>{"--set", "cost=latency_ms", "--set",
                                    fmt::format("budget={{training_seconds: {}}}", seconds)};
  };
  REQUIRE(data.search("timed", with("500")).code == 0);
  const json summary = json::parse(read_text(data.folder / "timed/summary.json"));
  CHECK(summary.at("termination") == "budget");
  // Latencies are from 1 to 10; a generation has 20 evaluations.
  CHECK(summary.at("evaluations").get<int>() >= 50);
  CHECK(summary.at("evaluations").get<int>() < 500);
  CHECK(run({"verify", data.run_folder("timed")}).code == 0);
  const Result resumed =
      run({"resume", data.run_folder("timed"), "--set", "budget.training_seconds=900"});
  CAPTURE(resumed.err);
  CHECK(resumed.code == 0);
  CHECK(contains(resumed.err, "the budget of 900 s of training is used up"));
  REQUIRE(data.search("timed_at_once", with("900")).code == 0);
  CHECK(findings(data.folder / "timed") == findings(data.folder / "timed_at_once"));
  CHECK(run({"verify", data.run_folder("timed")}).code == 0);
}

TEST_CASE("a run keeps its configuration") {
  const Fixture& data = fixture();
  REQUIRE(data.search("kept_config").code == 0);
  const fs::path file = data.folder / "kept_config/config.yaml";
  const std::string before = read_text(file);
  write_text(file, before + "# more\n");
  CHECK(run({"resume", data.run_folder("kept_config")}).code == 2);
  fs::remove(file);
  CHECK(run({"resume", data.run_folder("kept_config")}).code == 0);
  CHECK(read_text(file) == before);
}

TEST_CASE("too many failures are exit code 3") {
  const Fixture& data = fixture();
  write_text(data.folder / "few.csv", labels_csv(50));
  REQUIRE(run({"table", "import", "--space", "nasbench201", "--csv",
               (data.folder / "few.csv").string(), "--architecture", "arch", "--metric",
               "accuracy=accuracy", "--out", (data.folder / "few.sqlite").string()})
              .code == 0);
  const Result result = data.search(
      "failing",
      {"--set", "evaluation={accuracy: {table: " + (data.folder / "few.sqlite").string() + "}}",
       "--set", "objectives=[{metric: accuracy, goal: maximize}]", "--set", "limits=[]"});
  CAPTURE(result.err);
  CHECK(result.code == 3);
}

TEST_CASE("a run that could not be set up leaves its folder for another try") {
  const Fixture& data = fixture();
  const Result failed =
      data.search("second_try", {"--set", "evaluation.accuracy.table=/nowhere.sqlite"});
  CHECK(failed.code == 2);
  CHECK_FALSE(fs::exists(data.folder / "second_try"));
  CHECK(run({"config", "check", data.config.string(), "--set",
             "evaluation.accuracy={table: " + data.table.string() + ", metric: acuracy}"})
            .code == 2);
  CHECK(data.search("second_try", {"--set", "budget.evaluations=20"}).code == 0);
}

TEST_CASE("a search all of whose evaluations failed is exit code 3 and says why") {
  const tests::TemporaryFolder folder;
  write_text(folder / "two.csv", labels_csv(2));
  const std::string table = (folder / "two.sqlite").string();
  REQUIRE(run({"table", "import", "--space", "nasbench201", "--csv", (folder / "two.csv").string(),
               "--architecture", "arch", "--metric", "accuracy=accuracy", "--out", table})
              .code == 0);
  const Result searched = fixture().search(
      "all_failed",
      {"--set", "evaluation.accuracy.table=" + table, "--set", "budget.evaluations=3"});
  CHECK(searched.code == 3);
  CHECK(contains(searched.err, "all 3 evaluations of the budget failed; the last reason: "));
}

TEST_CASE("a run is not continued in a space that has changed") {
  const tests::TemporaryFolder folder;
  const std::string declaration = read_text(EVONAS_SOURCE_DIR "/configs/spaces/resnet_vgg.yaml");
  write_text(folder / "space.yaml", declaration);
  write_text(folder / "search.yaml",
             "space: {name: declared, file: space.yaml}\n"
             "input: cifar10\n"
             "objectives: [{metric: params, goal: minimize}]\n"
             "search: {algorithm: random, seed: 1}\n"
             "budget: {evaluations: 4}\n");
  const std::string out = (folder / "run").string();
  REQUIRE(run({"search", (folder / "search.yaml").string(), "--out", out}).code == 0);
  const std::vector<std::string> resume = {"resume", out, "--set", "budget.evaluations=6"};
  write_text(folder / "space.yaml", declaration + "\n# changed\n");
  const Result changed = run(resume);
  CHECK(changed.code == 2);
  CHECK(contains(changed.err, "was begun in another space"));
  write_text(folder / "space.yaml", declaration);
  CHECK(run(resume).code == 0);
}

TEST_CASE("bad folders and tables are exit code 2") {
  const Fixture& data = fixture();
  CHECK(run({"resume", "/nowhere"}).code == 2);
  CHECK(run({"verify", "/nowhere"}).code == 2);
  CHECK(run({"report", "/nowhere"}).code == 2);
  CHECK(data.search("search.yaml").code == 2);
  write_text(data.folder / "no_table", "this is no table");
  const Result result = data.search(
      "no_run", {"--set", "evaluation.accuracy.table=" + (data.folder / "no_table").string()});
  CHECK(result.code == 2);
  CHECK(contains(result.err, "no_table"));
}

TEST_CASE("reports are written again and compared") {
  const Fixture& data = fixture();
  REQUIRE(data.search("first").code == 0);
  REQUIRE(data.search("second", {"--set", "search.algorithm=random"}).code == 0);
  fs::remove(data.folder / "first/report.html");
  CHECK(run({"report", data.run_folder("first")}).code == 0);
  CHECK(read_text(data.folder / "first/report.html").size() > 10000);
  const std::string page = (data.folder / "both.html").string();
  const Result both =
      run({"report", data.run_folder("first"), data.run_folder("second"), "--out", page});
  CAPTURE(both.err);
  CHECK(both.code == 0);
  CHECK(read_text(page).size() > 10000);
}

}  // namespace
}  // namespace evonas::e2e
