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
                 "cost: no table or module under `evaluation` gives \"seconds\" (there are: "
                 "accuracy, took)"));
}

TEST_CASE("algorithms of a benchmark have names, and figures of others stand beside them") {
  const Fixture& data = fixture();
  const fs::path file = data.folder / "named.yaml";
  write_text(file, R"(
space: nasbench201
objectives: [{metric: quality, goal: maximize}]
evaluation: {quality: {table: labels.sqlite, metric: accuracy}}
search:
  - {name: by chance, algorithm: random}
  - {algorithm: random, identity: genotype}
against: by chance
seeds: 5
budgets: [10, 40]
published:
  - {label: theirs, source: their paper, metric: accuracy, budgets: [40], regret: [0.125]}
  - {label: elsewhere, source: a web page, metric: other, median_evaluations_to_optimum: 7}
)");
  const Result result =
      run({"benchmark", file.string(), "--json", "--out", data.run_folder("named")});
  CAPTURE(result.err);
  REQUIRE(result.code == 0);
  const json found = json::parse(result.out);
  CHECK(found.at("against") == "by chance");
  CHECK(found.at("algorithms").at("by chance").at("p_against").is_null());
  CHECK(found.at("algorithms").at("random").at("p_against").is_number());
  CHECK(found.at("algorithms").at("random").at("curve").at("median").size() == 40);
  REQUIRE(found.at("published").size() == 1);
  CHECK(found.at("published").at(0).at("budgets").at("40") == 0.125);
  const std::string markdown = read_text(data.folder / "named/result.md");
  CHECK(contains(markdown, "| p against by chance |"));
  CHECK(contains(markdown, "| theirs |  | 0.125 |  |  | their paper |"));
  CHECK(contains(read_text(data.folder / "named/report.html"), "their paper"));

  // By another name they are the same searches.
  const Result again = run({"benchmark", file.string(), "--set", "search.0.name=chance", "--set",
                            "against=random", "--out", data.run_folder("named")});
  CAPTURE(again.err);
  CHECK(again.code == 0);
  CHECK(contains(again.err, "10 of 10 searches are in"));
  CHECK(contains(again.out, "| chance |"));

  const Result twice = run({"benchmark", file.string(), "--set", "search.0.name=random"});
  CHECK(twice.code == 2);
  CHECK(contains(twice.err, "search[1].name: search[0] is called \"random\" too"));
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
    for (json& algorithm : result.at("algorithms")) {
      algorithm.erase("engine_seconds");
      algorithm.erase("times");
    }
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

TEST_CASE("fronts are compared at every budget, the same on any number of threads") {
  const Fixture& data = fixture();
  const fs::path file = data.folder / "fronts.yaml";
  write_text(file, R"(
space: nasbench201
objectives: [{metric: accuracy, goal: maximize}, {metric: latency_ms, goal: minimize}]
evaluation: {accuracy: {table: labels.sqlite}, latency_ms: {table: labels.sqlite}}
search: [{algorithm: nsga2, population: 10, evaluations: 40}, {algorithm: random}]
seeds: 5
budgets: [20, 200]
)");
  const auto results = [&](const std::string& threads) {
    const Result result = run({"benchmark", file.string(), "--json", "--threads", threads, "--out",
                               data.run_folder("fronts" + threads)});
    CAPTURE(result.err);
    REQUIRE(result.code == 0);
    json found = json::parse(result.out);
    CHECK(found.at("searches_at_once") == std::stoi(threads));
    found.erase("searches_at_once");
    for (json& algorithm : found.at("algorithms")) algorithm.erase("evaluations_per_second");
    return found;
  };
  const json found = results("1");
  CHECK(results("3") == found);
  const json& algorithms = found.at("algorithms");
  CHECK(algorithms.at("nsga2").at("budgets").size() == 2);
  const json& random = algorithms.at("random").at("budgets");
  CHECK(random.size() == 3);
  CHECK(random.at("20").at("hypervolume_share_median") <
        random.at("200").at("hypervolume_share_median"));
  REQUIRE(found.at("tests").size() == 2);
  CHECK(found.at("tests").at(1).at("evaluations") == 40);
  CHECK(found.at("tests").at(1).at("other_evaluations") == 200);
  const std::string markdown = read_text(data.folder / "fronts1/result.md");
  CHECK(contains(markdown, "| nsga2 after 40 evaluations | random after 200 evaluations | "));
  const std::string page = read_text(data.folder / "fronts1/report.html");
  CHECK(contains(page, "function frontsPage("));
  CHECK(contains(page, R"("kind":"fronts")"));
}

}  // namespace
}  // namespace evonas::e2e
