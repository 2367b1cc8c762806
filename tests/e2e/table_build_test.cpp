#ifdef EVONAS_TORCH

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "base/json.hpp"
#include "e2e/fixture.hpp"
#include "training/small_images.hpp"

namespace evonas::e2e {
namespace {

using nlohmann::json;

/// A recipe of trainings that take milliseconds.
struct Recipe {
  tests::TemporaryFolder folder;

  Recipe() {
    tests::write_small_fashion_mnist(folder.path());
    write_text(folder / "recipe.yaml", R"(
title: a few cells
space: {name: nasbench201, channels: 1, cells_per_stage: 1}
train: {data_dir: ., images: 16, epochs: 1, batch: 16, resolution: 4, validation_images: 20}
repeated: 3
repeats: 2
latency: {warmup_seconds: 0.001, max_seconds: 0.002}
measured: 2
)");
  }

  std::vector<std::string> arguments(const std::string& out) const {
    return {"table", "build", (folder / "recipe.yaml").string(), "--out", (folder / out).string(),
            "--json"};
  }

  std::size_t labels(const std::string& out) const {
    const std::string text = read_text(folder / out / "labels.csv");
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  }

  /// Runs until some labels are there, then sends the signal.
  Result interrupted(const std::string& out, std::size_t labels, int signal) const {
    Process process(arguments(out));
    for (int i = 0; i < 3000; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      if (fs::exists(folder / out / "labels.csv") && this->labels(out) > labels) break;
    }
    process.signal(signal);
    return process.wait();
  }
};

TEST_CASE("a table under construction survives every stop and refuses another recipe") {
  const Recipe recipe;
  CHECK(recipe.interrupted("table", 5, SIGKILL).code != 0);
  // A stop in the middle of a line.
  const fs::path labels = recipe.folder / "table/labels.csv";
  const std::string before = read_text(labels);
  write_text(labels, before + "|none~0|+|no");
  const std::size_t count = recipe.labels("table");
  const Result stopped = recipe.interrupted("table", count + 5, SIGINT);
  CAPTURE(stopped.err);
  CHECK(stopped.code == 130);
  const json result = json::parse(stopped.out);
  CHECK_FALSE(result.at("complete").get<bool>());
  const std::string after = read_text(labels);
  CHECK(after.starts_with(before));
  CHECK(result.at("trainings").get<std::size_t>() == recipe.labels("table") - 1);

  // What is trained so far is a table.
  const std::string csv = (recipe.folder / "table/table.csv.gz").string();
  const std::string table = (recipe.folder / "table.sqlite").string();
  const Result imported =
      run({"table", "import", "--space", "nasbench201", "--csv", csv, "--architecture",
           "architecture", "--metric", "accuracy=accuracy_1:%:maximize", "--out", table, "--json"});
  CAPTURE(imported.err);
  CHECK(json::parse(imported.out).at("rows") == result.at("trainings"));

  const Result other = run({"table", "build", (recipe.folder / "recipe.yaml").string(), "--out",
                            (recipe.folder / "table").string(), "--set", "train.epochs=2"});
  CHECK(other.code == 2);
  CHECK(other.err.find("another recipe") != std::string::npos);
}

}  // namespace
}  // namespace evonas::e2e

#endif
