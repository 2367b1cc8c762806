#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <system_error>
#include <unordered_map>

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/nearest_name.hpp"
#include "base/quoted.hpp"
#include "evaluation/table/benchmark_table.hpp"
#include "evaluation/table/csv.hpp"
#include "evaluation/table/table_file.hpp"

namespace evonas::evaluation {
namespace {

/// A file under construction beside `target`; removed unless it was moved there.
class PartialFile {
 public:
  explicit PartialFile(std::filesystem::path target)
      : target_(std::move(target)), path_(target_.string() + ".partial") {
    remove();
  }
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;
  ~PartialFile() { remove(); }

  const std::filesystem::path& path() const { return path_; }

  void move_to_target() const {
    std::error_code error;
    std::filesystem::rename(path_, target_, error);
    if (error) {
      throw EvaluationError(
          fmt::format("cannot write the table {}: {}", target_.string(), error.message()));
    }
  }

 private:
  void remove() const {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }

  std::filesystem::path target_;
  std::filesystem::path path_;
};

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

/// The number that a field spells; NaN where it says that there is none, nothing where it is no
/// finite number. Independent of the locale.
std::optional<double> number_of(std::string_view field) {
  if (field.empty() || lower_case(field) == "nan") return std::numeric_limits<double>::quiet_NaN();
  if (field.starts_with('+') && !field.starts_with("+-")) field.remove_prefix(1);
  double value = 0.0;
  const char* const last = field.data() + field.size();
  const auto [end, error] = std::from_chars(field.data(), last, value);
  if (error != std::errc{} || end != last || !std::isfinite(value)) return std::nullopt;
  return value;
}

/// Writes the rows of one CSV file into a new database.
class Importer {
 public:
  Importer(const spaces::AnySpace& space, const std::filesystem::path& csv,
           const std::string& architecture_column, std::span<const ImportedMetric> metrics,
           const std::filesystem::path& file)
      : space_(space),
        csv_(csv),
        architecture_column_(architecture_column),
        metrics_(metrics),
        database_(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE) {
    // Nobody sees the file before it is complete, so it needs no journal.
    database_.exec("PRAGMA journal_mode = OFF");
    transaction_.emplace(database_);
    create_schema();
  }

  void header(std::span<const std::string> columns) {
    architecture_ = column_of(columns, architecture_column_);
    for (const ImportedMetric& metric : metrics_) {
      columns_.push_back(column_of(columns, metric.column));
    }
  }

  void row(std::span<const std::string> fields, std::size_t line) {
    const std::string& architecture = fields[architecture_];
    const auto index = static_cast<std::int64_t>(summary_.rows);
    const spaces::Genotype genotype = parse(architecture, line);
    const auto [earlier, is_new] = lines_.try_emplace(genotype, line);
    if (!is_new) {
      fail(line, fmt::format("the architecture {} is on line {} too; keep one of them",
                             evonas::quoted(architecture, 160), earlier->second));
    }
    insert_architecture_->bind(1, index);
    insert_architecture_->bind(2, space_.format(genotype));
    insert_architecture_->bind(3, space_.key(genotype).hex());
    run(*insert_architecture_);
    insert_values_->bind(1, index);
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const std::string& field = fields[columns_[i]];
      const std::optional<double> value = number_of(field);
      if (!value) {
        fail(line, fmt::format("column {}: {} is not a finite number; leave the field empty where "
                               "there is no value",
                               evonas::quoted(metrics_[i].column), evonas::quoted(field)));
      }
      const int parameter = static_cast<int>(i) + 2;
      if (std::isnan(*value)) {
        insert_values_->bind(parameter);
        ++summary_.missing_values;
      } else {
        insert_values_->bind(parameter, *value);
      }
    }
    run(*insert_values_);
    ++summary_.rows;
  }

  ImportSummary finish() {
    if (summary_.rows == 0) {
      throw EvaluationError(
          fmt::format("{} has no rows below its line of column names", csv_.string()));
    }
    about("rows", std::to_string(summary_.rows));
    transaction_->commit();
    return summary_;
  }

 private:
  [[noreturn]] void fail(std::size_t line, std::string_view what) const {
    throw EvaluationError(fmt::format("{}, line {}: {}", csv_.string(), line, what));
  }

  void create_schema() {
    database_.exec(
        "CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL);"
        "CREATE TABLE metric (position INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
        " unit TEXT NOT NULL, direction TEXT NOT NULL, source_column TEXT NOT NULL);"
        "CREATE TABLE architecture (row INTEGER PRIMARY KEY, architecture TEXT NOT NULL,"
        " key TEXT NOT NULL)");
    about("format", std::string(kTableFormat));
    about("space", space_.name());
    about("source", csv_.filename().string());
    about("source_column", architecture_column_);
    std::string columns;
    std::string places;
    SQLite::Statement insert(database_, "INSERT INTO metric VALUES (?, ?, ?, ?, ?)");
    for (std::size_t i = 0; i < metrics_.size(); ++i) {
      const TableMetric& metric = metrics_[i].metric;
      columns += fmt::format(", \"{}\" REAL", metric.name);
      places += ", ?";
      insert.bind(1, static_cast<std::int64_t>(i));
      insert.bind(2, metric.name);
      insert.bind(3, metric.unit);
      insert.bind(4, to_string(metric.direction));
      insert.bind(5, metrics_[i].column);
      run(insert);
    }
    database_.exec("CREATE TABLE value (row INTEGER PRIMARY KEY" + columns + ")");
    insert_architecture_.emplace(database_, "INSERT INTO architecture VALUES (?, ?, ?)");
    insert_values_.emplace(database_, "INSERT INTO value VALUES (?" + places + ")");
  }

