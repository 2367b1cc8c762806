#include "evaluation/table/table_writer.hpp"

#include <algorithm>
#include <cstdint>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/parallel.hpp"
#include "base/quoted.hpp"
#include "evaluation/table/metric_name.hpp"
#include "evaluation/table/table_file.hpp"

namespace evonas::evaluation {
namespace {

void append_big_endian(std::string& bytes, std::uint64_t number) {
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift);
}

void append_little_endian(std::string& bytes, std::uint32_t number, std::size_t width) {
  for (std::size_t i = 0; i < width; ++i) bytes += static_cast<char>(number >> (8 * i));
}

/// An architecture text as the space understands it, or what it says against it.
struct Parsed {
  spaces::Genotype genotype;
  Key key;
  std::string text;
  std::string fault;
};

Parsed parse(const spaces::AnySpace& space, std::string_view architecture) {
  Parsed result;
  try {
    result.genotype = space.parse(architecture);
    result.key = space.key(result.genotype);
    result.text = space.format(result.genotype);
  } catch (const spaces::SpaceError& error) {
    result.fault = error.what();
  }
  return result;
}

}  // namespace

PartialFile::PartialFile(const std::filesystem::path& source, std::filesystem::path target)
    : target_(std::move(target)), path_(target_.string() + ".partial") {
  std::error_code ignored;
  if (std::filesystem::is_directory(target_, ignored)) {
    throw EvaluationError(
        fmt::format("cannot write the table {}: it is a folder; name a file", target_.string()));
  }
  if (std::filesystem::equivalent(source, target_, ignored) ||
      std::filesystem::equivalent(source, path_, ignored)) {
    throw EvaluationError(
        fmt::format("the table would overwrite the file {} that it is made from; name another file",
                    source.string()));
  }
  if (std::filesystem::exists(target_, ignored) &&
      (!std::filesystem::is_regular_file(target_, ignored) ||
       check_seal(target_) == Seal::NoTable)) {
    throw EvaluationError(fmt::format(
        "{} is there and no table: name another file, or remove it first", target_.string()));
  }
  if (target_.has_parent_path()) {
    std::error_code error;
    std::filesystem::create_directories(target_.parent_path(), error);
    if (error) {
      throw EvaluationError(fmt::format("cannot write the table {}: its folder cannot be made: {}",
                                        target_.string(), error.message()));
    }
  }
  remove();
}

void PartialFile::move_to_target() const {
  std::error_code error;
  std::filesystem::rename(path_, target_, error);
  if (error) {
    throw EvaluationError(
        fmt::format("cannot write the table {}: {}", target_.string(), error.message()));
  }
}

