#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/key_index.hpp"
#include "evaluation/evaluator.hpp"

namespace evonas::evaluation {

enum class Direction { Unspecified, Maximize, Minimize };

struct TableMetric {
  std::string name;  ///< as MetricName reads it: "params", "cifar10_val@200", "cifar10_val@200#777"
  std::string unit;
  Direction direction = Direction::Unspecified;
};

/// What a table file says of itself besides its metrics. Texts are empty where nobody gave them.
struct TableAbout {
  std::string space;
  std::vector<std::string> space_options;  ///< those given, "channels=8"
  std::size_t rows = 0;
  std::string source_file;      ///< name of the file that was imported, without its folder
  std::string source_checksum;  ///< XXH3, 128 bits, of that file (what `xxhsum -H128` prints)
  std::string source;           ///< where the data is from, in words
  std::string licence;
  std::string command;  ///< the command line that imported it
};

/// Reads only that, of any whole table file. Throws EvaluationError as BenchmarkTable::open() does.
TableAbout read_table_about(const std::filesystem::path& file);

class TableReader;

/// Values of architectures of one search space, from one self-describing SQLite file that `evonas
/// table import` writes. Opening reads who is in the table; the values of a metric are read when
/// they are first asked for. Safe from many threads.
///
/// The file is plain SQL, for other programs:
///
///     benchmark (row, architecture, key, one column a metric, called like it)   a view on the rest
///     about     (name, value)                 format and what TableAbout has
///     metric    (position, name, quantity, epochs, seed, unit, direction, source_columns,
///                single_precision, width)     position from 1; width: bytes of a cell
///     row       (row, architecture)           row from 0; the space's notation
///     part      (id, data)                    the cells of 100 rows of a column, as text
///                                             (cells.hpp); id: position * 2^32 + row / 100.
///                                             At position 0 the keys: 16 bytes a row, highest
///                                             byte first
///     identity  (name, width, data)           the genes of all rows, and where those of each end
///
/// as in `SELECT architecture, "val@108" FROM benchmark ORDER BY "val@108" DESC LIMIT 1`. A
/// checksum of all bytes stands in the header, so a file that was damaged or altered is refused.
class BenchmarkTable {
 public:
  /// Opens a table file, or a table that evonas carries ("builtin:nasbench201_fashion_mnist").
  /// Throws EvaluationError where the file is missing, damaged, altered, of
  /// another format version, for another space than `space`, or has keys that the space computes
  /// otherwise (for large tables that is tried on 256 rows).
  static BenchmarkTable open(const std::filesystem::path& file, const spaces::AnySpace& space);

  BenchmarkTable(BenchmarkTable&&) noexcept;
  BenchmarkTable& operator=(BenchmarkTable&&) noexcept;
  ~BenchmarkTable();

  const std::filesystem::path& file() const { return file_; }
  const TableAbout& about() const { return about_; }
  std::span<const TableMetric> metrics() const { return metrics_; }
  /// Throws EvaluationError naming the nearest metric where `name` is none.
  const TableMetric& metric(const std::string& name) const;

  /// The quantities of the metrics, in their order.
  std::vector<std::string> quantities() const;
  /// The epochs after which a quantity is there, ascending; none where it has no fidelity.
  std::vector<std::int64_t> fidelities(const std::string& quantity) const;
  /// The seeds that a quantity has at a fidelity, ascending; none where only its mean is there.
  std::vector<std::uint64_t> seeds(const std::string& quantity,
                                   std::optional<std::int64_t> epochs) const;

  std::size_t size() const { return keys_.size(); }
  /// Number of distinct keys.
  std::size_t networks() const { return networks_.size(); }
  spaces::Genotype genotype(std::size_t row) const;
  const Key& key(std::size_t row) const { return keys_[row]; }

  /// The row of exactly this genotype, else of the first row with the same key, else nothing.
  std::optional<std::size_t> find(const spaces::Genotype& genotype, const Key& key) const;

  /// The values of a metric by row; NaN where the table has none. Throws as metric() does, and
  /// where the file has them in another form than it should.
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
  class Columns;
  BenchmarkTable();
  std::span<const spaces::Genotype::Gene> genes(std::size_t row) const;
  void build_indexes();
  void check_keys(const spaces::AnySpace& space, const TableReader& reader) const;
  [[noreturn]] void fail(std::string_view what) const;

  std::filesystem::path file_;
  TableAbout about_;
  std::vector<TableMetric> metrics_;
  std::vector<Key> keys_;                      // by row
  std::vector<spaces::Genotype::Gene> genes_;  // of all rows, one after the other
  std::vector<std::uint32_t> gene_ends_;       // by row
  KeyIndex genotypes_;                         // numbered as the rows are
  KeyIndex networks_;
  std::vector<std::uint32_t> row_of_network_;  // the first, by its number in `networks_`
  std::unique_ptr<Columns> columns_;
};

/// Looks metrics up in a table. An architecture that the table lacks is a failed evaluation.
class TableEvaluator final : public Evaluator {
 public:
  /// `names` maps the names of the metrics to those of the table's columns; those in `cheap` cost
  /// what a look-up does, the others stand for an expensive evaluation. The values of the one that
  /// is named `seconds`, where there is one, are what evaluations took (Outcome::seconds), failed
  /// ones too. Throws EvaluationError where the table has no such metric. A row that lacks one of
  /// the values is a failed evaluation.
  TableEvaluator(std::shared_ptr<const BenchmarkTable> table,
                 const std::map<std::string, std::string>& names,
                 const std::set<std::string>& cheap = {}, std::string seconds = {});

  std::vector<Metric> metrics() const override;
  bool deterministic() const override { return true; }
  void evaluate(std::span<const Candidate> block, const OutcomeSink& sink,
                std::stop_token stop) override;
  /// The rows of the table, in their order.
  std::vector<Candidate> labelled() const override;

 private:
  struct Column {
    Metric metric;
    std::span<const double> values;
  };
  /// The values of one row, or why it has failed.
  Outcome outcome_of(std::size_t row) const;

  std::shared_ptr<const BenchmarkTable> table_;
  std::vector<Column> columns_;
  std::string seconds_;
};

}  // namespace evonas::evaluation
