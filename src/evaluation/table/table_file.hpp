#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "evaluation/table/benchmark_table.hpp"

namespace evonas::evaluation {

/// What the writer and the reader of table files agree on; nobody else includes this. The schema is
/// described at BenchmarkTable.

inline constexpr std::string_view kTableFormat = "1";

/// A metric becomes a column of SQLite, and stands in formulas such as `latency_ms <= 4`.
inline constexpr std::size_t kMostTableMetrics = 1000;

/// Throws EvaluationError beginning with `place` unless every name is a letter or underscore
/// followed by letters, digits and underscores, is not the taken word `row`, and occurs once (upper
/// and lower case taken as equal, as SQLite does).
void check_metric_names(std::string_view place, std::span<const TableMetric> metrics);

/// "maximize", "minimize" or nothing.
std::string to_string(Direction direction);
/// Reverse of to_string(); nothing for another word.
std::optional<Direction> direction_of(std::string_view word);

}  // namespace evonas::evaluation
