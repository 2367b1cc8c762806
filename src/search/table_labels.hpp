#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/key_index.hpp"
#include "evaluation/table/benchmark_table.hpp"
#include "search/label_source.hpp"

namespace evonas::search {

/// Objectives and limits of a problem over all rows of a table, side by side in memory to be looked
/// up millions of times a second. Immutable, so safe from many threads. For the benchmarks; a
/// search goes through evaluation::TableEvaluator.
class TableLabels final : public LabelSource {
 public:
  /// `cost` is the metric of the table that holds the seconds an evaluation takes; empty where
  /// none are counted. `screening` are metrics that screen(). Throws EvaluationError for a metric
  /// that the table lacks, SearchError for a problem without objectives, and for a row that has
  /// labels but no seconds from 0.
  TableLabels(const spaces::AnySpace& space, const evaluation::BenchmarkTable& table,
              const Problem& problem, const std::string& cost = {},
              std::span<const std::string> screening = {});

  /// Every row of the table with its labels; a row that lacks a value has failed.
  std::span<const Individual> listed() const override { return rows_; }

  void evaluate(std::span<spaces::Genotype> asked, std::uint64_t first,
                std::vector<Individual>& evaluated, std::vector<double>& seconds) const override;
  void screen(std::span<spaces::Genotype> asked, const std::string& metric, std::uint64_t first,
              std::vector<Individual>& screened, std::vector<double>& seconds) const override;

  /// The labels of `genotype` as evaluation number `index` of a search: those of its own row, else
  /// of the first row with the same key, else a failure.
  Individual label(spaces::Genotype genotype, std::uint64_t index) const;

  /// What one of the metrics of `screening` says of `genotype`, in the same way:
  /// Individual::screened is its value; a failure where there is none.
  Individual screen(spaces::Genotype genotype, const std::string& metric,
                    std::uint64_t index) const;

  /// The seconds that evaluating an architecture takes, found as its labels are; 0 without a cost
  /// and where there is no row.
  double seconds(const Individual& individual) const;

  /// The identity of everything in here: rows in their order, labels, seconds, and what screens.
  Key digest() const override;

 private:
  std::optional<std::size_t> row_of(const spaces::Genotype& genotype, const Key& key) const;

  spaces::AnySpace space_;
  std::size_t objectives_;
  std::size_t stride_;  ///< numbers in `labels_` of one row
  std::vector<Individual> rows_;
  /// Of each row one after the other: violation, objectives, values that have limits.
  std::vector<double> labels_;
  std::vector<double> seconds_;                           ///< by row; empty without a cost
  std::map<std::string, std::vector<double>> screening_;  ///< of each metric by row
  KeyIndex genotypes_;
  std::vector<std::uint32_t> row_of_genotype_;  ///< by its number in `genotypes_`
  KeyIndex networks_;
  std::vector<std::uint32_t> row_of_network_;
};

}  // namespace evonas::search
