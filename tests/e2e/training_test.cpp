#ifdef EVONAS_TORCH

#include <regex>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/json.hpp"
#include "e2e/fixture.hpp"
#include "training/small_images.hpp"

namespace evonas::e2e {
namespace {

using nlohmann::json;

/// Searches with real trainings of tiny networks on tiny images, and a fixed latency table.
struct Trained {
  tests::TemporaryFolder folder;

  Trained() {
    tests::write_small_fashion_mnist(folder.path());
    write_text(folder / "search.yaml", R"(
space: {name: nasbench201, channels: 2, cells_per_stage: 1}
objectives: [{metric: accuracy, goal: maximize}, {metric: latency_ms, goal: minimize}]
evaluation:
  accuracy:
    train: {data_dir: ., epochs: 1, batch: 16, resolution: 8, validation_images: 40}
  latency_ms: {lookup: latency.csv, warmup_seconds: 0.001, max_seconds: 0.005}
search: {algorithm: nsga2, population: 3}
budget: {evaluations: 6}
final:
  train: {epochs: 2}
  measure: {max_seconds: 0.01}
)");
  }

  Result search(const std::string& out, const std::string& threads) const {
    return run({"search", (folder / "search.yaml").string(), "--out", (folder / out).string(),
                "--threads", threads});
  }
};

TEST_CASE("trained and looked-up labels do not depend on the number of threads") {
  const Trained data;
  // Fills the latency table, so it is not the one to compare with.
  const Result first = data.search("first", "2");
  CAPTURE(first.err);
  REQUIRE(first.code == 0);
  std::string expected;
  for (const char* threads : {"1", "2", "3", "8"}) {
    CAPTURE(threads);
    CHECK(data.search(threads, threads).code == 0);
    const std::string front = read_text(data.folder / threads / "front.csv");
    if (expected.empty()) expected = front;
    CHECK(front == expected);
  }

  const json summary = json::parse(read_text(data.folder / "1/summary.json"));
  CHECK(summary.at("final").at("metrics").at("test_accuracy").get<double>() >= 0);
  CHECK(summary.at("final").at("intervals").contains("latency_ms"));

  const std::string best = (data.folder / "1/best.onnx").string();
  CHECK(first.out.find("best.onnx") != std::string::npos);
  CHECK(read_text(best) == read_text(data.folder / "8/best.onnx"));
  const Result exported = run(
      {"network", "export", "nasbench201", "--set", "channels=2", "--set", "cells_per_stage=1",
       "--input", "1x8x8:10", summary.at("final").at("architecture").get<std::string>(),
       "--weights", best, "--format", "torchscript", "--out", (data.folder / "best.pt").string()});
  CAPTURE(exported.err);
  CHECK(exported.code == 0);
  const Result verified = run({"verify", (data.folder / "1").string()});
  CAPTURE(verified.out);
  CAPTURE(verified.err);
  CHECK(verified.code == 0);
}

TEST_CASE("the final training is not paid twice") {
  const Trained data;
  REQUIRE(data.search("run", "2").code == 0);
  const std::string before = read_text(data.folder / "run/summary.json");
  CHECK(run({"resume", (data.folder / "run").string()}).code == 0);
  CHECK(json::parse(read_text(data.folder / "run/summary.json")).at("final") ==
        json::parse(before).at("final"));
}

TEST_CASE("networks that break the limit when they are measured again give way") {
  const Trained data;
  // One random generation, the same in both searches.
  const std::string text = std::regex_replace(read_text(data.folder / "search.yaml"),
                                              std::regex("population: 3"), "population: 6");
  write_text(data.folder / "search.yaml", text);
  REQUIRE(data.search("first", "2").code == 0);
  // A look-up table that promises far too much.
  const std::string table = read_text(data.folder / "latency.csv");
  write_text(data.folder / "latency.csv",
             std::regex_replace(table, std::regex("(,[0-9.e-]+){3}\n"), ",1e-9,1e-9,1e-9\n"));
  write_text(data.folder / "search.yaml", text + "limits: [latency_ms <= 1e-6]\n");
  const Result result = data.search("run", "2");
  CAPTURE(result.err);
  REQUIRE(result.code == 0);
  CHECK(result.err.find("no network keeps the limit") != std::string::npos);
  const json final = json::parse(read_text(data.folder / "run/summary.json")).at("final");
  CHECK(final.at("rejected").size() == 5);
  CHECK(final.at("metrics").contains("test_accuracy"));
}

TEST_CASE("TorchScript needs LibTorch and a file with a module") {
  const tests::TemporaryFolder folder;
  write_text(folder / "search.yaml", R"(
space: darts
objectives: [{metric: accuracy, goal: maximize}]
evaluation: {accuracy: {torchscript: labels.pt, unit: "%"}}
search: {algorithm: random}
budget: {evaluations: 3}
)");
  const auto refusal = [&](const std::string& program, const std::string& out) {
    const Result result = run_program(
        program, {"search", (folder / "search.yaml").string(), "--out", (folder / out).string()});
    CHECK(result.code == 2);
    return result.err;
  };
  CHECK(refusal(EVONAS_LONE_PROGRAM, "first").find("built without LibTorch") != std::string::npos);
  CHECK(refusal(EVONAS_PROGRAM, "second").find("labels.pt: there is no such file") !=
        std::string::npos);
  write_text(folder / "labels.pt", "no module");
  CHECK(refusal(EVONAS_PROGRAM, "third").find("labels.pt: this is no TorchScript module") !=
        std::string::npos);
}

TEST_CASE("an evonas without LibTorch says so") {
  const Trained data;
  const Result result = run_program(
      EVONAS_LONE_PROGRAM,
      {"search", (data.folder / "search.yaml").string(), "--out", (data.folder / "run").string()});
  CHECK(result.code == 2);
  CHECK(result.err.find("built without LibTorch") != std::string::npos);
}

TEST_CASE("a single network is measured") {
  const Result result =
      run({"network", "latency", "nasbench201", "--set", "channels=2", "--set", "cells_per_stage=1",
           "--max-seconds", "0.02", "--warmup-seconds", "0.001", "--json",
           "|nor_conv_3x3~0|+|none~0|skip_connect~1|+|skip_connect~0|none~1|nor_conv_3x3~2|"});
  CAPTURE(result.err);
  REQUIRE(result.code == 0);
  CHECK(json::parse(result.out).at("latency_ms").get<double>() > 0);
}

}  // namespace
}  // namespace evonas::e2e

#endif
