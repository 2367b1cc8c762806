#include "search/table_labels.hpp"

#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <utility>

namespace evonas::search {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

using Columns = std::map<std::string, std::span<const double>>;

Columns columns_of(const evaluation::BenchmarkTable& table, const Problem& problem) {
  Columns columns;
  for (const Objective& objective : problem.objectives) {
    columns.emplace(objective.metric, table.values(objective.metric));
  }
  for (const Limit& limit : problem.limits) {
    columns.emplace(limit.metric, table.values(limit.metric));
  }
  return columns;
}

/// The values of one row, nothing where one of them is missing.
std::optional<std::map<std::string, evaluation::Measurement>> metrics_of(const Columns& columns,
                                                                         std::size_t row) {
  std::map<std::string, evaluation::Measurement> metrics;
  for (const auto& [name, values] : columns) {
    if (!std::isfinite(values[row])) return std::nullopt;
    metrics[name].value = values[row];
  }
  return metrics;
}

}  // namespace

TableLabels::TableLabels(spaces::AnySpace space,
                         std::shared_ptr<const evaluation::BenchmarkTable> table,
                         const Problem& problem)
    : space_(std::move(space)), table_(std::move(table)) {
  if (problem.objectives.empty()) {
    throw SearchError("a benchmark needs an objective; give at least one under 'objectives'");
  }
  const Columns columns = columns_of(*table_, problem);
  rows_.resize(table_->size());
  for (std::size_t row = 0; row < rows_.size(); ++row) {
    Individual& individual = rows_[row];
    individual.genotype = table_->genotype(row);
    individual.key = space_.key(individual.genotype);
    individual.index = row;
    individual.violation = kInfinity;
    if (const auto metrics = metrics_of(columns, row)) {
      individual.objectives = problem.minimised(*metrics);
      individual.violation = problem.violation(*metrics);
    }
  }
}

Individual TableLabels::label(const spaces::Genotype& genotype, std::uint64_t index) const {
  const Key key = space_.key(genotype);
  const std::optional<std::size_t> row = table_->find(genotype, key);
  if (!row) {
    return {.genotype = genotype, .key = key, .violation = kInfinity, .index = index};
  }
  const Individual& found = rows_[*row];
  return {.genotype = genotype,
          .key = key,
          .objectives = found.objectives,
          .violation = found.violation,
          .index = index};
}

}  // namespace evonas::search
