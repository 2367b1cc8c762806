#include <algorithm>
#include <cstdlib>

#include "evaluation/table/csv.hpp"
#include "evaluation/table/import_table.hpp"
#include "fuzz/fuzz_file.hpp"
#include "spaces/nasbench201.hpp"

using namespace evonas;
using namespace evonas::evaluation;

/// A file is read as a table that can be opened, or is refused with an EvaluationError.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const spaces::AnySpace space{spaces::NasBench201()};
  static const std::vector<ImportedMetric> metrics{ImportedMetric::parse("accuracy=acc:%:maximize"),
                                                   ImportedMetric::parse("latency=lat:ms")};
  const fuzz::FuzzFile file("input.csv", data, size);
  bool has_columns = false;
  try {
    std::size_t width = 0;
    std::size_t last_line = 1;
    read_csv(
        file.path(),
        [&](std::span<const std::string> columns) {
          width = columns.size();
          has_columns = std::ranges::find(columns, "arch") != columns.end();
        },
        [&](std::span<const std::string> fields, std::size_t line) {
          if (fields.size() != width || line <= last_line) std::abort();
          last_line = line;
        });
  } catch (const EvaluationError&) {
    return 0;
  }
  if (!has_columns) return 0;

  const std::filesystem::path out = fuzz::scratch_path("table.sqlite");
  try {
    const ImportSummary summary = import_table(space, file.path(), "arch", metrics, out);
    if (BenchmarkTable::open(out, space).size() != summary.rows) std::abort();
    std::filesystem::remove(out);
  } catch (const EvaluationError&) {
    if (std::filesystem::exists(out)) std::abort();
  }
  return 0;
}
