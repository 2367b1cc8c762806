#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

#include "evaluation/table/benchmark_table.hpp"

namespace evonas::evaluation {

/// Who is in a table, as its file has it.
struct TableIdentity {
  std::vector<Key> keys;
  std::vector<spaces::Genotype::Gene> genes;
  std::vector<std::uint32_t> gene_ends;
};

/// Reads one table file; every complaint is an EvaluationError that begins with the file's name.
/// From one thread at a time.
class TableReader {
 public:
  /// Checks the seal and the format. A name that begins with kBuiltinTable is that of a table that
  /// evonas carries.
  explicit TableReader(const std::filesystem::path& file);

  TableAbout about() const;
  std::vector<TableMetric> metrics() const;
  TableIdentity identity(std::size_t rows) const;
  /// The architecture of a row, in the space's notation.
  std::string architecture(std::size_t row) const;
  /// The values of a metric by row, NaN where there is none.
  std::vector<double> values(const TableMetric& metric, std::size_t rows) const;

 private:
  void open(const std::filesystem::path& file);
  [[noreturn]] void fail(std::string_view what) const;
  /// What `read(database)` returns, with what SQLite throws in plain words.
  template <class Read>
  auto guarded(const Read& read) const;
  /// Fails unless the file has this very table of kTableSchema.
  void check_schema(std::string_view table) const;
  std::string about(const std::string& name) const;
  /// The cells of a column, `width` bytes each; of another size where the file is not as it should.
  std::string cells(std::size_t column, std::size_t width, std::size_t rows) const;

  std::string name_;
  mutable std::optional<SQLite::Database> database_;
};

}  // namespace evonas::evaluation
