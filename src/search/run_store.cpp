#include "search/run_store.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <string_view>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "search/sealed_database.hpp"

namespace evonas::search {
namespace {

constexpr int kFormat = 2;
constexpr const char* kFileName = "run.sqlite";
constexpr const char* kSeconds = "seconds";
constexpr const char* kTimes = "times";
constexpr const char* kFinalArchitecture = "final.architecture";
constexpr const char* kFinalSeconds = "final.seconds";

std::vector<Table> tables() {
  const std::string evaluation = "evaluation INTEGER NOT NULL";
  const std::string source = "source TEXT NOT NULL";
  return {
      {"manifest", {"name TEXT NOT NULL", "value TEXT NOT NULL"}},
      {"ask",
       {"generation INTEGER NOT NULL", "asked INTEGER NOT NULL", "proposed INTEGER NOT NULL"}},
      {"evaluation",
       {"number INTEGER NOT NULL", "generation INTEGER NOT NULL", "genotype TEXT NOT NULL",
        "architecture TEXT NOT NULL", "key TEXT NOT NULL"}},
      {"forecast",
       {evaluation, "metric TEXT NOT NULL", "value REAL NOT NULL", "low REAL", "high REAL"},
       2},
      {"outcome", {evaluation, source, "failure TEXT NOT NULL", "seconds REAL NOT NULL"}, 2},
      {"measurement",
       {evaluation, source, "metric TEXT NOT NULL", "value REAL NOT NULL", "low REAL", "high REAL"},
       3},
      {"generation",
       {"generation INTEGER NOT NULL", "evaluations INTEGER NOT NULL", "failures INTEGER NOT NULL",
        "feasible INTEGER NOT NULL", "front_size INTEGER NOT NULL", "best TEXT NOT NULL",
        "hypervolume REAL NOT NULL", "seconds REAL NOT NULL"}},
      {"final",
       {"number INTEGER NOT NULL", "metric TEXT NOT NULL", "architecture TEXT NOT NULL",
        "value REAL NOT NULL", "low REAL", "high REAL"},
       2},
  };
}

/// SQLite keeps no sign of zero.
Cell real(double value) { return value + 0.0; }

Cell real(const std::optional<double>& value) {
  return value ? real(*value) : Cell(std::monostate());
}

Cell whole(std::uint64_t value) { return static_cast<std::int64_t>(value); }

template <class Number>
std::optional<Number> parse_number(std::string_view text, int base = 10) {
  Number number{};
  const char* end = text.data() + text.size();
  const auto result = [&] {
    if constexpr (std::is_floating_point_v<Number>) {
      return std::from_chars(text.data(), end, number);
    } else {
      return std::from_chars(text.data(), end, number, base);
    }
  }();
  if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return number;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

/// Reads cells of one row of one table, and names the place where one is not as it should be.
class RowReader {
 public:
  RowReader(const std::filesystem::path& file, const char* table, const Row& row)
      : file_(file), table_(table), row_(row) {}

  std::uint64_t whole(std::size_t column) const {
    const auto* value = std::get_if<std::int64_t>(&row_[column]);
    if (value == nullptr || *value < 0) fail(column, "a whole number from 0");
    return static_cast<std::uint64_t>(*value);
  }
  double real(std::size_t column) const {
    const auto* value = std::get_if<double>(&row_[column]);
    if (value == nullptr) fail(column, "a number");
    return *value;
  }
  std::optional<double> optional_real(std::size_t column) const {
    if (std::holds_alternative<std::monostate>(row_[column])) return std::nullopt;
    return real(column);
  }
  const std::string& text(std::size_t column) const {
    const auto* value = std::get_if<std::string>(&row_[column]);
    if (value == nullptr) fail(column, "a text");
    return *value;
  }
  evaluation::Measurement measurement(std::size_t column) const {
    return {real(column), optional_real(column + 1), optional_real(column + 2)};
  }
  spaces::Genotype genotype(std::size_t column) const {
    std::vector<spaces::Genotype::Gene> genes;
    for (const std::string_view part : split(text(column), ',')) {
      const auto gene = parse_number<spaces::Genotype::Gene>(part);
      if (!gene) fail(column, "whole numbers with commas between");
      genes.push_back(*gene);
    }
    return spaces::Genotype(std::move(genes));
  }
  Key key(std::size_t column) const {
    const std::string_view hex = text(column);
    const auto high = parse_number<std::uint64_t>(hex.substr(0, 16), 16);
    const auto low = parse_number<std::uint64_t>(hex.size() < 16 ? "" : hex.substr(16), 16);
    if (hex.size() != 32 || !high || !low) fail(column, "32 hexadecimal digits");
    return {*high, *low};
  }
  std::vector<std::optional<double>> reals(std::size_t column) const {
    std::vector<std::optional<double>> values;
    for (const std::string_view part : split(text(column), ' ')) {
      values.push_back(part == "-" ? std::nullopt : parse_number<double>(part));
      if (part != "-" && !values.back()) fail(column, "numbers with spaces between");
    }
    return values;
  }
  [[noreturn]] void fail(std::size_t column, const char* expected) const {
    throw SearchError(
        fmt::format("{}, table {}, column {} of a row: expected {}; the file is damaged, `evonas "
                    "verify` names the rows",
                    file_.string(), table_, column + 1, expected));
  }

 private:
  const std::filesystem::path& file_;
  const char* table_;
  const Row& row_;
};

std::string format_reals(const std::vector<std::optional<double>>& values) {
  std::string text;
  for (const std::optional<double>& value : values) {
    if (!text.empty()) text += ' ';
    text += value ? fmt::format("{}", *value) : "-";
  }
  return text;
}

/// Only within a transaction.
void put_times(SealedDatabase& database, const TimeSplit& times) {
  database.put("manifest", {kSeconds, fmt::format("{}", times.total())});
  database.put("manifest", {kTimes, to_string(times)});
}

}  // namespace

struct RunStore::State {
  State(const std::filesystem::path& folder, SealedDatabase::Access access,
        const std::function<void(SealedDatabase&)>& fill = {})
      : database(folder / kFileName, access, tables(), kFormat, fill) {}

