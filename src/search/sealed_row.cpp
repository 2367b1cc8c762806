#include "search/sealed_row.hpp"

#include <algorithm>
#include <bit>
#include <iterator>
#include <variant>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sqlite3.h>

namespace evonas::search {
namespace {

Cell read_cell(const SQLite::Column& column) {
  switch (column.getType()) {
    case SQLITE_INTEGER:
      return column.getInt64();
    case SQLITE_FLOAT:
      return column.getDouble();
    case SQLITE_NULL:
      return std::monostate();
    default:
      return column.getString();
  }
}

}  // namespace

Key checksum_of(const std::string& table, const Row& row) {
  // Type and length are part of the text, so that no two rows share one.
  std::string text = table;
  auto out = std::back_inserter(text);
  for (const Cell& cell : row) {
    if (const auto* number = std::get_if<std::int64_t>(&cell)) {
      fmt::format_to(out, "|i{}", *number);
    } else if (const auto* real = std::get_if<double>(&cell)) {
      fmt::format_to(out, "|r{:016x}", std::bit_cast<std::uint64_t>(*real));
    } else if (const auto* string = std::get_if<std::string>(&cell)) {
      fmt::format_to(out, "|t{}:{}", string->size(), *string);
    } else {
      fmt::format_to(out, "|n");
    }
  }
  return Key::of(text);
}

Key parse_checksum(const std::string& hex) {
  Key key;
  for (std::size_t i = 0; i < hex.size() && i < 32; ++i) {
    const char c = hex[i];
    const auto digit = static_cast<std::uint64_t>(c >= 'a' ? c - 'a' + 10 : c - '0') & 15U;
    std::uint64_t& half = i < 16 ? key.high : key.low;
    half = half << 4U | digit;
  }
  return key;
}

void bind_row(SQLite::Statement& statement, const Row& row) {
  int position = 0;
  for (const Cell& cell : row) {
    ++position;
    if (const auto* number = std::get_if<std::int64_t>(&cell)) {
      statement.bind(position, *number);
    } else if (const auto* real = std::get_if<double>(&cell)) {
      statement.bind(position, *real);
    } else if (const auto* text = std::get_if<std::string>(&cell)) {
      statement.bind(position, *text);
    } else {
      statement.bind(position);
    }
  }
}

Row read_row(SQLite::Statement& statement, std::size_t width) {
  Row row;
  row.reserve(width);
  for (std::size_t i = 0; i < width; ++i) {
    row.push_back(read_cell(statement.getColumn(static_cast<int>(i))));
  }
  return row;
}

std::string describe_key(const Row& row, std::size_t key_columns) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < std::min(key_columns, row.size()); ++i) {
    if (const auto* number = std::get_if<std::int64_t>(&row[i])) {
      parts.push_back(fmt::format("{}", *number));
    } else if (const auto* text = std::get_if<std::string>(&row[i])) {
      parts.push_back(*text);
    } else {
      parts.emplace_back("?");
    }
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace evonas::search
