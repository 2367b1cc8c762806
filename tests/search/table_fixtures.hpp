#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "contract/reference_data.hpp"
#include "evaluation/table/csv.hpp"
#include "evaluation/table/import_table.hpp"
#include "search/small_space.hpp"
#include "spaces/nasbench201.hpp"
#include "temporary_folder.hpp"

namespace evonas::tests {

using Table = std::shared_ptr<const evaluation::BenchmarkTable>;

/// A table with the metrics `a` and `b` from a CSV file with these columns and `architecture`.
inline Table imported_table(const TemporaryFolder& folder, const spaces::AnySpace& space,
                            const std::string& csv) {
  const std::vector<evaluation::ImportedMetric> metrics{evaluation::ImportedMetric::parse("a=a"),
                                                        evaluation::ImportedMetric::parse("b=b")};
  const std::filesystem::path out = folder.path() / "table.sqlite";
  evaluation::import_table(space, folder.write("table.csv", csv), "architecture", metrics, out);
  return std::make_shared<const evaluation::BenchmarkTable>(
      evaluation::BenchmarkTable::open(out, space));
}

/// Every genotype of a small space with what `row` writes behind it, such as ",1,2".
inline Table small_table(const TemporaryFolder& folder, const SmallSpace& space,
                         const std::function<std::string(const spaces::Genotype&)>& row) {
  std::string csv = "architecture,a,b\n";
  for (std::uint64_t i = 0; i < space.size(); ++i) {
    const spaces::Genotype genotype = space.at(i);
    csv += fmt::format("\"{}\"{}\n", space.format(genotype), row(genotype));
  }
  return imported_table(folder, spaces::AnySpace{space}, csv);
}

/// One column of a published file, by architecture.
inline std::map<std::string, std::string> published_column(const std::filesystem::path& file,
                                                           const std::string& column) {
  std::map<std::string, std::string> values;
  std::size_t architecture = 0;
  std::size_t wanted = 0;
  evaluation::read_csv(
      file,
      [&](std::span<const std::string> columns) {
        const auto position = [&](const std::string& name) {
          return static_cast<std::size_t>(std::ranges::find(columns, name) - columns.begin());
        };
        architecture = position("arch");
        wanted = position(column);
      },
      [&](std::span<const std::string> fields, std::size_t) {
        values[fields[architecture]] = fields[wanted];
      });
  return values;
}

/// NAS-Bench-201 with validation accuracy on CIFAR-10 as `a` and latency on an edge GPU as `b`;
/// nullptr where the published files are absent.
inline Table published_table(const TemporaryFolder& folder) {
  const auto accuracy_file = reference_data("nasbench201/nasbench201.csv.gz");
  const auto latency_file = reference_data("nasbench201/nasbench201_hardware.csv.gz");
  if (!accuracy_file || !latency_file) return nullptr;
  const auto latency = published_column(*latency_file, "cifar10_edgegpu_latency");
  std::string csv = "architecture,a,b\n";
  for (const auto& [architecture, accuracy] : published_column(*accuracy_file, "cifar10_val_200")) {
    csv += fmt::format("{},{},{}\n", architecture, accuracy, latency.at(architecture));
  }
  return imported_table(folder, spaces::AnySpace{spaces::NasBench201{}}, csv);
}

}  // namespace evonas::tests
