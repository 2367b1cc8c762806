#include <chrono>
#include <cmath>

#include <doctest/doctest.h>

#include "contract/reference_data.hpp"
#include "evaluation/table/csv.hpp"
#include "evaluation/table/import_table.hpp"
#include "evaluation/table/table_noise.hpp"
#include "seconds_since.hpp"
#include "spaces/nasbench101.hpp"
#include "temporary_folder.hpp"

using namespace evonas;
using namespace evonas::evaluation;
using namespace evonas::tests;

TEST_CASE("the published NAS-Bench-101 table is imported and opened without a wait") {
  const auto file = reference_data("nasbench101/nasbench101.csv.gz");
  if (!file) return;
  std::vector<ImportedMetric> metrics;
  read_csv(
      *file,
      [&](std::span<const std::string> columns) {
        for (const std::string& column : columns) {
          if (column == "hash" || column == "adjacency" || column == "ops") continue;
          metrics.push_back(ImportedMetric::parse(column + "=" + column));
        }
      },
      [](std::span<const std::string>, std::size_t) {});
  metrics.push_back(
      ImportedMetric::parse("val@108=val_108_run1,val_108_run2,val_108_run3:fraction:maximize"));
  for (const std::string run : {"1", "2", "3"}) {
    metrics.push_back(
        ImportedMetric::parse("val@108#" + run + "=val_108_run" + run + ":fraction:maximize"));
  }

  const spaces::AnySpace space{spaces::NasBench101()};
  const TemporaryFolder folder;
  const std::filesystem::path out = folder.path() / "nasbench101.sqlite";
  const auto import_start = std::chrono::steady_clock::now();
  const ImportSummary summary = import_table(space, *file, "adjacency+ops", metrics, out);
  const double import_seconds = seconds_since(import_start);
  const auto open_start = std::chrono::steady_clock::now();
  const BenchmarkTable table = BenchmarkTable::open(out, space);
  const double open_seconds = seconds_since(open_start);
  const auto read_start = std::chrono::steady_clock::now();
  const std::span<const double> labels = table.values("val@108");
  const double read_seconds = seconds_since(read_start);
  MESSAGE(metrics.size() << " metrics: imported in " << import_seconds << " s, opened in "
                         << open_seconds << " s, one metric read in " << read_seconds << " s; "
                         << std::filesystem::file_size(out) / 1'000'000 << " MB");
  CHECK(summary.rows == 151'942);
  CHECK(table.size() == 151'942);

  std::size_t labelled = 0;
  for (const double label : labels) labelled += std::isnan(label) ? 0 : 1;
  const std::vector<SeedNoise> noise = seed_noise(table);
  REQUIRE(noise.size() == 1);
  CHECK(noise[0].rows == labelled);
  MESSAGE(labelled << " rows with three runs; seed-to-seed tau " << noise[0].tau << ", "
                   << *noise[0].tau_best_tenth << " in the best tenth");
  CHECK(noise[0].tau > *noise[0].tau_best_tenth);
  for (std::size_t row = 0; row < table.size(); row += 1000) {
    CHECK(table.find(table.genotype(row), Key{}) == row);
  }
}
