#ifdef EVONAS_TORCH

#include <algorithm>
#include <vector>

#include <doctest/doctest.h>

#include "base/json.hpp"
#include "e2e/process.hpp"
#include "training/small_images.hpp"

namespace evonas::e2e {
namespace {

using nlohmann::json;

TEST_CASE("every ready configuration that trains runs for two generations") {
  const tests::TemporaryFolder folder;
  tests::write_small_fashion_mnist(folder.path());
  std::vector<fs::path> configurations;
  for (const auto& entry : fs::directory_iterator(fs::path(EVONAS_SOURCE_DIR) / "configs")) {
    if (entry.path().extension() != ".yaml") continue;
    const bool trains = read_text(entry.path()).find("data: fashion_mnist") != std::string::npos;
    if (trains) configurations.push_back(entry.path());
  }
  std::ranges::sort(configurations);
  REQUIRE_FALSE(configurations.empty());
  for (const fs::path& configuration : configurations) {
    CAPTURE(configuration.string());
    const fs::path out = folder / configuration.stem();
    std::vector<std::string> arguments{"search", configuration.string(), "--out", out.string()};
    for (const std::string& setting :
         {"evaluation.accuracy.train.data_dir=" + folder.path().string(),
          std::string("evaluation.accuracy.train.images=200"),
          std::string("evaluation.accuracy.train.validation_images=40"),
          std::string("evaluation.accuracy.train.epochs=1"),
          std::string("evaluation.latency_ms.measure.max_seconds=0.01"),
          std::string("evaluation.latency_ms.measure.rounds=1"), std::string("limits=[]"),
          std::string("search.population=3"), std::string("budget.evaluations=6"),
          std::string("final.train.images=200"), std::string("final.train.epochs=1"),
          std::string("final.measure.max_seconds=0.01"), std::string("final.measure.rounds=1")}) {
      arguments.insert(arguments.end(), {"--set", setting});
    }
    const Result result = run(arguments);
    CAPTURE(result.err);
    REQUIRE(result.code == 0);
    const json summary = json::parse(read_text(out / "summary.json"));
    CHECK(summary.at("evaluations") == 6);
    CHECK(summary.at("failures") == 0);
    CHECK(summary.at("final").at("metrics").contains("test_accuracy"));
    const Result verified = run({"verify", out.string()});
    CAPTURE(verified.err);
    CHECK(verified.code == 0);
  }
}

TEST_CASE("the table that evonas carries is searched, and any other name of one refused") {
  const tests::TemporaryFolder folder;
  const std::string out = (folder / "run").string();
  const Result result =
      run({"search", EVONAS_SOURCE_DIR "/configs/embedded.yaml", "--out", out, "--json"});
  CAPTURE(result.err);
  REQUIRE(result.code == 0);
  const json summary = json::parse(result.out);
  CHECK(summary.at("best").at("metrics").at("latency_ms") <= 0.2);
  CHECK(summary.at("optimum").at("distance") >= 0.0);
  CHECK(run({"verify", out}).code == 0);

  const Result other = run({"table", "info", "builtin:imagenet"});
  CHECK(other.code == 2);
  CHECK(other.err.find("evonas carries builtin:nasbench201_fashion_mnist") != std::string::npos);
}

}  // namespace
}  // namespace evonas::e2e

#endif
