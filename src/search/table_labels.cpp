#include "search/table_labels.hpp"

#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <utility>

namespace evonas::search {
namespace {

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

TableLabels::TableLabels(const spaces::AnySpace& space, const evaluation::BenchmarkTable& table,
                         const Problem& problem)
    : space_(space),
      objectives_(problem.objectives.size()),
      stride_(1 + objectives_ + problem.limits.size()) {
  if (objectives_ == 0) {
    throw SearchError("a benchmark needs an objective; give at least one under 'objectives'");
  }
  const Columns columns = columns_of(table, problem);
  rows_.reserve(table.size());
  for (std::size_t row = 0; row < table.size(); ++row) {
    Individual individual{.genotype = table.genotype(row),
                          .key = table.key(row),
                          .violation = kInfinity,
                          .index = row};
    if (const auto metrics = metrics_of(columns, row)) {
      individual.objectives = problem.minimised(*metrics);
      individual.limited = problem.limited(*metrics);
      individual.violation = problem.violation(*metrics);
    }
    labels_.push_back(individual.violation);
    labels_.insert(labels_.end(), individual.objectives.begin(), individual.objectives.end());
    labels_.insert(labels_.end(), individual.limited.begin(), individual.limited.end());
    labels_.resize((row + 1) * stride_);
    const auto number = static_cast<std::uint32_t>(row);
    if (genotypes_.insert(key_of_genes(individual.genotype)).second)
      row_of_genotype_.push_back(number);
    if (networks_.insert(individual.key).second) row_of_network_.push_back(number);
    rows_.push_back(std::move(individual));
  }
}

Individual TableLabels::label(const spaces::Genotype& genotype, std::uint64_t index) const {
  Individual individual{
      .genotype = genotype, .key = space_.key(genotype), .violation = kInfinity, .index = index};
  std::size_t row = 0;
  if (const auto own = genotypes_.find(key_of_genes(genotype))) {
    row = row_of_genotype_[*own];
  } else if (const auto same = networks_.find(individual.key)) {
    row = row_of_network_[*same];
  } else {
    return individual;
  }
  const auto found = std::span(labels_).subspan(row * stride_, stride_);
  individual.violation = found.front();
  if (individual.violation < kInfinity) {
    const auto limited = found.begin() + 1 + static_cast<std::ptrdiff_t>(objectives_);
    individual.objectives.assign(found.begin() + 1, limited);
    individual.limited.assign(limited, found.end());
  }
  return individual;
}

}  // namespace evonas::search
