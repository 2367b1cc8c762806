#include "evaluation/table/import_table.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/quoted.hpp"
#include "base/split.hpp"
#include "evaluation/table/cells.hpp"
#include "evaluation/table/csv.hpp"
#include "evaluation/table/imported_metric.hpp"
#include "evaluation/table/table_writer.hpp"

namespace evonas::evaluation {
namespace {

/// Writes the rows of one CSV file into a new table.
class CsvImporter {
 public:
  CsvImporter(const spaces::AnySpace& space, const std::filesystem::path& csv,
              const std::string& architecture, std::span<const ImportedMetric> metrics,
              std::span<const std::string> required, const std::filesystem::path& file)
      : csv_(csv.string()),
        architecture_(architecture),
        metrics_(metrics),
        required_(required_positions(metrics, required)),
        cells_(metrics.size()),
        writer_(
            space, file,
            {.file = csv_,
             .architecture = fmt::format("column {}: ", evonas::quoted(architecture)),
             .place = [this](std::size_t row) { return fmt::format("line {}", lines_[row]); }}) {}

  void header(std::span<const std::string> columns) {
    const std::string place = csv_ + ", line 1";
    // A column may have a '+' in its own name.
    const bool is_column = std::ranges::find(columns, architecture_) != columns.end();
    const std::vector<std::string_view> names =
        is_column ? std::vector<std::string_view>{architecture_} : split(architecture_, '+');
    for (const std::string_view name : names) {
      architecture_columns_.push_back(position_of(columns, std::string(name), place));
    }
    for (const ImportedMetric& metric : metrics_) {
      std::vector<std::size_t>& positions = metric_columns_.emplace_back();
      for (const std::string& name : metric.columns) {
        positions.push_back(position_of(columns, name, place));
      }
    }
  }

  void row(std::span<const std::string> fields, std::size_t line) {
    constexpr std::size_t kBatch = 8192;
    for (std::size_t i = 0; i < metrics_.size(); ++i) add_value(i, fields, line);
    const auto is_missing = [&](std::size_t metric) { return cells_[metric].last_is_missing(); };
    if (std::ranges::any_of(required_, is_missing)) {
      for (CellColumn& column : cells_) column.remove_last();
      ++summary_.left_out;
      return;
    }
    std::string& text = batch_.emplace_back();
    for (const std::size_t column : architecture_columns_) {
      if (!text.empty() && !fields[column].empty()) text += ' ';
      text += fields[column];
    }
    lines_.push_back(line);
    if (batch_.size() == kBatch) write_batch();
  }

  ImportSummary finish(TableAbout about) {
    write_batch();
    summary_.rows = writer_.rows();
    if (summary_.rows == 0) {
      throw EvaluationError(summary_.left_out == 0
                                ? fmt::format("{} has no rows below its line of column names", csv_)
                                : fmt::format("{}: each of its {} rows lacks a required metric",
                                              csv_, summary_.left_out));
    }
    for (std::size_t i = 0; i < metrics_.size(); ++i) {
      const CellColumn cells = std::exchange(cells_[i], {});
      summary_.missing_values += cells.missing();
      writer_.add_metric(metrics_[i].metric, fmt::format("{}", fmt::join(metrics_[i].columns, ",")),
                         cells, /*single_precision=*/false);
    }
    writer_.finish(std::move(about));
    return summary_;
  }

 private:
  void add_value(std::size_t metric, std::span<const std::string> fields, std::size_t line) {
    const std::vector<std::size_t>& columns = metric_columns_[metric];
    if (columns.size() == 1) {
      if (!cells_[metric].add_text(fields[columns[0]])) fail_number(metric, 0, fields, line);
      return;
    }
    std::vector<double> values;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const std::optional<double> value = number_of(fields[columns[i]]);
      if (!value) fail_number(metric, i, fields, line);
      values.push_back(*value);
    }
    cells_[metric].add(
        mean_of_columns(values, fmt::format("{}, line {}", csv_, line), metrics_[metric]));
  }

  [[noreturn]] void fail_number(std::size_t metric, std::size_t i,
                                std::span<const std::string> fields, std::size_t line) const {
    throw EvaluationError(fmt::format(
        "{}, line {}: column {}: {} is not a finite number; leave the field empty where there is "
        "no value",
        csv_, line, evonas::quoted(metrics_[metric].columns[i]),
        evonas::quoted(fields[metric_columns_[metric][i]])));
  }

  void write_batch() {
    writer_.add_rows(batch_);
    batch_.clear();
  }

  std::string csv_;
  std::string architecture_;
  std::span<const ImportedMetric> metrics_;
  std::vector<std::size_t> required_;
  std::vector<CellColumn> cells_;  // one for each metric
  TableWriter writer_;
  std::vector<std::size_t> architecture_columns_;         // positions in a row of the CSV file
  std::vector<std::vector<std::size_t>> metric_columns_;  // for each metric
  std::vector<std::string> batch_;                        // architectures not written yet
  std::vector<std::size_t> lines_;                        // by row
  ImportSummary summary_;
};

}  // namespace

ImportSummary import_table(const spaces::AnySpace& space, const std::filesystem::path& csv,
                           const std::string& architecture, std::span<const ImportedMetric> metrics,
                           const std::filesystem::path& out, const ImportOptions& options) {
  check_names(metrics);
  const PartialFile partial(csv, out);
  try {
    CsvImporter importer(space, csv, architecture, metrics, options.required, partial.path());
    read_csv(
        csv, [&](std::span<const std::string> columns) { importer.header(columns); },
        [&](std::span<const std::string> fields, std::size_t line) { importer.row(fields, line); });
    const ImportSummary summary = importer.finish(with_source(options.about, csv));
    partial.move_to_target();
    return summary;
  } catch (const SQLite::Exception& error) {
    throw EvaluationError(fmt::format("cannot write the table {}: {}", out.string(), error.what()));
  }
}

}  // namespace evonas::evaluation
