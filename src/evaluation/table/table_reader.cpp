#include "evaluation/table/table_reader.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <system_error>

#include <fmt/format.h>
#include <sqlite3.h>

#include "base/quoted.hpp"
#include "base/scratch_folder.hpp"
#include "evaluation/table/builtin_tables.hpp"
#include "evaluation/table/cells.hpp"
#include "evaluation/table/metric_name.hpp"
#include "evaluation/table/table_file.hpp"

namespace evonas::evaluation {
namespace {

// Row numbers are kept in 32 bits.
constexpr std::size_t kMostRows = std::numeric_limits<std::int32_t>::max();

std::string_view text_of(const SQLite::Column& column) {
  const char* const text = column.getText();  // before getBytes(), which it makes valid
  return {text, static_cast<std::size_t>(column.getBytes())};
}

std::string_view bytes_of(const SQLite::Column& column) {
  const void* const bytes = column.getBlob();
  const auto size = static_cast<std::size_t>(column.getBytes());
  return bytes == nullptr ? std::string_view{}
                          : std::string_view{static_cast<const char*>(bytes), size};
}

/// The number of `width` bytes at `at`, lowest byte first.
std::uint32_t little_endian(std::string_view bytes, std::size_t at, std::size_t width) {
  std::uint32_t number = 0;
  for (std::size_t i = width; i-- > 0;) {
    number = number << 8U | static_cast<unsigned char>(bytes[at + i]);
  }
  return number;
}

std::uint64_t big_endian(std::string_view bytes, std::size_t at) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    number = number << 8U | static_cast<unsigned char>(bytes[at + i]);
  }
  return number;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    lines.emplace_back(text.substr(0, text.find('\n')));
    text.remove_prefix(std::min(text.size(), lines.back().size() + 1));
  }
  return lines;
}

}  // namespace

void TableReader::fail(std::string_view what) const {
  throw EvaluationError(fmt::format("the table {} cannot be used: {}", name_, what));
}

template <class Read>
auto TableReader::guarded(const Read& read) const {
  try {
    return read();
  } catch (const SQLite::Exception& error) {
    fail(fmt::format("{}; is it a file that `evonas table import` wrote, whole and undamaged?",
                     error.what()));
  }
}

TableReader::TableReader(const std::filesystem::path& file) : name_(file.string()) {
  if (!name_.starts_with(kBuiltinTable)) {
    open(file);
    return;
  }
  // What is open stays readable when its name is gone.
  const ScratchFolder folder;
  const std::filesystem::path written = folder.path() / "table.sqlite";
  write_builtin_table(name_, written);
  open(written);
}

void TableReader::open(const std::filesystem::path& file) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored)) {
    throw EvaluationError(fmt::format(
        "there is no table file {}; write one with `evonas table import`", file.string()));
  }
  const Seal seal = check_seal(file);
  if (seal == Seal::Broken) {
    fail(
        "its bytes are not those that were imported: the file is damaged, cut off, or was altered; "
        "import it again with `evonas table import`");
  }
  guarded([&] {
    database_.emplace(file.string(), SQLite::OPEN_READONLY | SQLite::OPEN_NOMUTEX);
    database_->exec("PRAGMA trusted_schema = OFF");
    // Nothing in it is longer than it.
    constexpr std::uintmax_t kShortLimit = 100'000;
    constexpr std::uintmax_t kLongLimit = 1'000'000'000;
    sqlite3_limit(
        database_->getHandle(), SQLITE_LIMIT_LENGTH,
        static_cast<int>(std::clamp(std::filesystem::file_size(file), kShortLimit, kLongLimit)));
    const bool is_table = database_->tableExists("about");
    if (const std::string format = is_table ? about("format") : ""; format != kTableFormat) {
      if (!is_table) fail("expected a file that `evonas table import` wrote");
      fail(
          fmt::format("its format is {}, but this version of evonas reads format {}; import it "
                      "again with `evonas table import`",
                      evonas::quoted(format), kTableFormat));
    }
    if (seal != Seal::Whole) fail("expected a file that `evonas table import` wrote");
    for (const std::string_view table : kTableSchema) check_schema(table);
    return true;
  });
}

void TableReader::check_schema(std::string_view table) const {
  SQLite::Statement query(*database_, "SELECT count(*) FROM sqlite_schema WHERE sql = ?");
  query.bind(1, std::string(table));
  if (query.executeStep() && query.getColumn(0).getInt() == 1) return;
  fail(fmt::format("it lacks `{}...`; import it again with `evonas table import`",
                   table.substr(0, table.find('('))));
}

std::string TableReader::about(const std::string& name) const {
  SQLite::Statement query(*database_, "SELECT value FROM about WHERE name = ?");
  query.bind(1, name);
  if (!query.executeStep() || !query.getColumn(0).isText()) {
    fail(fmt::format("its table about has no text for {}", name));
  }
  return std::string(text_of(query.getColumn(0)));
}

TableAbout TableReader::about() const {
  return guarded([&] {
    const std::string rows = about("rows");
    TableAbout result{.space = about("space"),
                      .space_options = lines_of(about("space_options")),
                      .source_file = about("source_file"),
                      .source_checksum = about("source_checksum"),
                      .source = about("source"),
                      .licence = about("licence"),
                      .command = about("command")};
    const char* const end = rows.data() + rows.size();
    const auto [rest, error] = std::from_chars(rows.data(), end, result.rows);
    if (error != std::errc{} || rest != end || result.rows < 1 || result.rows > kMostRows) {
      fail(fmt::format("its number of rows is {}, expected from 1 to {}", evonas::quoted(rows),
                       kMostRows));
    }
    return result;
  });
}

