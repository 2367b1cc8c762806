#include "search/table_labels.hpp"

#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <utility>

#include <fmt/format.h>

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

/// The seconds of every row; 0 where one has failed that has none.
std::vector<double> seconds_of(const evaluation::BenchmarkTable& table, const std::string& cost,
                               std::span<const Individual> rows) {
  std::vector<double> seconds;
  std::size_t missing = 0;
  std::size_t first = 0;
  for (const double value : table.values(cost)) {
    const std::size_t row = seconds.size();
    const bool known = std::isfinite(value) && value >= 0.0;
    if (!known && !(std::isnan(value) && rows[row].failed()) && missing++ == 0) first = row;
    seconds.push_back(known ? value : 0.0);
  }
  if (missing == 0) return seconds;
  throw SearchError(
      fmt::format("the metric '{}' cannot say what evaluations cost: {} of {} rows of the table {} "
                  "have no number of seconds from 0 in it, row {} first; import the table with "
                  "--require {}",
                  cost, missing, rows.size(), table.file().string(), first, cost));
}

}  // namespace

TableLabels::TableLabels(const spaces::AnySpace& space, const evaluation::BenchmarkTable& table,
                         const Problem& problem, const std::string& cost,
                         std::span<const std::string> screening)
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
  if (!cost.empty()) seconds_ = seconds_of(table, cost, rows_);
  for (const std::string& metric : screening) {
    const std::span<const double> values = table.values(metric);
    screening_.emplace(metric, std::vector<double>(values.begin(), values.end()));
  }
}

Individual TableLabels::label(spaces::Genotype genotype, std::uint64_t index) const {
  const Key key = space_.key(genotype);
  const auto row = row_of(genotype, key);
  Individual individual{
      .genotype = std::move(genotype), .key = key, .violation = kInfinity, .index = index};
  if (!row) return individual;
  const auto found = std::span(labels_).subspan(*row * stride_, stride_);
  individual.violation = found.front();
  if (individual.violation < kInfinity) {
    const auto limited = found.begin() + 1 + static_cast<std::ptrdiff_t>(objectives_);
    individual.objectives.assign(found.begin() + 1, limited);
    individual.limited.assign(limited, found.end());
  }
  return individual;
}

Individual TableLabels::screen(spaces::Genotype genotype, const std::string& metric,
                               std::uint64_t index) const {
  const Key key = space_.key(genotype);
  const auto row = row_of(genotype, key);
  Individual individual{
      .genotype = std::move(genotype), .key = key, .violation = kInfinity, .index = index};
  if (!row) return individual;
  const double value = screening_.at(metric)[*row];
  if (std::isfinite(value)) individual.screened = value;
  return individual;
}

void TableLabels::evaluate(std::span<spaces::Genotype> asked, std::uint64_t first,
                           std::vector<Individual>& evaluated, std::vector<double>& seconds) const {
  for (spaces::Genotype& genotype : asked) {
    evaluated.push_back(label(std::move(genotype), first++));
    seconds.push_back(this->seconds(evaluated.back()));
  }
}

void TableLabels::screen(std::span<spaces::Genotype> asked, const std::string& metric,
                         std::uint64_t first, std::vector<Individual>& screened,
                         std::vector<double>& seconds) const {
  for (spaces::Genotype& genotype : asked) {
    screened.push_back(screen(std::move(genotype), metric, first++));
    seconds.push_back(this->seconds(screened.back()));
  }
}

double TableLabels::seconds(const Individual& individual) const {
  if (seconds_.empty()) return 0.0;
  const auto row = row_of(individual.genotype, individual.key);
  return row ? seconds_[*row] : 0.0;
}

Key TableLabels::digest() const {
  KeyStream stream;
  for (const Individual& row : rows_) {
    stream.add(row.genotype.genes());
    stream.add(row.key.hex());
  }
  stream.add(std::span(labels_));
  stream.add(std::span(seconds_));
  for (const auto& [metric, values] : screening_) {
    stream.add(metric);
    stream.add(std::span(values));
  }
  return stream.key();
}

std::optional<std::size_t> TableLabels::row_of(const spaces::Genotype& genotype,
                                               const Key& key) const {
  if (const auto own = genotypes_.find(key_of_genes(genotype))) return row_of_genotype_[*own];
  if (const auto same = networks_.find(key)) return row_of_network_[*same];
  return std::nullopt;
}

}  // namespace evonas::search
