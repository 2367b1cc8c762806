#include <fstream>

#include <doctest/doctest.h>

#include "base/json.hpp"
#include "contract/reference_data.hpp"
#include "evaluation/table/import_table.hpp"
#include "search/benchmark.hpp"
#include "spaces/declared.hpp"
#include "temporary_folder.hpp"

using namespace evonas;
using namespace evonas::tests;

TEST_CASE(
    "searches of the declared NAS-Bench-Macro space find the optimum of the published table") {
  const auto file = reference_data("nas_bench_macro/nas-bench-macro_cifar10.json");
  if (!file) return;
  std::ifstream stream(*file);
  std::string csv = "architecture,accuracy\n";
  const auto published = nlohmann::json::parse(stream);
  for (const auto& [architecture, row] : published.items()) {
    csv += architecture + "," + row.at("mean_acc").dump() + "\n";
  }
  const TemporaryFolder folder;
  const spaces::AnySpace space(
      spaces::Declared({.file = EVONAS_SOURCE_DIR "/configs/spaces/nas_bench_macro.yaml"}));
  const std::vector<evaluation::ImportedMetric> metrics{
      evaluation::ImportedMetric::parse("accuracy=accuracy:percent:maximize")};
  const auto imported = evaluation::import_table(space, folder.write("macro.csv", csv),
                                                 "architecture", metrics, folder / "macro.sqlite");
  CHECK(imported.rows == 6561);

  search::BenchmarkSetup setup{
      .space = space,
      .table = std::make_shared<const evaluation::BenchmarkTable>(
          evaluation::BenchmarkTable::open(folder / "macro.sqlite", space)),
      .problem = {.objectives = {{"accuracy", search::Goal::Maximize}}},
      .algorithms = {{.algorithm = "random"},
                     {.algorithm = "regularized_evolution"},
                     {.algorithm = "local_search"}},
      .evaluations = 1000,
      .seeds = 20,
      .budgets = {100, 1000}};
  const search::BenchmarkResult result = search::run_benchmark(setup, {}, {});
  CHECK(result.optimum == doctest::Approx(93.12666320800781));
  // The published means of two architectures are equal, and the first row counts.
  CHECK(result.optimum_architecture == "22212202");
  const auto found = [&](std::size_t algorithm) {
    MESSAGE(result.algorithms[algorithm].algorithm
            << ": regret " << result.algorithms[algorithm].budgets[0].regret_mean << " at 100 and "
            << result.algorithms[algorithm].budgets[1].regret_mean << " at 1000; at the optimum "
            << result.algorithms[algorithm].budgets[1].at_optimum);
    return result.algorithms[algorithm].budgets[1].at_optimum;
  };
  const double by_chance = found(0);
  CHECK(found(1) > by_chance);
  CHECK(found(2) > by_chance);
  CHECK(found(2) > 0.9);
}
