#include <cmath>
#include <cstdlib>

#include "evaluation/table/benchmark_table.hpp"
#include "evaluation/table/table_file.hpp"
#include "fuzz/fuzz_file.hpp"
#include "spaces/nasbench201.hpp"

using namespace evonas;
using namespace evonas::evaluation;

/// A file, sealed so that its contents and not its check sum are what is tried, is a table all of
/// whose rows can be read, or is refused with an EvaluationError.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const spaces::AnySpace space{spaces::NasBench201()};
  if (size < 100) return 0;
  const fuzz::FuzzFile file("input.sqlite", data, size);
  seal_table_file(file.path());
  try {
    const BenchmarkTable table = BenchmarkTable::open(file.path(), space);
    if (table.size() == 0 || table.metrics().empty()) std::abort();
    for (std::size_t row = 0; row < table.size(); ++row) {
      const spaces::Genotype genotype = table.genotype(row);
      if (table.find(genotype, table.key(row)) != row) std::abort();
      if (table.size() <= 256 && space.key(genotype) != table.key(row)) std::abort();
    }
    for (const TableMetric& metric : table.metrics()) {
      const std::span<const double> values = table.values(metric.name);
      if (values.size() != table.size()) std::abort();
      for (const double value : values) {
        if (std::isinf(value)) std::abort();
      }
    }
  } catch (const EvaluationError&) {
  }
  return 0;
}