std::vector<TableMetric> TableReader::metrics() const {
  std::vector<TableMetric> metrics = guarded([&] {
    std::vector<TableMetric> found;
    SQLite::Statement query(*database_,
                            "SELECT name, unit, direction FROM metric ORDER BY position LIMIT " +
                                std::to_string(kMostTableMetrics + 1));
    while (query.executeStep()) {
      const std::string direction(text_of(query.getColumn(2)));
      const std::optional<Direction> known = direction_of(direction);
      if (!known) {
        fail(fmt::format("the direction of a metric is {}, expected maximize, minimize or nothing",
                         evonas::quoted(direction)));
      }
      found.push_back({.name = std::string(text_of(query.getColumn(0))),
                       .unit = std::string(text_of(query.getColumn(1))),
                       .direction = *known});
    }
    return found;
  });
  check_metric_names("the table " + name_, metrics);
  return metrics;
}

TableIdentity TableReader::identity(std::size_t rows) const {
  return guarded([&] {
    SQLite::Statement query(*database_, "SELECT width, data FROM identity WHERE name = ?");
    const auto read = [&](const std::string& name, std::size_t least, std::size_t most) {
      query.reset();
      query.bind(1, name);
      if (!query.executeStep()) fail(fmt::format("its table identity has no {}", name));
      const std::int64_t width = query.getColumn(0).getInt64();
      if (width < static_cast<std::int64_t>(least) || width > static_cast<std::int64_t>(most)) {
        fail(fmt::format("the width of its {} is {}, expected {} to {}", name, width, least, most));
      }
      return std::pair(static_cast<std::size_t>(width), std::string(bytes_of(query.getColumn(1))));
    };
    const auto expect_size = [&](const std::string& name, std::size_t size, std::size_t expected) {
      if (size == expected) return;
      fail(fmt::format("it has {} bytes of {}, expected {}", size, name, expected));
    };
    TableIdentity result;
    const std::string keys = cells(0, kKeyWidth, rows);
    expect_size("keys", keys.size(), kKeyWidth * rows);
    result.keys.reserve(rows);
    for (std::size_t row = 0; row < rows; ++row) {
      const std::size_t at = kKeyWidth * row;
      result.keys.push_back({big_endian(keys, at), big_endian(keys, at + kKeyWidth / 2)});
    }
    const std::string ends = read("gene_ends", 4, 4).second;
    expect_size("gene_ends", ends.size(), 4 * rows);
    result.gene_ends.reserve(rows);
    for (std::size_t row = 0; row < rows; ++row) {
      result.gene_ends.push_back(little_endian(ends, 4 * row, 4));
      if (row > 0 && result.gene_ends[row] < result.gene_ends[row - 1]) {
        fail(fmt::format("the genes of row {} end before they begin", row));
      }
    }
    const auto [width, genes] = read("genes", 1, 2);
    expect_size("genes", genes.size(), width * result.gene_ends.back());
    result.genes.reserve(result.gene_ends.back());
    for (std::size_t at = 0; at < genes.size(); at += width) {
      const std::uint32_t gene = little_endian(genes, at, width);
      result.genes.push_back(width == 1 ? static_cast<std::int8_t>(gene)
                                        : static_cast<std::int16_t>(gene));
    }
    return result;
  });
}

std::string TableReader::architecture(std::size_t row) const {
  return guarded([&] {
    SQLite::Statement query(*database_, "SELECT architecture FROM row WHERE row = ?");
    query.bind(1, static_cast<std::int64_t>(row));
    if (!query.executeStep()) fail(fmt::format("row {} is missing", row));
    return std::string(text_of(query.getColumn(0)));
  });
}

std::string TableReader::cells(std::size_t column, std::size_t width, std::size_t rows) const {
  const std::size_t last = (rows - 1) / kRowsInPart;
  SQLite::Statement query(*database_, "SELECT data FROM part WHERE id BETWEEN ? AND ? ORDER BY id");
  query.bind(1, part_id(column, 0));
  query.bind(2, part_id(column, last));
  std::string result;
  // A part that is too long would make the whole so; more than that is not kept.
  while (result.size() <= width * rows && query.executeStep())
    result += bytes_of(query.getColumn(0));
  return result;
}

std::vector<double> TableReader::values(const TableMetric& metric, std::size_t rows) const {
  return guarded([&] {
    SQLite::Statement query(*database_,
                            "SELECT position, width, single_precision FROM metric WHERE name = ?");
    query.bind(1, metric.name);
    if (!query.executeStep()) fail(fmt::format("the metric {} is missing", metric.name));
    const std::int64_t position = query.getColumn(0).getInt64();
    const std::int64_t width = query.getColumn(1).getInt64();
    std::optional<std::vector<double>> values;
    if (position >= 1 && position <= static_cast<std::int64_t>(kMostTableMetrics) && width >= 1 &&
        width <= static_cast<std::int64_t>(kWidestCell)) {
      const auto bytes = static_cast<std::size_t>(width);
      values = unpack_cells(cells(static_cast<std::size_t>(position), bytes, rows), bytes,
                            query.getColumn(2).getInt() == 1, rows);
    }
    if (!values) {
      fail(fmt::format("the values of {} are not {} finite numbers or blanks of equal width",
                       metric.name, rows));
    }
    return std::move(*values);
  });
}

}  // namespace evonas::evaluation
