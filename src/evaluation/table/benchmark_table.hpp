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
/// The file holds: `about` (name, value: format version, space, provenance), `metric` (name, unit,
/// direction), `architecture` (row, architecture in the space's notation, key) and `value` (row,
/// metric, value).
class BenchmarkTable {
 public:
  /// Reads a table file. Throws EvaluationError where the file is missing, damaged, of another
  /// format version, or for another space than `space`.
  static BenchmarkTable open(const std::filesystem::path& file, const spaces::AnySpace& space);

  const std::filesystem::path& file() const { return file_; }
  std::span<const TableMetric> metrics() const { return metrics_; }
  /// Throws EvaluationError naming the nearest metric where `name` is none.
  const TableMetric& metric(const std::string& name) const;

  std::size_t size() const { return genotypes_.size(); }
  const spaces::Genotype& genotype(std::size_t row) const { return genotypes_[row]; }

  /// The row of exactly this genotype, else of the first row with the same key, else nothing.
  std::optional<std::size_t> find(const spaces::Genotype& genotype, const Key& key) const;

  /// The values of a metric by row; NaN where the table has none.
  std::span<const double> values(const std::string& metric) const;

  /// Extreme value of a metric and the first row that has it.
  struct Optimum {
    std::size_t row = 0;
    double value = 0.0;
  };
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
  /// `names` maps the names of the metrics to those of the table's columns.
  TableEvaluator(std::shared_ptr<const BenchmarkTable> table,
                 std::map<std::string, std::string> names);

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

  /// "NAME=COLUMN[:UNIT[:maximize|minimize]]". Throws EvaluationError.
  static ImportedMetric parse(std::string_view text);
};

struct ImportSummary {
  std::size_t rows = 0;
  std::size_t missing_values = 0;
};

/// Imports a CSV file into a new table file. Writes beside `out` and renames at the end, so that an
/// existing table stays untouched by a failure. Throws EvaluationError with file and line for an
/// architecture that the space does not accept, a duplicate architecture, a value that is no
/// number, or a column that is missing (naming the nearest).
ImportSummary import_table(const spaces::AnySpace& space, const std::filesystem::path& csv,
                           const std::string& architecture_column,
                           std::span<const ImportedMetric> metrics,
                           const std::filesystem::path& out);

}  // namespace evonas::evaluation
