#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "evaluation/evaluator.hpp"

namespace evonas::evaluation {

enum class Direction { Unspecified, Maximize, Minimize };

struct TableMetric {
  std::string name;
  std::string unit;
  Direction direction = Direction::Unspecified;
};

/// Values of architectures of one search space, from one self-describing SQLite file that `evonas
/// table import` writes. Loaded whole and immutable, so reads are safe from many threads.
///
/// The file is plain SQL, made for quick reading and for other programs:
///
///     about        (name, value)   format, space, rows, source and source_column (provenance)
///     metric       (position, name, unit, direction, source_column)
///     architecture (row, architecture, key)   row from 0; the space's notation; 32 hex digits
///     value        (row, one REAL column a metric, called like it)   NULL where there is none
class BenchmarkTable {
 public:
  /// Reads a table file. Throws EvaluationError where the file is missing, damaged, of another
  /// format version, for another space than `space`, or has keys that the space computes otherwise.
  static BenchmarkTable open(const std::filesystem::path& file, const spaces::AnySpace& space);

  const std::filesystem::path& file() const { return file_; }
  std::span<const TableMetric> metrics() const { return metrics_; }
  /// Throws EvaluationError naming the nearest metric where `name` is none.
  const TableMetric& metric(const std::string& name) const;

  std::size_t size() const { return genotypes_.size(); }
  const spaces::Genotype& genotype(std::size_t row) const { return genotypes_[row]; }

  /// The row of exactly this genotype, else of the first row with the same key, else nothing.
  std::optional<std::size_t> find(const spaces::Genotype& genotype, const Key& key) const;

  /// The values of a metric by row; NaN where the table has none. Throws as metric() does.
  std::span<const double> values(const std::string& metric) const;

  /// Extreme value of a metric and the first row that has it.
  struct Optimum {
    std::size_t row = 0;
    double value = 0.0;
  };
  /// `Direction::Unspecified` takes the table's own. Throws EvaluationError where that is
  /// unspecified too, or no row has a value.
  Optimum best(const std::string& metric, Direction direction) const;

 private:
  std::filesystem::path file_;
  std::vector<TableMetric> metrics_;
  std::map<std::string, std::vector<double>> values_;
  std::vector<spaces::Genotype> genotypes_;
  std::unordered_map<spaces::Genotype, std::size_t> rows_;
  std::unordered_map<Key, std::size_t> rows_by_key_;
};

/// Looks metrics up in a table. An architecture that the table lacks is a failed evaluation.
class TableEvaluator final : public Evaluator {
 public:
  /// `names` maps the names of the metrics to those of the table's columns. Throws EvaluationError
  /// where the table has no such metric. A row that lacks one of the values is a failed evaluation.
  TableEvaluator(std::shared_ptr<const BenchmarkTable> table,
                 const std::map<std::string, std::string>& names);

  std::vector<Metric> metrics() const override;
  bool deterministic() const override { return true; }
  void evaluate(std::span<const Candidate> block, const OutcomeSink& sink,
                std::stop_token stop) override;

 private:
  struct Column {
    Metric metric;
    std::span<const double> values;
  };
  std::shared_ptr<const BenchmarkTable> table_;
  std::vector<Column> columns_;
};

/// A column of a CSV file that becomes a metric.
struct ImportedMetric {
  TableMetric metric;
  std::string column;

  /// "NAME=COLUMN[:UNIT[:maximize|minimize]]"; COLUMN without ':'. Throws EvaluationError.
  static ImportedMetric parse(std::string_view text);
};

struct ImportSummary {
  std::size_t rows = 0;
  std::size_t missing_values = 0;
};

/// Imports a CSV file into a new table file. Writes `out`.partial and renames it at the end, so
/// that an existing table stays untouched by a failure. An empty field, or "nan", is a missing
/// value.
///
/// Throws EvaluationError with file and line for an architecture that the space does not accept or
/// that an earlier line has (naming it), a value that is no finite number, a column that is missing
/// (naming the nearest) or there twice; and for a file without rows, a metric name that is no
/// identifier (letters, digits, underscores) or is `row`, and a file that cannot be written.
ImportSummary import_table(const spaces::AnySpace& space, const std::filesystem::path& csv,
                           const std::string& architecture_column,
                           std::span<const ImportedMetric> metrics,
                           const std::filesystem::path& out);

}  // namespace evonas::evaluation
