#pragma once

#include <string>

#include <fmt/format.h>

#include "base/random.hpp"
#include "e2e/process.hpp"
#include "spaces/nasbench201.hpp"
#include "spaces/search_space.hpp"

namespace evonas::e2e {

/// A cell of NAS-Bench-201.
inline const std::string kArchitecture =
    "|nor_conv_3x3~0|+|none~0|skip_connect~1|+|skip_connect~0|none~1|nor_conv_3x3~2|";

/// A CSV file with made-up labels of the first `rows` NAS-Bench-201 cells.
inline std::string labels_csv(std::uint64_t rows) {
  const spaces::AnySpace space{spaces::NasBench201{}};
  std::string csv = "arch,accuracy,latency\n";
  for (std::uint64_t i = 0; i < rows; ++i) {
    Rng rng(7, "label", i);
    const double latency = 1.0 + 9.0 * rng.uniform();
    csv += fmt::format("{},{},{}\n", space.format(space.at(i)),
                       80.0 + latency + 3.0 * rng.uniform(), latency);
  }
  return csv;
}

/// The table of all cells, imported through the program once, and a configuration that searches it.
struct Fixture {
  tests::TemporaryFolder folder;
  fs::path table = folder / "labels.sqlite";
  fs::path config = folder / "search.yaml";
  Result imported;

  Fixture() {
    write_text(folder / "labels.csv", labels_csv(15625));
    imported =
        run({"table", "import", "--space", "nasbench201", "--csv", (folder / "labels.csv").string(),
             "--architecture", "arch", "--metric", "accuracy=accuracy:%:maximize", "--metric",
             "latency_ms=latency:ms:minimize", "--out", table.string(), "--json"});
    write_text(config, R"(
space: nasbench201
input: cifar10
objectives: [{metric: accuracy, goal: maximize}, {metric: latency_ms, goal: minimize}]
limits: [latency_ms <= 8, params <= 1e6]
evaluation:
  accuracy: {table: labels.sqlite}
  latency_ms: {table: labels.sqlite}
search: {algorithm: nsga2, population: 20, seed: 3}
budget: {evaluations: 400}
)");
  }

  /// Searches into a folder with further arguments.
  Result search(const std::string& out, std::vector<std::string> more = {}) const {
    return run(search_arguments(out, std::move(more)));
  }

  std::vector<std::string> search_arguments(const std::string& out,
                                            std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments = {"search", config.string(), "--out",
                                          (folder / out).string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }

  std::string run_folder(const std::string& name) const { return (folder / name).string(); }
};

/// The same for all test cases: importing takes longest.
inline const Fixture& fixture() {
  static const Fixture shared;
  return shared;
}

}  // namespace evonas::e2e
