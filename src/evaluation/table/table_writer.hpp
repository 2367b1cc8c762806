#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

#include "base/key_index.hpp"
#include "evaluation/table/benchmark_table.hpp"
#include "evaluation/table/cells.hpp"

namespace evonas::evaluation {

/// A file under construction beside `target`; removed unless it was moved there, so that what was
/// there before stays untouched by a failure.
class PartialFile {
 public:
  /// Makes the folder of `target` where it is missing. Throws EvaluationError where it cannot,
  /// where `target` is a folder, or is `source`, which it is made from.
  PartialFile(const std::filesystem::path& source, std::filesystem::path target);
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;
  ~PartialFile() { remove(); }

  const std::filesystem::path& path() const { return path_; }
  void move_to_target() const;

 private:
  void remove() const;

  std::filesystem::path target_;
  std::filesystem::path path_;
};

/// How complaints name what rows are made from.
struct RowSource {
  std::string file;
  /// Begins a complaint about an architecture text, such as "column 'arch': "; may be empty.
  std::string architecture;
  /// Where row number `row` is: "line 5".
  std::function<std::string(std::size_t row)> place;
};

/// Writes a new table file (its schema stands at BenchmarkTable): first all rows, then all metrics.
/// SQLite's exceptions pass through.
class TableWriter {
 public:
  TableWriter(const spaces::AnySpace& space, const std::filesystem::path& file, RowSource source);

  std::size_t rows() const { return genotypes_.size(); }

  /// Appends rows; parses on the threads of the arena that the caller is in. Throws EvaluationError
  /// for the first text that the space does not accept or that an earlier row has.
  void add_rows(std::span<const std::string> architectures);

  /// A metric with a cell for each row.
  void add_metric(const TableMetric& metric, const std::string& source_columns,
                  const CellColumn& cells, bool single_precision);

  /// Writes what is left and seals the file. `about.rows` and `about.space` are filled in.
  void finish(TableAbout about);

 private:
  void add_row(const std::string& architecture, const spaces::Genotype& genotype, const Key& key);
  /// Writes the cells of a column, `width` bytes each.
  void add_parts(std::size_t column, std::size_t width, std::string_view cells);
  void add_identity(const std::string& name, std::size_t width, const std::string& bytes);
  void create_view();
  [[noreturn]] void fail(std::size_t row, std::string_view what) const;

  const spaces::AnySpace& space_;
  std::filesystem::path file_;
  RowSource source_;
  std::optional<SQLite::Database> database_;
  std::optional<SQLite::Transaction> transaction_;
  std::optional<SQLite::Statement> insert_row_;
  KeyIndex genotypes_;
  std::string keys_;
  std::string gene_ends_;
  std::vector<spaces::Genotype::Gene> genes_;
  std::vector<TableMetric> metrics_;
  std::vector<std::size_t> widths_;  // of the metrics
};

}  // namespace evonas::evaluation
