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

/// Labels of all NAS-Bench-201 cells: the accuracy has more of the genes' than of chance, the early
/// one more of chance.
std::string two_fidelities_csv() {
  const spaces::AnySpace space{spaces::NasBench201{}};
  std::string csv = "arch,accuracy,early,seconds\n";
  for (std::uint64_t i = 0; i < 15625; ++i) {
    Rng rng(11, "label", i);
    const spaces::Genotype genotype = space.at(i);
    double quality = 0.0;
    for (const auto gene : genotype.genes()) quality += gene == 2 ? 3.0 : gene;
    csv += fmt::format("{},{},{},{}\n", space.format(genotype), 60.0 + quality + rng.uniform(),
                       30.0 + 0.5 * quality + 2.0 * rng.uniform(), 100 + genotype[0]);
  }
  return csv;
}

/// The table of these, and a search and an experiment that screen.
struct Screened {
  tests::TemporaryFolder folder;
  fs::path config = folder / "search.yaml";
  fs::path experiment = folder / "experiment.yaml";

  Screened() {
    write_text(folder / "labels.csv", two_fidelities_csv());
    const Result imported =
        run({"table", "import", "--space", "nasbench201", "--csv", (folder / "labels.csv").string(),
             "--architecture", "arch", "--metric", "accuracy=accuracy:%:maximize", "--metric",
             "early=early:%:maximize", "--metric", "seconds=seconds:s:minimize", "--out",
             (folder / "labels.sqlite").string()});
    CAPTURE(imported.err);
    REQUIRE(imported.code == 0);
    const std::string problem = R"(
space: nasbench201
objectives: [{metric: accuracy, goal: maximize}]
evaluation:
  accuracy: {table: labels.sqlite}
  early: {table: labels.sqlite}
  seconds: {table: labels.sqlite}
cost: seconds
)";
    const std::string guidance =
        "predictor: trees, candidates: 150, population: 50, screening: [{metric: early, of: "
        "accuracy, share: 0.0625}]";
    write_text(config, problem +
                           "search: {algorithm: predictor_guided, batch: 4, seed: 5, "
                           "guidance: {" +
                           guidance + "}}\nbudget: {evaluations: 13}\n");
    write_text(experiment, problem +
                               "search:\n"
                               "  - {algorithm: predictor_guided, guidance: {predictor: trees, "
                               "candidates: 150, population: 50}}\n"
                               "  - {algorithm: predictor_guided, guidance: {" +
                               guidance + "}}\nseeds: 2\nseconds: [500, 1500]\n");
  }

  Result search(const std::string& out, std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments{"search", config.string(), "--out", (folder / out).string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments);
  }

  json summary(const std::string& out) const {
    return json::parse(read_text(folder / out / "summary.json"));
  }
};

const Screened& screened() {
  static const Screened shared;
  return shared;
}

/// What a run found, without the times it took.
std::string found_in(const Screened& data, const std::string& out) {
  json summary = data.summary(out);
  summary.erase("seconds");
  summary.erase("times");
  return summary.dump(1) + read_text(data.folder / out / "front.csv");
}

TEST_CASE("a search screens by a table, tells so, and verifies") {
  const Screened& data = screened();
  const Result searched = data.search("plain");
  CAPTURE(searched.err);
  REQUIRE(searched.code == 0);
  const json summary = data.summary("plain");
  CHECK(summary.at("evaluations") == 13);
  // 15 for the first five, 12 for each four.
  CHECK(summary.at("screenings").at("count") == 15 + 24);
  CHECK(summary.at("screenings").at("left_out") == 26);
  const double seconds = summary.at("screenings").at("seconds");
  CHECK(seconds >= 39 * 100 * 0.0625);
  CHECK(seconds <= 39 * 104 * 0.0625);
  CHECK(summary.at("best").at("metrics").contains("accuracy"));
  CHECK_FALSE(summary.at("best").at("metrics").contains("early"));
  CHECK_FALSE(contains(read_text(data.folder / "plain/front.csv"), "early"));
  CHECK(contains(searched.out, "screened: 39 networks in 39 screenings"));
  const Result verified = run({"verify", (data.folder / "plain").string()});
  CAPTURE(verified.out);
  CHECK(verified.code == 0);

  // On other numbers of threads, and stopped by its budget in between, it is the same.
  REQUIRE(data.search("threads", {"--threads", "3"}).code == 0);
  CHECK(found_in(data, "threads") == found_in(data, "plain"));
  REQUIRE(data.search("short", {"--set", "budget.evaluations=9"}).code == 0);
  const std::string folder = (data.folder / "short").string();
  CHECK(run({"resume", folder, "--set", "budget.evaluations=13"}).code == 0);
  CHECK(found_in(data, "short") == found_in(data, "plain"));
  CHECK(run({"verify", folder}).code == 0);
  CHECK(run({"report", folder}).code == 0);
}

TEST_CASE("a screened search that is killed again and again ends as one that is not") {
  const Screened& data = screened();
  const std::vector<std::string> longer{"--set", "budget.evaluations=61"};
  REQUIRE(data.search("whole", longer).code == 0);
  std::vector<std::string> arguments{"search", data.config.string(), "--out",
                                     (data.folder / "killed").string()};
  arguments.insert(arguments.end(), longer.begin(), longer.end());
  for (int kills = 0; kills < 6; ++kills) {
    Process process(arguments);
    sleep_ms(120 * (kills + 1));
    process.signal(SIGKILL);
    process.wait();
    // Resuming is refused until the search has made its store, and searching from then on.
    const bool has_begun = run({"verify", (data.folder / "killed").string()}).code != 2;
    if (has_begun) arguments = {"resume", (data.folder / "killed").string()};
  }
  const Result ended = run(arguments);
  CAPTURE(ended.err);
  REQUIRE(ended.code == 0);
  CHECK(found_in(data, "killed") == found_in(data, "whole"));
  CHECK(run({"verify", (data.folder / "killed").string()}).code == 0);
}

TEST_CASE("a benchmark compares searches with and without screening by the clock") {
  const Screened& data = screened();
  const std::string out = (data.folder / "benchmark").string();
  const Result result = run({"benchmark", data.experiment.string(), "--out", out, "--json"});
  CAPTURE(result.err);
  REQUIRE(result.code == 0);
  const json algorithms = json::parse(result.out).at("algorithms");
  const json& plain = algorithms.at("predictor_guided");
  const json& screens = algorithms.at("predictor_guided (2)");
  CHECK_FALSE(plain.contains("screenings"));
  CHECK(screens.at("screenings").get<double>() > 2.5 * screens.at("evaluations").get<double>());
  for (const json& algorithm : algorithms) {
    CHECK(algorithm.at("training_seconds") <= 1500.0);
    CHECK(algorithm.at("seconds").contains("500"));
  }
  CHECK(contains(read_text(data.folder / "benchmark/result.md"), "screened"));
}

}  // namespace
}  // namespace evonas::e2e
