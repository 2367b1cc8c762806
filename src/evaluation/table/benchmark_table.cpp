#include "evaluation/table/benchmark_table.hpp"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/nearest_name.hpp"
#include "base/quoted.hpp"
#include "evaluation/table/metric_name.hpp"
#include "evaluation/table/table_reader.hpp"

namespace evonas::evaluation {

/// The values of those metrics that somebody asked for.
class BenchmarkTable::Columns {
 public:
  explicit Columns(TableReader reader) : reader_(std::move(reader)) {}

  std::span<const double> values(const TableMetric& metric, std::size_t rows) {
    const std::lock_guard lock(mutex_);
    const auto known = values_.find(metric.name);
    if (known != values_.end()) return known->second;
    return values_.emplace(metric.name, reader_.values(metric, rows)).first->second;
  }

 private:
  std::mutex mutex_;
  TableReader reader_;
  std::map<std::string, std::vector<double>> values_;
};

BenchmarkTable::BenchmarkTable() = default;
BenchmarkTable::BenchmarkTable(BenchmarkTable&&) noexcept = default;
BenchmarkTable& BenchmarkTable::operator=(BenchmarkTable&&) noexcept = default;
BenchmarkTable::~BenchmarkTable() = default;

TableAbout read_table_about(const std::filesystem::path& file) { return TableReader(file).about(); }

BenchmarkTable BenchmarkTable::open(const std::filesystem::path& file,
                                    const spaces::AnySpace& space) {
  BenchmarkTable table;
  table.file_ = file;
  TableReader reader(file);
  table.about_ = reader.about();
  if (table.about_.space != space.name()) {
    throw EvaluationError(fmt::format("the table {} is for the space {}, not for {}", file.string(),
                                      evonas::quoted(table.about_.space), space.name()));
  }
  table.metrics_ = reader.metrics();
  TableIdentity identity = reader.identity(table.about_.rows);
  table.keys_ = std::move(identity.keys);
  table.genes_ = std::move(identity.genes);
  table.gene_ends_ = std::move(identity.gene_ends);
  table.build_indexes();
  table.check_keys(space, reader);
  table.columns_ = std::make_unique<Columns>(std::move(reader));
  return table;
}

void BenchmarkTable::fail(std::string_view what) const {
  throw EvaluationError(fmt::format("the table {} cannot be used: {}", file_.string(), what));
}

void BenchmarkTable::build_indexes() {
  for (std::size_t row = 0; row < size(); ++row) {
    if (!genotypes_.insert(spaces::key_of_genes(genes(row))).second) {
      fail(fmt::format("row {} has the genotype [{}] of an earlier row", row,
                       genotype(row).to_string()));
    }
    if (networks_.insert(keys_[row]).second) {
      row_of_network_.push_back(static_cast<std::uint32_t>(row));
    }
  }
}

void BenchmarkTable::check_keys(const spaces::AnySpace& space, const TableReader& reader) const {
  constexpr std::size_t kChecked = 256;
  const std::size_t checked = std::min(size(), kChecked);
  for (std::size_t i = 0; i < checked; ++i) {
    const std::size_t row = checked == 1 ? 0 : i * (size() - 1) / (checked - 1);
    const std::string architecture = reader.architecture(row);
    try {
      if (space.parse(architecture) != genotype(row)) {
        fail(
            fmt::format("row {} has the genotype [{}], but {} is another one; import it again "
                        "with `evonas table import`",
                        row, genotype(row).to_string(), evonas::quoted(architecture, 160)));
      }
      if (const Key key = space.key(genotype(row)); key != keys_[row]) {
        fail(
            fmt::format("row {} has the key {}, but the key of {} is {}; import it again with "
                        "`evonas table import`",
                        row, keys_[row].hex(), evonas::quoted(architecture, 160), key.hex()));
      }
    } catch (const spaces::SpaceError& error) {
      fail(fmt::format("row {}: {}", row, error.what()));
    }
  }
}

const TableMetric& BenchmarkTable::metric(const std::string& name) const {
  std::vector<std::string> names;
  for (const TableMetric& metric : metrics_) {
    if (metric.name == name) return metric;
    names.push_back(metric.name);
  }
  const std::string guess = nearest_name(name, names);
  throw EvaluationError(
      fmt::format("the table {} has no metric {}{}", file_.string(), evonas::quoted(name),
                  guess.empty() ? fmt::format("; it has {}", fmt::join(names, ", "))
                                : fmt::format("; did you mean {}?", guess)));
}

std::vector<std::string> BenchmarkTable::quantities() const {
  std::vector<std::string> quantities;
  for (const TableMetric& metric : metrics_) {
    const std::string quantity = MetricName::parse(metric.name)->quantity;
    if (std::ranges::find(quantities, quantity) == quantities.end()) quantities.push_back(quantity);
  }
  return quantities;
}

std::vector<std::int64_t> BenchmarkTable::fidelities(const std::string& quantity) const {
  std::set<std::int64_t> epochs;
  for (const TableMetric& metric : metrics_) {
    const MetricName name = *MetricName::parse(metric.name);
    if (name.quantity == quantity && name.epochs) epochs.insert(*name.epochs);
  }
  return {epochs.begin(), epochs.end()};
}

std::vector<std::uint64_t> BenchmarkTable::seeds(const std::string& quantity,
                                                 std::optional<std::int64_t> epochs) const {
  std::set<std::uint64_t> seeds;
  for (const TableMetric& metric : metrics_) {
    const MetricName name = *MetricName::parse(metric.name);
    if (name.quantity == quantity && name.epochs == epochs && name.seed) seeds.insert(*name.seed);
  }
  return {seeds.begin(), seeds.end()};
}

std::span<const spaces::Genotype::Gene> BenchmarkTable::genes(std::size_t row) const {
  const std::size_t begin = row == 0 ? 0 : gene_ends_[row - 1];
  return std::span(genes_).subspan(begin, gene_ends_[row] - begin);
}

spaces::Genotype BenchmarkTable::genotype(std::size_t row) const {
  return spaces::Genotype(genes(row));
}

std::optional<std::size_t> BenchmarkTable::find(const spaces::Genotype& genotype,
                                                const Key& key) const {
  if (const auto row = genotypes_.find(spaces::key_of_genes(genotype))) return row;
  if (const auto network = networks_.find(key)) return row_of_network_[*network];
  return std::nullopt;
}

std::span<const double> BenchmarkTable::values(const std::string& name) const {
  return columns_->values(metric(name), size());
}

BenchmarkTable::Optimum BenchmarkTable::best(const std::string& name, Direction direction) const {
  if (direction == Direction::Unspecified) direction = metric(name).direction;
  if (direction == Direction::Unspecified) {
    throw EvaluationError(fmt::format(
        "the table {} does not say whether {} is to be maximized or minimized; import it with "
        "{}=COLUMN:UNIT:maximize or :minimize",
        file_.string(), name, name));
  }
  std::optional<Optimum> best;
  const std::span<const double> column = values(name);
  for (std::size_t row = 0; row < column.size(); ++row) {
    const double value = column[row];
    if (std::isnan(value)) continue;
    const bool better =
        !best || (direction == Direction::Maximize ? value > best->value : value < best->value);
    if (better) best = {.row = row, .value = value};
  }
  if (!best) {
    throw EvaluationError(
        fmt::format("the table {} has no value of {} in any row", file_.string(), name));
  }
  return *best;
}

}  // namespace evonas::evaluation
