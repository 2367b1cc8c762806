#include "search/run_store.hpp"

#include <functional>
#include <utility>

#include <fmt/format.h>

#include "search/run_rows.hpp"
#include "search/sealed_database.hpp"

namespace evonas::search {
namespace {

constexpr const char* kFileName = "run.sqlite";
constexpr const char* kSeconds = "seconds";
constexpr const char* kTimes = "times";
constexpr const char* kFinalArchitecture = "final.architecture";
constexpr const char* kFinalSeconds = "final.seconds";

/// Only within a transaction.
void put_times(SealedDatabase& database, const TimeSplit& times) {
  database.put("manifest", {kSeconds, fmt::format("{}", times.total())});
  database.put("manifest", {kTimes, to_string(times)});
}

/// Only within a transaction.
void insert_origin(SealedDatabase& database, const EvaluationRecord& record) {
  if (!record.origin) return;
  const auto& [how, parent, other_parent, generations] = *record.origin;
  database.insert("origin", {whole_cell(record.index), to_string(how), whole_cell(parent),
                             whole_cell(other_parent), whole_cell(generations)});
}

}  // namespace

struct RunStore::State {
  State(const std::filesystem::path& folder, SealedDatabase::Access access,
        const std::function<void(SealedDatabase&)>& fill = {})
      : database(folder / kFileName, access, run_tables(), kRunFormats, fill) {}

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
    database.insert("ask",
                    {whole_cell(ask.generation), whole_cell(ask.asked), whole_cell(ask.proposed)});
    for (const EvaluationRecord& record : proposed) {
      database.insert("evaluation",
                      {whole_cell(record.index), whole_cell(record.generation),
                       record.genotype.to_string(), record.architecture, record.key.hex()});
      if (record.rung > 0) {
        database.insert("screening", {whole_cell(record.index), whole_cell(record.rung)});
      }
      for (const auto& [metric, value] : record.forecast) {
        database.insert("forecast", {whole_cell(record.index), metric, real_cell(value.value),
                                     real_cell(value.low), real_cell(value.high)});
      }
      insert_origin(database, record);
    }
  });
}

void RunStore::add_origins(std::span<const EvaluationRecord> records) {
  SealedDatabase& database = state_->database;
  database.transaction([&] {
    for (const EvaluationRecord& record : records) insert_origin(database, record);
  });
}

void RunStore::add_outcomes(const std::string& source, std::span<const IndexedOutcome> outcomes,
                            const TimeSplit& run_times,
                            const std::optional<CompletionRecord>& completion) {
  SealedDatabase& database = state_->database;
  database.transaction([&] {
    for (const auto& [index, outcome] : outcomes) {
      database.insert("outcome",
                      {whole_cell(index), source, outcome.failure, real_cell(outcome.seconds)});
      for (const auto& [epoch, values] : outcome.by_epoch) {
        for (const auto& [metric, value] : values) {
          database.insert("by_epoch", {whole_cell(index), source, epoch, metric, real_cell(value)});
        }
      }
      if (!outcome.ok()) continue;
      for (const auto& [metric, value] : outcome.metrics) {
        database.insert("measurement", {whole_cell(index), source, metric, real_cell(value.value),
                                        real_cell(value.low), real_cell(value.high)});
      }
    }
    if (completion) {
      database.insert("completion",
                      {whole_cell(completion->place), whole_cell(completion->evaluation),
                       whole_cell(completion->asks)});
    }
    put_times(database, run_times);
  });
}

