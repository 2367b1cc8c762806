#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/key.hpp"
#include "evaluation/evaluator.hpp"
#include "search/sealed_database.hpp"
#include "spaces/genotype.hpp"

/// The tables of a run store, and values as their cells: what RunStore shares with nobody else.
namespace evonas::search {

/// Versions of the tables of a run.
inline constexpr Formats kRunFormats{.oldest = 2, .newest = 6};

std::vector<Table> run_tables();

Cell real_cell(const std::optional<double>& value);
Cell whole_cell(const std::optional<std::uint64_t>& value);
/// Numbers with blanks between, "-" for one that is not there.
std::string format_reals(const std::vector<std::optional<double>>& values);
/// The number that a whole text spells.
std::optional<double> parse_real(std::string_view text);

/// Reads cells of one row of one table. Throws SearchError, naming the place, where one is not as
/// it should be. Refers to its arguments.
class RowReader {
 public:
  RowReader(const std::filesystem::path& file, const char* table, const Row& row)
      : file_(file), table_(table), row_(row) {}

  std::uint64_t whole(std::size_t column) const;
  std::optional<std::uint64_t> optional_whole(std::size_t column) const;
  double real(std::size_t column) const;
  std::optional<double> optional_real(std::size_t column) const;
  const std::string& text(std::size_t column) const;
  /// From three columns.
  evaluation::Measurement measurement(std::size_t column) const;
  spaces::Genotype genotype(std::size_t column) const;
  Key key(std::size_t column) const;
  /// The reverse of format_reals().
  std::vector<std::optional<double>> reals(std::size_t column) const;

 private:
  [[noreturn]] void fail(std::size_t column, const char* expected) const;

  const std::filesystem::path& file_;
  const char* table_;
  const Row& row_;
};

}  // namespace evonas::search