  SealedDatabase database;

  template <class Record, class Read>
  std::vector<Record> read(const char* table, const Read& read_row) const {
    std::vector<Record> records;
    for (const Row& row : database.rows(table)) {
      records.push_back(read_row(RowReader(database.file(), table, row)));
    }
    return records;
  }
};

RunStore::RunStore(std::unique_ptr<State> state) : state_(std::move(state)) {}
RunStore::RunStore(RunStore&&) noexcept = default;
RunStore& RunStore::operator=(RunStore&&) noexcept = default;
RunStore::~RunStore() = default;

RunStore RunStore::create(const std::filesystem::path& folder,
                          const std::map<std::string, std::string>& manifest) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    throw SearchError(
        fmt::format("cannot create the folder {}: {}", folder.string(), error.message()));
  }
  return RunStore(std::make_unique<State>(folder, SealedDatabase::Access::Create,
                                          [&](SealedDatabase& database) {
                                            for (const auto& [name, value] : manifest)
                                              database.insert("manifest", {name, value});
                                          }));
}

RunStore RunStore::open(const std::filesystem::path& folder) {
  return RunStore(std::make_unique<State>(folder, SealedDatabase::Access::Write));
}

RunStore RunStore::open_read_only(const std::filesystem::path& folder) {
  return RunStore(std::make_unique<State>(folder, SealedDatabase::Access::Read));
}

bool RunStore::exists(const std::filesystem::path& folder) {
  return SealedDatabase::holds_tables(folder / kFileName);
}

const std::filesystem::path& RunStore::file() const { return state_->database.file(); }

void RunStore::set(const std::string& name, const std::string& value) { set({{name, value}}); }

void RunStore::set(const std::map<std::string, std::string>& entries) {
  state_->database.transaction([&] {
    for (const auto& [name, value] : entries) state_->database.put("manifest", {name, value});
  });
}

std::optional<std::string> RunStore::get(const std::string& name) const {
  const auto entries = manifest();
  const auto found = entries.find(name);
  if (found == entries.end()) return std::nullopt;
  return found->second;
}

std::map<std::string, std::string> RunStore::manifest() const {
  std::map<std::string, std::string> entries;
  for (const Row& row : state_->database.rows("manifest")) {
    const RowReader read(file(), "manifest", row);
    entries[read.text(0)] = read.text(1);
  }
  return entries;
}

void RunStore::group_commits(double seconds) { state_->database.group_commits(seconds); }

void RunStore::flush() { state_->database.flush(); }

void RunStore::add_generation(const AskRecord& ask, std::span<const EvaluationRecord> proposed) {
  SealedDatabase& database = state_->database;
  database.transaction([&] {
    database.insert("ask", {whole(ask.generation), whole(ask.asked), whole(ask.proposed)});
    for (const EvaluationRecord& record : proposed) {
      database.insert("evaluation",
                      {whole(record.index), whole(record.generation), record.genotype.to_string(),
                       record.architecture, record.key.hex()});
      for (const auto& [metric, value] : record.forecast) {
        database.insert("forecast", {whole(record.index), metric, real(value.value),
                                     real(value.low), real(value.high)});
      }
    }
  });
}

void RunStore::add_outcomes(const std::string& source, std::span<const IndexedOutcome> outcomes,
                            const TimeSplit& run_times) {
  SealedDatabase& database = state_->database;
  database.transaction([&] {
    for (const auto& [index, outcome] : outcomes) {
      database.insert("outcome", {whole(index), source, outcome.failure, real(outcome.seconds)});
      if (!outcome.ok()) continue;
      for (const auto& [metric, value] : outcome.metrics) {
        database.insert("measurement", {whole(index), source, metric, real(value.value),
                                        real(value.low), real(value.high)});
      }
    }
    put_times(database, run_times);
  });
}

