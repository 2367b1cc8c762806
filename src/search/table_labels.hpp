#pragma once

#include <memory>
#include <vector>

#include "evaluation/table/benchmark_table.hpp"
#include "search/problem.hpp"

namespace evonas::search {

/// Objectives and limits of a problem over all rows of a table, ready to be looked up millions of
/// times a second. Immutable, so safe from many threads. For the benchmarks; a search goes through
/// evaluation::TableEvaluator.
class TableLabels {
 public:
  /// Throws EvaluationError for a metric that the table lacks, SearchError for a problem without
  /// objectives.
  TableLabels(spaces::AnySpace space, std::shared_ptr<const evaluation::BenchmarkTable> table,
              const Problem& problem);

  /// The labels of every row in the table's order; a row that lacks a value has failed.
  const std::vector<Individual>& rows() const { return rows_; }

  /// The labels of `genotype` as evaluation number `index` of a search.
  Individual label(const spaces::Genotype& genotype, std::uint64_t index) const;

 private:
  spaces::AnySpace space_;
  std::shared_ptr<const evaluation::BenchmarkTable> table_;
  std::vector<Individual> rows_;
};

}  // namespace evonas::search