  void about(const std::string& name, const std::string& value) {
    SQLite::Statement insert(database_, "INSERT INTO about VALUES (?, ?)");
    insert.bind(1, name);
    insert.bind(2, value);
    run(insert);
  }

  static void run(SQLite::Statement& statement) {
    statement.exec();
    statement.reset();
  }

  std::size_t column_of(std::span<const std::string> columns, const std::string& name) const {
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (columns[i] != name) continue;
      if (found) {
        fail(1, fmt::format("the columns {} and {} are both called {}; rename one of them",
                            *found + 1, i + 1, evonas::quoted(name)));
      }
      found = i;
    }
    if (found) return *found;
    const std::string guess = nearest_name(name, columns);
    fail(1, fmt::format("there is no column {}; {}", evonas::quoted(name),
                        guess.empty() ? known(columns)
                                      : fmt::format("did you mean {}?", evonas::quoted(guess))));
  }

  static std::string known(std::span<const std::string> columns) {
    constexpr std::size_t kShown = 20;
    std::string names;
    for (std::size_t i = 0; i < columns.size() && i < kShown; ++i) {
      names += (i == 0 ? "" : ", ") + evonas::quoted(columns[i]);
    }
    return fmt::format("it has {} columns: {}{}", columns.size(), names,
                       columns.size() > kShown ? ", ..." : "");
  }

  spaces::Genotype parse(const std::string& architecture, std::size_t line) const {
    try {
      return space_.parse(architecture);
    } catch (const spaces::SpaceError& error) {
      fail(line, fmt::format("column {}: {}", evonas::quoted(architecture_column_), error.what()));
    }
  }

  const spaces::AnySpace& space_;
  const std::filesystem::path& csv_;
  const std::string& architecture_column_;
  std::span<const ImportedMetric> metrics_;
  SQLite::Database database_;
  std::optional<SQLite::Transaction> transaction_;
  std::optional<SQLite::Statement> insert_architecture_;
  std::optional<SQLite::Statement> insert_values_;
  std::size_t architecture_ = 0;      // positions in a row of the CSV file
  std::vector<std::size_t> columns_;  // one for each metric
  std::unordered_map<spaces::Genotype, std::size_t> lines_;
  ImportSummary summary_;
};

void check_paths(const std::filesystem::path& csv, const std::filesystem::path& out) {
  std::error_code ignored;
  if (std::filesystem::is_directory(out, ignored)) {
    throw EvaluationError(
        fmt::format("cannot write the table {}: it is a folder; name a file", out.string()));
  }
  if (std::filesystem::equivalent(csv, out, ignored)) {
    throw EvaluationError(fmt::format(
        "the table would overwrite the CSV file {} that it is made from; name another file",
        csv.string()));
  }
}

}  // namespace

ImportedMetric ImportedMetric::parse(std::string_view text) {
  const auto fail = [&](std::string_view what) {
    throw EvaluationError(
        fmt::format("the metric {} {}; expected NAME=COLUMN[:UNIT[:maximize|minimize]]",
                    evonas::quoted(text), what));
  };
  ImportedMetric result;
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) fail("has no '='");
  result.metric.name = text.substr(0, equals);
  std::string_view rest = text.substr(equals + 1);
  if (std::ranges::count(rest, ':') > 2) fail("has more than three parts after the '='");
  const auto take_part = [&rest] {
    const std::string_view part = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(rest.size(), part.size() + 1));
    return part;
  };
  result.column = take_part();
  if (result.column.empty()) fail("names no column");
  result.metric.unit = take_part();
  const std::optional<Direction> direction = direction_of(take_part());
  if (!direction) fail("has a direction that is neither maximize nor minimize");
  result.metric.direction = *direction;
  check_metric_names(fmt::format("the metric {}", evonas::quoted(text)), {&result.metric, 1});
  return result;
}

ImportSummary import_table(const spaces::AnySpace& space, const std::filesystem::path& csv,
                           const std::string& architecture_column,
                           std::span<const ImportedMetric> metrics,
                           const std::filesystem::path& out) {
  std::vector<TableMetric> names;
  for (const ImportedMetric& metric : metrics) names.push_back(metric.metric);
  check_metric_names("the metrics to import", names);
  check_paths(csv, out);
  const PartialFile partial(out);
  try {
    Importer importer(space, csv, architecture_column, metrics, partial.path());
    read_csv(
        csv, [&](std::span<const std::string> columns) { importer.header(columns); },
        [&](std::span<const std::string> fields, std::size_t line) { importer.row(fields, line); });
    const ImportSummary summary = importer.finish();
    partial.move_to_target();
    return summary;
  } catch (const SQLite::Exception& error) {
    throw EvaluationError(fmt::format("cannot write the table {}: {}", out.string(), error.what()));
  }
}

}  // namespace evonas::evaluation
