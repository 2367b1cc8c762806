#include <filesystem>
#include <optional>

#include "cli/config/space_section.hpp"
#include "evaluation/table/benchmark_table.hpp"
#include "evaluation/table/import_table.hpp"
#include "python/bindings.hpp"

namespace evonas::python {
namespace {

using evaluation::BenchmarkTable;

/// A benchmark table with its space.
struct Table {
  SpacePointer space;
  BenchmarkTable table;
};

std::unique_ptr<Table> open_table(const std::filesystem::path& file, const SpacePointer& given) {
  SpacePointer space = given;
  if (space == nullptr) {
    const evaluation::TableAbout about = evaluation::read_table_about(file);
    space = std::make_shared<Space>(Space{config::make_space(about.space, about.space_options),
                                          about.space, about.space_options});
  }
  BenchmarkTable table = BenchmarkTable::open(file, space->space);
  return std::make_unique<Table>(Table{std::move(space), std::move(table)});
}

std::string text_of(evaluation::Direction direction) {
  switch (direction) {
    case evaluation::Direction::Maximize:
      return "maximize";
    case evaluation::Direction::Minimize:
      return "minimize";
    default:
      return "";
  }
}

std::vector<std::tuple<std::string, std::string, std::string>> table_metrics(const Table& self) {
  std::vector<std::tuple<std::string, std::string, std::string>> metrics;
  for (const evaluation::TableMetric& metric : self.table.metrics()) {
    metrics.emplace_back(metric.name, metric.unit, text_of(metric.direction));
  }
  return metrics;
}

Architecture architecture_at(const Table& self, std::size_t row) {
  if (row >= self.table.size()) throw nb::index_error("the table has no such row");
  return {self.space, self.table.genotype(row)};
}

std::vector<Architecture> architectures_of(const Table& self) {
  std::vector<Architecture> architectures;
  architectures.reserve(self.table.size());
  for (std::size_t row = 0; row < self.table.size(); ++row) {
    architectures.push_back({self.space, self.table.genotype(row)});
  }
  return architectures;
}

Numbers values_of(const Table& self, const std::string& metric) {
  const std::span<const double> values = self.table.values(metric);
  return to_numpy({values.begin(), values.end()});
}

std::optional<std::size_t> row_of(const Table& self, const Architecture& architecture) {
  const spaces::AnySpace& space = self.space->space;
  return self.table.find(architecture.genotype, space.key(architecture.genotype));
}

void import_csv(const Space& space, const std::filesystem::path& csv,
                const std::string& architecture, const std::vector<std::string>& metrics,
                const std::filesystem::path& out) {
  std::vector<evaluation::ImportedMetric> imported;
  for (const std::string& metric : metrics) {
    imported.push_back(evaluation::ImportedMetric::parse(metric));
  }
  evaluation::ImportOptions options;
  options.about.space = space.name;
  options.about.space_options = space.options;
  evaluation::import_table(space.space, csv, architecture, imported, out, options);
}

}  // namespace

void bind_tables(nb::module_& module) {
  nb::class_<Table>(
      module, "Table",
      "Values of architectures of one space, from a file that `evonas table import` or "
      "import_csv() wrote, or a table that evonas carries "
      "(\"builtin:nasbench201_fashion_mnist\"). Rows count from 0.")
      .def(nb::new_([](const std::filesystem::path& file, const SpacePointer& space) {
             const nb::gil_scoped_release released;
             return open_table(file, space);
           }),
           nb::arg("file"), nb::arg("space") = nb::none())
      .def_prop_ro(
          "space", [](const Table& self) { return self.space; }, "The space.")
      .def_prop_ro("metrics", &table_metrics,
                   "Name, unit and goal (maximize, minimize or nothing) of each metric.")
      .def_prop_ro(
          "networks", [](const Table& self) { return self.table.networks(); },
          "The number of distinct networks.")
      .def_prop_ro("architectures", &architectures_of, "Those of all rows, in their order.")
      .def("values", &values_of, nb::arg("metric"),
           "A metric by row, as a float64 array; NaN where the table has no value. Raises "
           "EvaluationError for a metric that it lacks.")
      .def("find", &row_of, nb::arg("architecture"),
           "The row of this architecture, else of the first with the same network; None without "
           "one.")
      .def("__len__", [](const Table& self) { return self.table.size(); })
      .def("__getitem__", &architecture_at, nb::arg("row"), "The architecture of a row.")
      .def_static(
          "import_csv", &import_csv, nb::arg("space"), nb::arg("csv"), nb::arg("architecture"),
          nb::arg("metrics"), nb::arg("out"), nb::call_guard<nb::gil_scoped_release>(),
          "Makes a table file of a CSV file: `architecture` names the column with "
          "architectures, a metric is written NAME=COLUMN[:UNIT[:maximize|minimize]]. Raises "
          "EvaluationError with file and line.");
}

}  // namespace evonas::python
