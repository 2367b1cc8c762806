#include "evaluation/table/benchmark_table.hpp"

#include <cmath>
#include <limits>
#include <system_error>
#include <utility>

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/nearest_name.hpp"
#include "base/quoted.hpp"
#include "evaluation/table/table_file.hpp"

namespace evonas::evaluation {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

std::string_view text_of(const SQLite::Column& column) {
  const char* const text = column.getText();  // before getBytes(), which it makes valid
  return {text, static_cast<std::size_t>(column.getBytes())};
}

/// Reads one table file; every complaint begins with its name.
class TableReader {
 public:
  explicit TableReader(const std::filesystem::path& file)
      : name_(file.string()), database_(name_, SQLite::OPEN_READONLY | SQLite::OPEN_NOMUTEX) {
    database_.exec("PRAGMA trusted_schema = OFF");
    check_tables();
    if (const std::string format = about("format"); format != kTableFormat) {
      fail(
          fmt::format("its format is {}, but this version of evonas reads format {}; import it "
                      "again with `evonas table import`",
                      evonas::quoted(format), kTableFormat));
    }
  }

  /// The text that `about` has under `name`.
  std::string about(const std::string& name) const {
    SQLite::Statement query(database_, "SELECT value FROM about WHERE name = ?");
    query.bind(1, name);
    if (!query.executeStep() || !query.getColumn(0).isText()) {
      fail(fmt::format("its table about has no text for {}", name));
    }
    return std::string(text_of(query.getColumn(0)));
  }

  std::vector<TableMetric> metrics() const {
    std::vector<TableMetric> metrics;
    SQLite::Statement query(database_,
                            "SELECT name, unit, direction FROM metric ORDER BY position LIMIT " +
                                std::to_string(kMostTableMetrics + 1));
    while (query.executeStep()) {
      const std::string direction(text_of(query.getColumn(2)));
      const std::optional<Direction> known = direction_of(direction);
      if (!known) {
        fail(fmt::format("the direction of a metric is {}, expected maximize, minimize or nothing",
                         evonas::quoted(direction)));
      }
      metrics.push_back({.name = std::string(text_of(query.getColumn(0))),
                         .unit = std::string(text_of(query.getColumn(1))),
                         .direction = *known});
    }
    check_metric_names(name_, metrics);
    return metrics;
  }

  /// Calls `on_row(genotype, key)` for each row in order and fills `columns`, one for each metric.
  template <class OnRow>
  void rows(const spaces::AnySpace& space, std::span<const TableMetric> metrics,
            std::vector<std::vector<double>>& columns, const OnRow& on_row) const {
    std::string sql = "SELECT a.row, a.architecture, a.key";
    for (const TableMetric& metric : metrics) sql += fmt::format(", v.\"{}\"", metric.name);
    SQLite::Statement query(
        database_, sql + " FROM architecture a JOIN value v ON v.row = a.row ORDER BY a.row");
    std::int64_t row = 0;
    for (; query.executeStep(); ++row) {
      if (query.getColumn(0).getInt64() != row) {
        fail(fmt::format("row {} is missing from architecture or value", row));
      }
      read_architecture(space, row, query, on_row);
      for (std::size_t i = 0; i < metrics.size(); ++i) {
        columns[i].push_back(number(query.getColumn(static_cast<int>(i) + 3), row, metrics[i]));
      }
    }
    if (const std::string expected = about("rows"); expected != std::to_string(row)) {
      fail(fmt::format("it has {} rows, but says of itself that it has {}", row,
                       evonas::quoted(expected)));
    }
    if (row == 0) fail("it has no rows");
  }

 private:
  [[noreturn]] void fail(std::string_view what) const {
    throw EvaluationError(fmt::format("the table {} cannot be used: {}", name_, what));
  }

  void check_tables() const {
    for (const char* const table : {"about", "metric", "architecture", "value"}) {
      SQLite::Statement query(database_,
                              "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?");
      query.bind(1, table);
      if (!query.executeStep()) {
        fail(fmt::format("it has no table {}; expected a file that `evonas table import` wrote",
                         table));
      }
    }
  }