void RunStore::finish_generation(const GenerationRecord& record, const TimeSplit& run_times) {
  SealedDatabase& database = state_->database;
  database.transaction([&] {
    database.insert("generation",
                    {whole(record.generation), whole(record.evaluations), whole(record.failures),
                     whole(record.feasible), whole(record.front_size), format_reals(record.best),
                     real(record.hypervolume), real(record.seconds)});
    put_times(database, run_times);
  });
}

void RunStore::end_session(const std::map<std::string, std::string>& entries,
                           const TimeSplit& run_times) {
  SealedDatabase& database = state_->database;
  database.transaction([&] {
    for (const auto& [name, value] : entries) database.put("manifest", {name, value});
    put_times(database, run_times);
  });
}

void RunStore::set_final(const FinalRecord& record) {
  SealedDatabase& database = state_->database;
  database.transaction([&] {
    database.clear("final");
    database.put("manifest", {kFinalArchitecture, record.architecture});
    database.put("manifest", {kFinalSeconds, fmt::format("{}", record.seconds)});
    auto insert = [&, number = std::int64_t{0}](const FinalNetwork& network) mutable {
      for (const auto& [metric, value] : network.metrics) {
        database.insert("final", {number, metric, network.architecture, real(value.value),
                                  real(value.low), real(value.high)});
      }
      ++number;
    };
    for (const FinalNetwork& network : record.rejected) insert(network);
    insert(record);
  });
}

std::optional<FinalRecord> RunStore::final() const {
  const auto entries = manifest();
  const auto architecture = entries.find(kFinalArchitecture);
  if (architecture == entries.end()) return std::nullopt;
  FinalRecord record;
  record.architecture = architecture->second;
  if (const auto seconds = entries.find(kFinalSeconds); seconds != entries.end()) {
    record.seconds = parse_number<double>(seconds->second).value_or(0.0);
  }
  for (const Row& row : state_->database.rows("final")) {
    const RowReader read(file(), "final", row);
    FinalNetwork* network = &record;
    if (const std::string& name = read.text(2); name != record.architecture) {
      if (record.rejected.empty() || record.rejected.back().architecture != name) {
        record.rejected.push_back({name, {}});
      }
      network = &record.rejected.back();
    }
    network->metrics[read.text(1)] = read.measurement(3);
  }
  return record;
}

std::vector<EvaluationRecord> RunStore::evaluations() const {
  auto records = state_->read<EvaluationRecord>("evaluation", [&](const RowReader& row) {
    EvaluationRecord record;
    record.index = row.whole(0);
    record.generation = row.whole(1);
    record.genotype = row.genotype(2);
    record.architecture = row.text(3);
    record.key = row.key(4);
    return record;
  });
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (records[i].index != i) throw missing_evaluation(i);
  }
  const auto record_of = [&](const RowReader& row) -> EvaluationRecord& {
    const std::uint64_t index = row.whole(0);
    if (index >= records.size()) throw missing_evaluation(index);
    return records[index];
  };
  for (const Row& row : state_->database.rows("forecast")) {
    const RowReader read(file(), "forecast", row);
    record_of(read).forecast[read.text(1)] = read.measurement(2);
  }
  for (const Row& row : state_->database.rows("outcome")) {
    const RowReader read(file(), "outcome", row);
    EvaluationRecord& record = record_of(read);
    if (!read.text(2).empty()) record.failure = read.text(2);
    record.seconds += read.real(3);
  }
  for (const Row& row : state_->database.rows("measurement")) {
    const RowReader read(file(), "measurement", row);
    record_of(read).metrics[read.text(2)] = read.measurement(3);
  }
  return records;
}

SearchError RunStore::missing_evaluation(std::uint64_t index) const {
  return SearchError(fmt::format(
      "{}: evaluation {} is missing; the file is damaged, `evonas verify` names the tables",
      file().string(), index));
}

std::vector<std::vector<std::string>> RunStore::finished_sources() const {
  std::vector<std::vector<std::string>> sources(state_->database.rows("evaluation").size());
  for (const Row& row : state_->database.rows("outcome")) {
    const RowReader read(file(), "outcome", row);
    const std::uint64_t index = read.whole(0);
    if (index >= sources.size()) throw missing_evaluation(index);
    sources[index].push_back(read.text(1));
  }
  return sources;
}

std::vector<AskRecord> RunStore::asks() const {
  return state_->read<AskRecord>("ask", [](const RowReader& row) {
    return AskRecord{row.whole(0), row.whole(1), row.whole(2)};
  });
}

std::vector<GenerationRecord> RunStore::generations() const {
  return state_->read<GenerationRecord>("generation", [](const RowReader& row) {
    return GenerationRecord{row.whole(0), row.whole(1), row.whole(2), row.whole(3),
                            row.whole(4), row.reals(5), row.real(6),  row.real(7)};
  });
}

double RunStore::seconds() const {
  return parse_number<double>(get(kSeconds).value_or("0")).value_or(0.0);
}

std::optional<TimeSplit> RunStore::times() const {
  const std::optional<std::string> text = get(kTimes);
  if (!text) return std::nullopt;
  return parse_time_split(*text);
}

std::vector<std::string> RunStore::verify_checksums() const { return state_->database.faults(); }

}  // namespace evonas::search
