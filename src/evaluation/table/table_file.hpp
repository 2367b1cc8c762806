#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/key.hpp"
#include "evaluation/table/benchmark_table.hpp"

namespace evonas::evaluation {

/// What the writer and the reader of table files agree on; besides them only tests include this.
/// The schema is described at BenchmarkTable.

inline constexpr std::string_view kTableFormat = "2";

/// What SQLite's header names the format of the file by (`PRAGMA application_id`): "EvNT".
inline constexpr std::int32_t kTableApplication = 0x45764e54;

/// The tables of the file. The reader takes no others for them: SQLite would compute a view, or a
/// column with an expression, from what little a hostile file says.
inline constexpr std::array<std::string_view, 5> kTableSchema = {
    "CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE metric (position INTEGER PRIMARY KEY, name TEXT NOT NULL, quantity TEXT NOT NULL,"
    " epochs INTEGER, seed INTEGER, unit TEXT NOT NULL, direction TEXT NOT NULL,"
    " source_columns TEXT NOT NULL, single_precision INTEGER NOT NULL, width INTEGER NOT NULL)",
    "CREATE TABLE part (id INTEGER PRIMARY KEY, data BLOB NOT NULL)",
    "CREATE TABLE row (row INTEGER PRIMARY KEY, architecture TEXT NOT NULL)",
    "CREATE TABLE identity (name TEXT PRIMARY KEY, width INTEGER NOT NULL, data BLOB NOT NULL)"};

inline constexpr std::size_t kMostTableMetrics = 1000;

/// Columns are kept in parts of so many rows: SQL copies a whole part to read one cell.
inline constexpr std::size_t kRowsInPart = 100;

/// Where in `part` the rows from `kRowsInPart * part` of a column are. Column 0 are the keys, the
/// others the metrics by position.
constexpr std::int64_t part_id(std::size_t column, std::size_t part) {
  return static_cast<std::int64_t>(column << 32U | part);
}

inline constexpr std::size_t kKeyWidth = 16;

/// Throws EvaluationError beginning with `place` unless every name is one that MetricName reads,
/// is none of the taken words row, architecture and key, and occurs once (upper and lower case
/// taken as equal, as SQLite does).
void check_metric_names(std::string_view place, std::span<const TableMetric> metrics);

/// "maximize", "minimize" or nothing.
std::string to_string(Direction direction);
/// Reverse of to_string(); nothing for another word.
std::optional<Direction> direction_of(std::string_view word);

/// The key of all bytes of a file. Throws EvaluationError where it cannot be read.
Key checksum_of(const std::filesystem::path& file);

/// Writes the checksum of all other bytes of a finished table file into its header (where `PRAGMA
/// user_version` stands) and waits for the disk. Throws EvaluationError.
void seal_table_file(const std::filesystem::path& file);

enum class Seal { NoTable, Broken, Whole };

/// Whether a file begins as a table file of this format does, and all of its bytes are those that
/// were sealed. Throws EvaluationError where it cannot be read.
Seal check_seal(const std::filesystem::path& file);

}  // namespace evonas::evaluation
