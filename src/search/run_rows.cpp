#include "search/run_rows.hpp"

#include <algorithm>
#include <charconv>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "base/split.hpp"
#include "search/problem.hpp"

namespace evonas::search {
namespace {

template <class Number>
std::optional<Number> parse_number(std::string_view text, int base = 10) {
  Number number{};
  const char* end = text.data() + text.size();
  const auto result = [&] {
    if constexpr (std::is_floating_point_v<Number>) {
      return std::from_chars(text.data(), end, number);
    } else {
      return std::from_chars(text.data(), end, number, base);
    }
  }();
  if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return number;
}

}  // namespace

std::vector<Table> run_tables() {
  const std::string evaluation = "evaluation INTEGER NOT NULL";
  const std::string source = "source TEXT NOT NULL";
  return {
      {"manifest", {"name TEXT NOT NULL", "value TEXT NOT NULL"}},
      {"ask",
       {"generation INTEGER NOT NULL", "asked INTEGER NOT NULL", "proposed INTEGER NOT NULL"}},
      {"evaluation",
       {"number INTEGER NOT NULL", "generation INTEGER NOT NULL", "genotype TEXT NOT NULL",
        "architecture TEXT NOT NULL", "key TEXT NOT NULL"}},
      {.name = "screening", .columns = {evaluation, "rung INTEGER NOT NULL"}, .since = 4},
      {.name = "origin",
       .columns = {evaluation, "operator TEXT NOT NULL", "parent INTEGER", "other_parent INTEGER",
                   "generations INTEGER NOT NULL"},
       .since = 3},
      {"forecast",
       {evaluation, "metric TEXT NOT NULL", "value REAL NOT NULL", "low REAL", "high REAL"},
       2},
      {"outcome", {evaluation, source, "failure TEXT NOT NULL", "seconds REAL NOT NULL"}, 2},
      {"measurement",
       {evaluation, source, "metric TEXT NOT NULL", "value REAL NOT NULL", "low REAL", "high REAL"},
       3},
      {.name = "by_epoch",
       .columns = {evaluation, source, "epoch INTEGER NOT NULL", "metric TEXT NOT NULL",
                   "value REAL NOT NULL"},
       .key_columns = 4,
       .since = 6},
      {.name = "completion",
       .columns = {"place INTEGER NOT NULL", evaluation, "asks INTEGER NOT NULL"},
       .since = 5},
      {.name = "importance",
       .columns = {"metric TEXT NOT NULL", "gene INTEGER NOT NULL", "share REAL NOT NULL"},
       .key_columns = 2,
       .since = 3},
      {"generation",
       {"generation INTEGER NOT NULL", "evaluations INTEGER NOT NULL", "failures INTEGER NOT NULL",
        "feasible INTEGER NOT NULL", "front_size INTEGER NOT NULL", "best TEXT NOT NULL",
        "hypervolume REAL NOT NULL", "seconds REAL NOT NULL"}},
      {"final",
       {"number INTEGER NOT NULL", "metric TEXT NOT NULL", "architecture TEXT NOT NULL",
        "value REAL NOT NULL", "low REAL", "high REAL"},
       2},
  };
}

Cell real_cell(const std::optional<double>& value) {
  // SQLite keeps no sign of zero.
  return value ? Cell(*value + 0.0) : Cell(std::monostate());
}

Cell whole_cell(const std::optional<std::uint64_t>& value) {
  return value ? Cell(static_cast<std::int64_t>(*value)) : Cell(std::monostate());
}

std::string format_reals(const std::vector<std::optional<double>>& values) {
  std::string text;
  for (const std::optional<double>& value : values) {
    if (!text.empty()) text += ' ';
    text += value ? fmt::format("{}", *value) : "-";
  }
  return text;
}

std::optional<double> parse_real(std::string_view text) { return parse_number<double>(text); }

std::uint64_t RowReader::whole(std::size_t column) const {
  const auto* value = std::get_if<std::int64_t>(&row_[column]);
  if (value == nullptr || *value < 0) fail(column, "a whole number from 0");
  return static_cast<std::uint64_t>(*value);
}

std::optional<std::uint64_t> RowReader::optional_whole(std::size_t column) const {
  if (std::holds_alternative<std::monostate>(row_[column])) return std::nullopt;
  return whole(column);
}

double RowReader::real(std::size_t column) const {
  const auto* value = std::get_if<double>(&row_[column]);
  if (value == nullptr) fail(column, "a number");
  return *value;
}

std::optional<double> RowReader::optional_real(std::size_t column) const {
  if (std::holds_alternative<std::monostate>(row_[column])) return std::nullopt;
  return real(column);
}

const std::string& RowReader::text(std::size_t column) const {
  const auto* value = std::get_if<std::string>(&row_[column]);
  if (value == nullptr) fail(column, "a text");
  return *value;
}

evaluation::Measurement RowReader::measurement(std::size_t column) const {
  return {real(column), optional_real(column + 1), optional_real(column + 2)};
}

spaces::Genotype RowReader::genotype(std::size_t column) const {
  std::vector<spaces::Genotype::Gene> genes;
  for (const std::string_view part : split(text(column), ',')) {
    const auto gene = parse_number<spaces::Genotype::Gene>(part);
    if (!gene) fail(column, "whole numbers with commas between");
    genes.push_back(*gene);
  }
  return spaces::Genotype(std::move(genes));
}

Key RowReader::key(std::size_t column) const {
  const std::string_view hex = text(column);
  const auto high = parse_number<std::uint64_t>(hex.substr(0, 16), 16);
  const auto low = parse_number<std::uint64_t>(hex.size() < 16 ? "" : hex.substr(16), 16);
  if (hex.size() != 32 || !high || !low) fail(column, "32 hexadecimal digits");
  return {*high, *low};
}

std::vector<std::optional<double>> RowReader::reals(std::size_t column) const {
  std::vector<std::optional<double>> values;
  if (text(column).empty()) return values;
  for (const std::string_view part : split(text(column), ' ')) {
    values.push_back(part == "-" ? std::nullopt : parse_real(part));
    if (part != "-" && !values.back()) fail(column, "numbers with spaces between");
  }
  return values;
}

void RowReader::fail(std::size_t column, const char* expected) const {
  throw SearchError(
      fmt::format("{}, table {}, column {} of a row: expected {}; the file is damaged, `evonas "
                  "verify` names the rows",
                  file_.string(), table_, column + 1, expected));
}

}  // namespace evonas::search
