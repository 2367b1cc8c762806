#include "report/evaluation_table.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "base/csv_field.hpp"
#include "report/columns.hpp"

namespace evonas::report {
namespace {

using search::EvaluationRecord;

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

std::optional<std::int64_t> whole_number(const std::optional<std::uint64_t>& number) {
  if (!number) return std::nullopt;
  return static_cast<std::int64_t>(*number);
}

/// Fills the table of one run.
class TableWriter {
 public:
  explicit TableWriter(const Run& run) : run_(run) {
    for (const EvaluationRecord& record : run.summary.evaluations) rows_.push_back(&record);
    for (const EvaluationRecord& record : run.summary.screenings) rows_.push_back(&record);
    std::ranges::sort(rows_, {}, &EvaluationRecord::index);
    for (const std::size_t position : run.summary.front) {
      front_.insert(run.summary.evaluations.at(position).index);
    }
  }

  std::vector<TableColumn> build() {
    add_identity();
    add_outcome();
    add_origin();
    for (const std::string& metric : metric_columns(run_)) add_metric(metric);
    add_genes();
    return std::move(columns_);
  }

 private:
  template <class Value, class Of>
  void add(std::string name, const Of& value_of) {
    std::vector<Value> values;
    values.reserve(rows_.size());
    for (const EvaluationRecord* row : rows_) values.push_back(value_of(*row));
    columns_.push_back({std::move(name), std::move(values)});
  }

  template <class Of>
  void add_whole(std::string name, const Of& value_of) {
    add<std::optional<std::int64_t>>(std::move(name), value_of);
  }

  void add_identity() {
    add_whole("index", [](const auto& row) { return static_cast<std::int64_t>(row.index); });
    add_whole("generation",
              [](const auto& row) { return static_cast<std::int64_t>(row.generation); });
    add_whole("rung", [](const auto& row) { return static_cast<std::int64_t>(row.rung); });
    add<std::string>("architecture", [](const auto& row) { return row.architecture; });
    add<std::string>("key", [](const auto& row) { return row.key.hex(); });
  }

  void add_outcome() {
    add<std::string>("state", [](const auto& row) -> std::string {
      if (!row.ok()) return "failed";
      return row.rung > 0 ? "screened" : "complete";
    });
    add<std::string>("failure", [](const auto& row) { return row.failure; });
    add<bool>("feasible", [&](const auto& row) {
      return row.ok() && row.rung == 0 && run_.problem.violation(row.metrics) <= 0.0;
    });
    add<bool>("on_front", [&](const auto& row) { return front_.contains(row.index); });
    add<double>("seconds", [](const auto& row) { return row.seconds; });
    add_whole("place", [](const auto& row) { return whole_number(row.place); });
  }

  void add_origin() {
    add<std::string>("operator", [](const auto& row) {
      return row.origin ? search::to_string(row.origin->how) : std::string();
    });
    add_whole("parent", [](const auto& row) {
      return row.origin ? whole_number(row.origin->parent) : std::nullopt;
    });
    add_whole("other_parent", [](const auto& row) {
      return row.origin ? whole_number(row.origin->other_parent) : std::nullopt;
    });
  }

  void add_metric(const std::string& metric) {
    const auto measured = [&](const EvaluationRecord& row) -> const evaluation::Measurement* {
      const auto found = row.metrics.find(metric);
      return found == row.metrics.end() ? nullptr : &found->second;
    };
    add<double>(metric, [&](const auto& row) {
      const evaluation::Measurement* value = measured(row);
      return value == nullptr ? kMissing : value->value;
    });
    add_where_any(metric + "_low", [&](const auto& row) {
      const evaluation::Measurement* value = measured(row);
      return value == nullptr ? kMissing : value->low.value_or(kMissing);
    });
    add_where_any(metric + "_high", [&](const auto& row) {
      const evaluation::Measurement* value = measured(row);
      return value == nullptr ? kMissing : value->high.value_or(kMissing);
    });
    add_where_any("expected_" + metric, [&](const auto& row) {
      const auto found = row.forecast.find(metric);
      return found == row.forecast.end() ? kMissing : found->second.value;
    });
  }

  /// The column, unless nothing is in it.
  template <class Of>
  void add_where_any(std::string name, const Of& value_of) {
    add<double>(std::move(name), value_of);
    const auto& values = std::get<std::vector<double>>(columns_.back().values);
    if (std::ranges::all_of(values, [](double value) { return std::isnan(value); })) {
      columns_.pop_back();
    }
  }

  void add_genes() {
    const std::vector<spaces::GeneDescription> genes = run_.space.describe_genes();
    const bool fit = std::ranges::all_of(
        rows_, [&](const EvaluationRecord* row) { return row->genotype.size() == genes.size(); });
    if (!fit) return;
    for (std::size_t i = 0; i < genes.size(); ++i) {
      add<std::string>("gene " + genes[i].name,
                       [&](const auto& row) { return genes[i].text_of(row.genotype[i]); });
    }
  }

  const Run& run_;
  std::vector<const EvaluationRecord*> rows_;
  std::set<std::uint64_t> front_;
  std::vector<TableColumn> columns_;
};

std::string csv_text(double value) {
  return std::isnan(value) ? std::string() : fmt::format("{}", value);
}
std::string csv_text(const std::optional<std::int64_t>& value) {
  return value ? fmt::format("{}", *value) : std::string();
}
std::string csv_text(const std::string& value) { return csv_field(value); }
std::string csv_text(bool value) { return value ? "true" : "false"; }

}  // namespace

std::vector<TableColumn> evaluation_table(const Run& run) { return TableWriter(run).build(); }

std::string to_csv(const std::vector<TableColumn>& columns) {
  std::string csv;
  std::size_t rows = 0;
  for (const TableColumn& column : columns) {
    if (!csv.empty()) csv += ',';
    csv += csv_field(column.name);
    rows = std::visit([](const auto& values) { return values.size(); }, column.values);
  }
  csv += '\n';
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (i > 0) csv += ',';
      csv += std::visit(
          [&](const auto& values) {
            using Value = typename std::decay_t<decltype(values)>::value_type;
            return csv_text(static_cast<const Value&>(values[row]));
          },
          columns[i].values);
    }
    csv += '\n';
  }
  return csv;
}

}  // namespace evonas::report