  template <class OnRow>
  void read_architecture(const spaces::AnySpace& space, std::int64_t row, SQLite::Statement& query,
                         const OnRow& on_row) const {
    const std::string_view architecture = text_of(query.getColumn(1));
    spaces::Genotype genotype;
    Key key;
    try {
      genotype = space.parse(architecture);
      key = space.key(genotype);
    } catch (const spaces::SpaceError& error) {
      fail(fmt::format("row {}: {}", row, error.what()));
    }
    // Stored for people and other programs; a difference tells damage or an older definition.
    if (const std::string_view stored = text_of(query.getColumn(2)); stored != key.hex()) {
      fail(
          fmt::format("row {} has the key {}, but the key of {} is {}; import it again with "
                      "`evonas table import`",
                      row, evonas::quoted(stored), evonas::quoted(architecture, 160), key.hex()));
    }
    if (!on_row(std::move(genotype), key)) {
      fail(fmt::format("row {}: the architecture {} is there twice", row,
                       evonas::quoted(architecture, 160)));
    }
  }

  double number(const SQLite::Column& column, std::int64_t row, const TableMetric& metric) const {
    const int type = column.getType();
    if (type == SQLite::Null) return kMissing;
    const double value = column.getDouble();
    if ((type != SQLite::FLOAT && type != SQLite::INTEGER) || !std::isfinite(value)) {
      fail(fmt::format("row {}: the value of {} is {}, expected a finite number or NULL", row,
                       metric.name, evonas::quoted(text_of(column))));
    }
    return value;
  }

  std::string name_;
  SQLite::Database database_;
};

}  // namespace

BenchmarkTable BenchmarkTable::open(const std::filesystem::path& file,
                                    const spaces::AnySpace& space) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored)) {
    throw EvaluationError(fmt::format(
        "there is no table file {}; write one with `evonas table import`", file.string()));
  }
  BenchmarkTable table;
  table.file_ = file;
  try {
    const TableReader reader(file);
    if (const std::string name = reader.about("space"); name != space.name()) {
      throw EvaluationError(fmt::format("the table {} is for the space {}, not for {}",
                                        file.string(), evonas::quoted(name), space.name()));
    }
    table.metrics_ = reader.metrics();
    std::vector<std::vector<double>> columns(table.metrics_.size());
    reader.rows(space, table.metrics_, columns, [&](spaces::Genotype genotype, const Key& key) {
      const std::size_t row = table.genotypes_.size();
      table.rows_by_key_.try_emplace(key, row);
      table.genotypes_.push_back(genotype);
      return table.rows_.try_emplace(std::move(genotype), row).second;
    });
    for (std::size_t i = 0; i < columns.size(); ++i) {
      table.values_[table.metrics_[i].name] = std::move(columns[i]);
    }
  } catch (const SQLite::Exception& error) {
    throw EvaluationError(fmt::format(
        "the table {} cannot be read: {}; is it a file that `evonas table import` wrote, whole and "
        "undamaged?",
        file.string(), error.what()));
  }
  return table;
}

const TableMetric& BenchmarkTable::metric(const std::string& name) const {
  std::vector<std::string> names;
  for (const TableMetric& metric : metrics_) {
    if (metric.name == name) return metric;
    names.push_back(metric.name);
  }
  const std::string guess = nearest_name(name, names);
  throw EvaluationError(
      fmt::format("the table {} has no metric {}{}", file_.string(), evonas::quoted(name),
                  guess.empty() ? fmt::format("; it has {}", fmt::join(names, ", "))
                                : fmt::format("; did you mean {}?", guess)));
}

std::optional<std::size_t> BenchmarkTable::find(const spaces::Genotype& genotype,
                                                const Key& key) const {
  if (const auto row = rows_.find(genotype); row != rows_.end()) return row->second;
  if (const auto row = rows_by_key_.find(key); row != rows_by_key_.end()) return row->second;
  return std::nullopt;
}

std::span<const double> BenchmarkTable::values(const std::string& name) const {
  return values_.at(metric(name).name);
}

BenchmarkTable::Optimum BenchmarkTable::best(const std::string& name, Direction direction) const {
  if (direction == Direction::Unspecified) direction = metric(name).direction;
  if (direction == Direction::Unspecified) {
    throw EvaluationError(fmt::format(
        "the table {} does not say whether {} is to be maximized or minimized; import it with "
        "{}=COLUMN:UNIT:maximize or :minimize",
        file_.string(), name, name));
  }
  std::optional<Optimum> best;
  const std::span<const double> column = values(name);
  for (std::size_t row = 0; row < column.size(); ++row) {
    const double value = column[row];
    if (std::isnan(value)) continue;
    const bool better =
        !best || (direction == Direction::Maximize ? value > best->value : value < best->value);
    if (better) best = {.row = row, .value = value};
  }
  if (!best) {
    throw EvaluationError(
        fmt::format("the table {} has no value of {} in any row", file_.string(), name));
  }
  return *best;
}

}  // namespace evonas::evaluation