void PartialFile::remove() const {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

TableWriter::TableWriter(const spaces::AnySpace& space, const std::filesystem::path& file,
                         RowSource source)
    : space_(space), file_(file), source_(std::move(source)) {
  database_.emplace(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  // Nobody sees the file before it is complete: no journal, and one wait for the disk at the end.
  database_->exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF");
  database_->exec(fmt::format("PRAGMA application_id = {}", kTableApplication));
  transaction_.emplace(*database_);
  for (const std::string_view table : kTableSchema) database_->exec(std::string(table));
  insert_row_.emplace(*database_, "INSERT INTO row VALUES (?, ?)");
}

void TableWriter::add_rows(std::span<const std::string> architectures) {
  constexpr std::size_t kGrain = 64;
  std::vector<Parsed> parsed(architectures.size());
  parallel_for(
      parsed.size(), [&](std::size_t i) { parsed[i] = parse(space_, architectures[i]); }, kGrain);
  for (const Parsed& row : parsed) {
    if (!row.fault.empty()) fail(rows(), source_.architecture + row.fault);
    add_row(row.text, row.genotype, row.key);
  }
}

void TableWriter::add_row(const std::string& architecture, const spaces::Genotype& genotype,
                          const Key& key) {
  const std::size_t row = rows();
  const auto [earlier, is_new] = genotypes_.insert(spaces::key_of_genes(genotype));
  if (!is_new) {
    fail(row, fmt::format("the architecture {} is on {} too; keep one of them",
                          evonas::quoted(architecture, 160), source_.place(earlier)));
  }
  insert_row_->bind(1, static_cast<std::int64_t>(row));
  insert_row_->bindNoCopy(2, architecture);
  insert_row_->exec();
  insert_row_->reset();
  append_big_endian(keys_, key.high);
  append_big_endian(keys_, key.low);
  genes_.insert(genes_.end(), genotype.genes().begin(), genotype.genes().end());
  append_little_endian(gene_ends_, static_cast<std::uint32_t>(genes_.size()), 4);
}

void TableWriter::add_metric(const TableMetric& metric, const std::string& source_columns,
                             const CellColumn& cells, bool single_precision) {
  const MetricName name = *MetricName::parse(metric.name);
  SQLite::Statement insert(*database_, "INSERT INTO metric VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  insert.bind(1, static_cast<std::int64_t>(metrics_.size() + 1));
  insert.bind(2, metric.name);
  insert.bind(3, name.quantity);
  if (name.epochs) insert.bind(4, *name.epochs);
  if (name.seed) insert.bind(5, static_cast<std::int64_t>(*name.seed));
  insert.bind(6, metric.unit);
  insert.bind(7, to_string(metric.direction));
  insert.bind(8, source_columns);
  insert.bind(9, single_precision ? 1 : 0);
  insert.bind(10, static_cast<std::int64_t>(cells.width()));
  insert.exec();
  metrics_.push_back(metric);
  widths_.push_back(cells.width());
  add_parts(metrics_.size(), cells.width(), cells.packed());
}

void TableWriter::add_parts(std::size_t column, std::size_t width, std::string_view cells) {
  SQLite::Statement insert(*database_, "INSERT INTO part VALUES (?, ?)");
  for (std::size_t part = 0; !cells.empty(); ++part) {
    const std::string_view data = cells.substr(0, width * kRowsInPart);
    insert.bind(1, part_id(column, part));
    insert.bindNoCopy(2, static_cast<const void*>(data.data()), static_cast<int>(data.size()));
    insert.exec();
    insert.reset();
    cells.remove_prefix(data.size());
  }
}

void TableWriter::add_identity(const std::string& name, std::size_t width,
                               const std::string& bytes) {
  SQLite::Statement insert(*database_, "INSERT INTO identity VALUES (?, ?, ?)");
  insert.bind(1, name);
  insert.bind(2, static_cast<std::int64_t>(width));
  insert.bindNoCopy(3, bytes.data(), static_cast<int>(bytes.size()));
  insert.exec();
}

void TableWriter::create_view() {
  const auto cell = [](std::size_t column, std::size_t width) {
    return fmt::format(
        "substr((SELECT data FROM part WHERE id = {0} + row / {1}), {2} * (row % {1}) + 1, {2})",
        part_id(column, 0), kRowsInPart, width);
  };
  std::string sql =
      fmt::format("CREATE VIEW benchmark AS SELECT row, architecture, lower(hex({})) AS key",
                  cell(0, kKeyWidth));
  for (std::size_t i = 0; i < metrics_.size(); ++i) {
    sql += fmt::format(", CAST(nullif(trim(CAST({} AS TEXT)), '') AS REAL) AS \"{}\"",
                       cell(i + 1, widths_[i]), metrics_[i].name);
  }
  database_->exec(sql + " FROM row");
}

void TableWriter::finish(TableAbout about) {
  const bool narrow = std::ranges::all_of(
      genes_, [](spaces::Genotype::Gene gene) { return gene == static_cast<std::int8_t>(gene); });
  const std::size_t width = narrow ? 1 : 2;
  std::string genes;
  genes.reserve(width * genes_.size());
  for (const spaces::Genotype::Gene gene : genes_) {
    append_little_endian(genes, static_cast<std::uint16_t>(gene), width);
  }
  add_parts(0, kKeyWidth, keys_);
  add_identity("gene_ends", 4, gene_ends_);
  add_identity("genes", width, genes);
  create_view();
  const std::pair<const char*, std::string> texts[] = {
      {"format", std::string(kTableFormat)},
      {"space", space_.name()},
      {"space_options", fmt::format("{}", fmt::join(about.space_options, "\n"))},
      {"rows", std::to_string(rows())},
      {"source_file", about.source_file},
      {"source_checksum", about.source_checksum},
      {"source", about.source},
      {"licence", about.licence},
      {"command", about.command}};
  for (const auto& [name, value] : texts) {
    SQLite::Statement insert(*database_, "INSERT INTO about VALUES (?, ?)");
    insert.bind(1, name);
    insert.bind(2, value);
    insert.exec();
  }
  transaction_->commit();
  insert_row_.reset();
  transaction_.reset();
  database_.reset();
  seal_table_file(file_);
}

void TableWriter::fail(std::size_t row, std::string_view what) const {
  throw EvaluationError(fmt::format("{}, {}: {}", source_.file, source_.place(row), what));
}

}  // namespace evonas::evaluation
