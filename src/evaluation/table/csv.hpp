#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace evonas::evaluation {

/// Reads a CSV file (RFC 4180; plain or gzip by content; with or without byte order mark; any line
/// ends) with one header line, row by row, in constant memory. `on_header` receives the column
/// names, `on_row` the fields of each row and the number of the line where it begins (the header is
/// line 1). Blank lines are skipped, and so are blanks around unquoted fields. What the functions
/// throw passes through.
///
/// Throws EvaluationError naming file and line for an unreadable, truncated or empty file, for a
/// row whose number of fields differs from the header's, for a misplaced or open quote, a zero
/// byte, a field of more than 65,536 bytes and a header of more than 4,096 columns.
void read_csv(
    const std::filesystem::path& file,
    const std::function<void(std::span<const std::string> columns)>& on_header,
    const std::function<void(std::span<const std::string> fields, std::size_t line)>& on_row);

}  // namespace evonas::evaluation