void RunStore::finish_generation(const GenerationRecord& record, const TimeSplit& run_times) {
  SealedDatabase& database = state_->database;
  database.transaction([&] {
    database.insert("generation", {whole_cell(record.generation), whole_cell(record.evaluations),
                                   whole_cell(record.failures), whole_cell(record.feasible),
                                   whole_cell(record.front_size), format_reals(record.best),
                                   real_cell(record.hypervolume), real_cell(record.seconds)});
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

void RunStore::set_gene_importance(const GeneImportances& importance) {
  SealedDatabase& database = state_->database;
  database.transaction([&] {
    database.clear("importance");
    for (const auto& [metric, shares] : importance) {
      for (std::size_t gene = 0; gene < shares.size(); ++gene) {
        database.insert("importance", {metric, whole_cell(gene), real_cell(shares[gene])});
      }
    }
  });
}

GeneImportances RunStore::gene_importance() const {
  GeneImportances importance;
  for (const Row& row : state_->database.rows("importance")) {
    const RowReader read(file(), "importance", row);
    importance[read.text(0)].push_back(read.real(2));
  }
  return importance;
}

void RunStore::set_final(const FinalRecord& record) {
  SealedDatabase& database = state_->database;
  database.transaction([&] {
    database.clear("final");
    database.put("manifest", {kFinalArchitecture, record.architecture});
    database.put("manifest", {kFinalSeconds, fmt::format("{}", record.seconds)});
    auto insert = [&, number = std::int64_t{0}](const FinalNetwork& network) mutable {
      for (const auto& [metric, value] : network.metrics) {
        database.insert("final", {number, metric, network.architecture, real_cell(value.value),
                                  real_cell(value.low), real_cell(value.high)});
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
    record.seconds = parse_real(seconds->second).value_or(0.0);
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
  for (const Row& row : state_->database.rows("screening")) {
    const RowReader read(file(), "screening", row);
    record_of(read).rung = static_cast<std::uint32_t>(read.whole(1));
  }
  for (const Row& row : state_->database.rows("origin")) {
    const RowReader read(file(), "origin", row);
    record_of(read).origin = Origin{.how = parse_operator(read.text(1)),
                                    .parent = read.optional_whole(2),
                                    .other_parent = read.optional_whole(3),
                                    .generations = read.whole(4)};
  }
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
  for (const Row& row : state_->database.rows("by_epoch")) {
    const RowReader read(file(), "by_epoch", row);
    const auto epoch = static_cast<std::int64_t>(read.whole(2));
    record_of(read).by_epoch[epoch][read.text(3)] = read.real(4);
  }
  return records;
}

std::map<std::uint64_t, evaluation::Outcome> RunStore::outcomes_by_epoch(
    const std::string& source) const {
  std::map<std::uint64_t, evaluation::Outcome> outcomes;
  for (const Row& row : state_->database.rows("by_epoch")) {
    const RowReader read(file(), "by_epoch", row);
    if (read.text(1) != source) continue;
    const auto epoch = static_cast<std::int64_t>(read.whole(2));
    outcomes[read.whole(0)].by_epoch[epoch][read.text(3)] = read.real(4);
  }
  if (outcomes.empty()) return outcomes;
  for (const Row& row : state_->database.rows("outcome")) {
    const RowReader read(file(), "outcome", row);
    const auto found = outcomes.find(read.whole(0));
    if (read.text(1) != source || found == outcomes.end()) continue;
    found->second.failure = read.text(2);
    found->second.seconds = read.real(3);
  }
  for (const Row& row : state_->database.rows("measurement")) {
    const RowReader read(file(), "measurement", row);
    const auto found = outcomes.find(read.whole(0));
    if (read.text(1) != source || found == outcomes.end()) continue;
    found->second.metrics[read.text(2)] = read.measurement(3);
  }
  return outcomes;
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

std::vector<CompletionRecord> RunStore::completions() const {
  return state_->read<CompletionRecord>("completion", [](const RowReader& row) {
    return CompletionRecord{row.whole(0), row.whole(1), row.whole(2)};
  });
}

std::vector<GenerationRecord> RunStore::generations() const {
  return state_->read<GenerationRecord>("generation", [](const RowReader& row) {
    return GenerationRecord{row.whole(0), row.whole(1), row.whole(2), row.whole(3),
                            row.whole(4), row.reals(5), row.real(6),  row.real(7)};
  });
}

double RunStore::seconds() const { return parse_real(get(kSeconds).value_or("0")).value_or(0.0); }

std::optional<TimeSplit> RunStore::times() const {
  const std::optional<std::string> text = get(kTimes);
  if (!text) return std::nullopt;
  return parse_time_split(*text);
}

std::vector<std::string> RunStore::verify_checksums() const { return state_->database.faults(); }

}  // namespace evonas::search
