#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "evaluation/table/benchmark_table.hpp"

namespace evonas::evaluation {

TableEvaluator::TableEvaluator(std::shared_ptr<const BenchmarkTable> table,
                               const std::map<std::string, std::string>& names,
                               const std::set<std::string>& cheap, std::string seconds)
    : table_(std::move(table)), seconds_(std::move(seconds)) {
  for (const auto& [name, column] : names) {
    const CostClass cost = cheap.contains(name) ? CostClass::Cheap : CostClass::Simulated;
    columns_.push_back({.metric = {.name = name, .unit = table_->metric(column).unit, .cost = cost},
                        .values = table_->values(column)});
  }
}

std::vector<Metric> TableEvaluator::metrics() const {
  std::vector<Metric> metrics;
  for (const Column& column : columns_) metrics.push_back(column.metric);
  return metrics;
}

void TableEvaluator::evaluate(std::span<const Candidate> block, const OutcomeSink& sink,
                              std::stop_token stop) {
  for (std::size_t i = 0; i < block.size() && !stop.stop_requested(); ++i) {
    if (const auto row = table_->find(block[i].genotype, block[i].key)) {
      sink(i, outcome_of(*row));
    } else {
      sink(i, {.failure = fmt::format("the table {} has no row for the genotype [{}]",
                                      table_->file().string(), block[i].genotype.to_string())});
    }
  }
}

Outcome TableEvaluator::outcome_of(std::size_t row) const {
  Outcome outcome;
  for (const Column& column : columns_) {
    const double value = column.values[row];
    if (std::isnan(value)) {
      if (!outcome.ok()) continue;
      outcome.failure = fmt::format("the table {} has no value of {} in row {}",
                                    table_->file().string(), column.metric.name, row);
    } else {
      outcome.metrics[column.metric.name] = {.value = value};
      if (column.metric.name == seconds_) outcome.seconds = std::max(value, 0.0);
    }
  }
  if (!outcome.ok()) outcome.metrics.clear();
  return outcome;
}

std::vector<Candidate> TableEvaluator::labelled() const {
  std::vector<Candidate> rows;
  rows.reserve(table_->size());
  for (std::size_t row = 0; row < table_->size(); ++row) {
    rows.push_back({.genotype = table_->genotype(row), .key = table_->key(row)});
  }
  return rows;
}

}  // namespace evonas::evaluation
