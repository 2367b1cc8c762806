#ifdef EVONAS_TORCH_PROGRAM

#include <algorithm>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

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
    const fs::path run = folder / configuration.stem();
    std::vector<std::string> arguments{"search", configuration.string(), "--out", run.string()};
    for (const std::string& setting :
         {"evaluation.accuracy.train.data_dir=" + folder.path().string(),
          std::string("evaluation.accuracy.train.images=200"),
          std::string("evaluation.accuracy.train.validation_images=40"),
          std::string("evaluation.accuracy.train.epochs=1"),
          std::string("evaluation.latency_ms.measure.max_seconds=0.01"), std::string("limits=[]"),
          std::string("search.population=3"), std::string("budget.evaluations=6"),
          std::string("final.train.images=200"), std::string("final.train.epochs=1"),
          std::string("final.measure.max_seconds=0.01")}) {
      arguments.insert(arguments.end(), {"--set", setting});
    }
    const Result result = run_program(EVONAS_TORCH_PROGRAM, arguments);
    CAPTURE(result.err);
    REQUIRE(result.code == 0);
    const json summary = json::parse(read_text(run / "summary.json"));
    CHECK(summary.at("evaluations") == 6);
    CHECK(summary.at("failures") == 0);
    CHECK(summary.at("final").at("metrics").contains("test_accuracy"));
    const Result verified = run_program(EVONAS_TORCH_PROGRAM, {"verify", run.string()});
    CAPTURE(verified.err);
    CHECK(verified.code == 0);
  }
}

}  // namespace
}  // namespace evonas::e2e

#endif
