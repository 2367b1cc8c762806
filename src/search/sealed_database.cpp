#include "search/sealed_database.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <utility>

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sqlite3.h>

#include "base/key.hpp"
#include "search/file_lock.hpp"
#include "search/problem.hpp"
#include "search/sealed_row.hpp"
#include "search/sqlite_error.hpp"

namespace evonas::search {
namespace {

constexpr int kBusyMilliseconds = 10000;
constexpr const char* kSealTable = "seal";

std::string column_name(const std::string& definition) {
  return definition.substr(0, definition.find(' '));
}

std::string key_condition(const Table& table) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < table.key_columns; ++i) {
    parts.push_back(fmt::format("{} = ?", column_name(table.columns[i])));
  }
  return fmt::format("{}", fmt::join(parts, " AND "));
}

std::string key_list(const Table& table) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < table.key_columns; ++i) {
    names.push_back(column_name(table.columns[i]));
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

/// Percent-encoded, for an SQLite URI.
std::string uri_path(const std::filesystem::path& file) {
  std::string encoded;
  for (const char c : std::filesystem::absolute(file).string()) {
    if (c == '?' || c == '#' || c == '%') {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    } else {
      encoded += c;
    }
  }
  return encoded;
}

}  // namespace

struct SealedDatabase::State {
  struct Entry {
    Table table;
    Seal seal;
    Seal committed;  ///< what a rollback returns to
    bool touched = false;
    std::optional<SQLite::Statement> insert;
  };

  explicit State(std::filesystem::path file) : path(std::move(file)) {}

  std::filesystem::path path;
  int version = 0;  ///< format of the file
  std::unique_ptr<FileLock> lock;
  std::unique_ptr<SQLite::Database> database;
  std::map<std::string, Entry> tables;
  double group_seconds = 0.0;
  std::optional<std::chrono::steady_clock::time_point> begun;

  Entry& entry(const std::string& name) { return tables.at(name); }

  template <class Body>
  auto guarded(const Body& body) const {
    try {
      return body();
    } catch (const SQLite::Exception& error) {
      throw described(error, path);
    }
  }

  void connect(Access access) {
    if (access == Access::Read) {
      database = std::make_unique<SQLite::Database>(path.string(), SQLite::OPEN_READONLY,
                                                    kBusyMilliseconds);
      // In a folder that cannot be written to, SQLite reads a file in WAL mode only when told that
      // nobody changes it; it would then overlook a WAL.
      if (database->tryExec("PRAGMA schema_version") == SQLITE_CANTOPEN &&
          !std::filesystem::exists(path.string() + "-wal")) {
        database = std::make_unique<SQLite::Database>("file:" + uri_path(path) + "?immutable=1",
                                                      SQLite::OPEN_READONLY | SQLite::OPEN_URI,
                                                      kBusyMilliseconds);
      }
      return;
    }
    lock = std::make_unique<FileLock>(std::filesystem::path(path).replace_extension(".lock"));
    const int create = access == Access::Create ? SQLite::OPEN_CREATE : 0;
    database = std::make_unique<SQLite::Database>(path.string(), SQLite::OPEN_READWRITE | create,
                                                  kBusyMilliseconds);
    database->exec("PRAGMA journal_mode = WAL");
    database->exec("PRAGMA synchronous = FULL");
  }

  /// A journal that is not a WAL is left only where a kill came before the file was in WAL mode.
  static bool cut_short(const std::filesystem::path& file) {
    return std::filesystem::exists(file.string() + "-journal");
  }

  bool empty() const {
    return database->execAndGet("SELECT count(*) FROM sqlite_master").getInt() == 0;
  }

  int stored_version() const { return database->execAndGet("PRAGMA user_version").getInt(); }

  void prepare() {
    for (auto& [name, entry] : tables) {
      std::string marks = "?";
      for (std::size_t i = 0; i < entry.table.columns.size(); ++i) marks += ", ?";
      entry.insert.emplace(*database, fmt::format("INSERT INTO {} VALUES ({})", name, marks));
    }
  }

  bool holds(const Table& table) const { return table.since <= version; }

  /// Brings the file to a format.
  void upgrade(int format) {
    for (auto& [name, entry] : tables) {
      const Table& table = entry.table;
      if (holds(table)) continue;
      entry.touched = true;
      database->exec(fmt::format(
          "CREATE TABLE {} ({}, checksum TEXT NOT NULL, PRIMARY KEY ({})) WITHOUT ROWID", name,
          fmt::join(table.columns, ", "), key_list(table)));
    }
    database->exec(fmt::format("PRAGMA user_version = {}", format));
    version = format;
  }

  void create_tables(int format) {
    database->exec(fmt::format(
        "CREATE TABLE {} (name TEXT PRIMARY KEY, rows INTEGER NOT NULL, digest TEXT NOT NULL, "
        "checksum TEXT NOT NULL) WITHOUT ROWID",
        kSealTable));
    upgrade(format);
  }

  void load_seals() {
    SQLite::Statement query(*database,
                            fmt::format("SELECT name, rows, digest FROM {}", kSealTable));
    while (query.executeStep()) {
      const auto found = tables.find(query.getColumn(0).getString());
      if (found == tables.end()) continue;
      found->second.seal.rows = query.getColumn(1).getInt64();
      found->second.seal.digest = parse_checksum(query.getColumn(2).getString());
    }
  }

  void write_seals() {
    SQLite::Statement statement(
        *database, fmt::format("INSERT OR REPLACE INTO {} VALUES (?, ?, ?, ?)", kSealTable));
    for (auto& [name, entry] : tables) {
      if (!entry.touched) continue;
      Row row{name, entry.seal.rows, entry.seal.digest.hex()};
      row.emplace_back(checksum_of(kSealTable, row).hex());
      statement.reset();
      bind_row(statement, row);
      statement.exec();
      entry.touched = false;
    }
  }

  void remove(Entry& entry, const Row& row) {
    const Row key(row.begin(), row.begin() + std::ptrdiff_t(entry.table.key_columns));
    const std::string where =
        fmt::format("FROM {} WHERE {}", entry.table.name, key_condition(entry.table));
    SQLite::Statement query(*database, "SELECT checksum " + where);
    bind_row(query, key);
    if (!query.executeStep()) return;
    entry.seal.remove(parse_checksum(query.getColumn(0).getString()));
    SQLite::Statement erase(*database, "DELETE " + where);
    bind_row(erase, key);
    erase.exec();
  }

  void store(Entry& entry, Row row) {
    const Key checksum = checksum_of(entry.table.name, row);
    row.emplace_back(checksum.hex());
    entry.insert->tryReset();
    bind_row(*entry.insert, row);
    entry.insert->exec();
    entry.seal.add(checksum);
    entry.touched = true;
  }

  void begin() {
    database->exec("BEGIN IMMEDIATE");
    for (auto& [name, entry] : tables) entry.committed = entry.seal;
    begun = std::chrono::steady_clock::now();
  }

  void commit() {
    write_seals();
    database->exec("COMMIT");
    begun.reset();
  }

  void roll_back() noexcept {
    for (auto& [name, entry] : tables) {
      entry.seal = entry.committed;
      entry.touched = false;
      if (entry.insert) entry.insert->tryReset();
    }
    // Fails where SQLite has already rolled back, which is as good.
    database->tryExec("ROLLBACK");
    begun.reset();
  }

  void transact(const std::function<void()>& body) {
    if (!begun) begin();
    try {
      body();
      const std::chrono::duration<double> open = std::chrono::steady_clock::now() - *begun;
      if (open.count() >= group_seconds) commit();
    } catch (...) {
      roll_back();
      throw;
    }
  }

  void flush() {
    if (!begun) return;
    try {
      commit();
    } catch (...) {
      roll_back();
      throw;
    }
  }

  std::vector<std::string> table_faults(const Table& table) const {
    std::vector<std::string> faults;
    const std::size_t width = table.columns.size();
    SQLite::Statement query(
        *database, fmt::format("SELECT * FROM {} ORDER BY {}", table.name, key_list(table)));
    Seal seal;
    while (query.executeStep()) {
      Row row = read_row(query, width + 1);
      const Cell stored = row.back();
      row.pop_back();
      const Key checksum = checksum_of(table.name, row);
      seal.add(checksum);
      if (stored != Cell(checksum.hex())) {
        faults.push_back(
            fmt::format("{}, table {}, row ({}): the contents do not match the checksum",
                        path.string(), table.name, describe_key(row, table.key_columns)));
      }
    }
    SQLite::Statement sealed(*database, fmt::format("SELECT * FROM {} WHERE name = ?", kSealTable));
    sealed.bind(1, table.name);
    Row expected{table.name, seal.rows, seal.digest.hex()};
    expected.emplace_back(checksum_of(kSealTable, expected).hex());
    if (!sealed.executeStep()) {
      faults.push_back(fmt::format("{}, table {}: its row for the table {} is missing",
                                   path.string(), kSealTable, table.name));
    } else if (read_row(sealed, 4) != expected) {
      faults.push_back(fmt::format(
          "{}, table {}: its {} rows are not those that were sealed ({} rows); rows were altered, "
          "added or taken away",
          path.string(), table.name, seal.rows, sealed.getColumn(1).getString()));
    }
    return faults;
  }
};

SealedDatabase::SealedDatabase(std::filesystem::path file, Access access, std::vector<Table> tables,
                               const Formats& formats,
                               const std::function<void(SealedDatabase&)>& fill)
    : state_(std::make_unique<State>(std::move(file))) {
  State& state = *state_;
  if (access != Access::Create && !std::filesystem::exists(state.path)) {
    throw SearchError(fmt::format("{} does not exist: {} holds no run", state.path.string(),
                                  state.path.parent_path().string()));
  }
  for (Table& table : tables) {
    const std::string name = table.name;
    state.tables[name].table = std::move(table);
  }
  const SearchError nothing(fmt::format(
      "{} holds no run: it was stopped before it began; start it again", state.path.string()));
  if (access == Access::Read && State::cut_short(state.path)) throw nothing;
  state.guarded([&] {
    state.connect(access);
    // One state of all tables together, however long the reader takes.
    if (access == Access::Read) state.database->exec("BEGIN");
    const int stored = state.stored_version();
    const bool empty = stored == 0 && state.empty();
    if (access == Access::Create) {
      if (!empty) {
        throw SearchError(
            fmt::format("{} already holds a run; continue it with `evonas resume {}`, "
                        "or choose another folder",
                        state.path.string(), state.path.parent_path().string()));
      }
      state.transact([&] {
        state.create_tables(formats.newest);
        state.prepare();
        if (fill) fill(*this);
      });
      return;
    }
    if (empty) throw nothing;
    if (stored < formats.oldest || stored > formats.newest) {
      throw SearchError(fmt::format(
          "{} is a run of format {}, and this program reads formats {} to {}; use the version of "
          "evonas that wrote it",
          state.path.string(), stored, formats.oldest, formats.newest));
    }
    state.version = stored;
    state.load_seals();
    if (access == Access::Read) return;
    if (stored < formats.newest) state.transact([&] { state.upgrade(formats.newest); });
    state.prepare();
  });
}

SealedDatabase::~SealedDatabase() = default;

bool SealedDatabase::holds_tables(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file) || State::cut_short(file)) return false;
  State state(file);
  return state.guarded([&] {
    state.connect(Access::Read);
    return !state.empty();
  });
}

const std::filesystem::path& SealedDatabase::file() const { return state_->path; }

void SealedDatabase::transaction(const std::function<void()>& body) {
  state_->guarded([&] { state_->transact(body); });
}

void SealedDatabase::group_commits(double seconds) { state_->group_seconds = seconds; }

void SealedDatabase::flush() {
  state_->guarded([&] { state_->flush(); });
}

void SealedDatabase::insert(const std::string& table, const Row& row) {
  state_->store(state_->entry(table), row);
}

void SealedDatabase::put(const std::string& table, const Row& row) {
  State::Entry& entry = state_->entry(table);
  state_->remove(entry, row);
  state_->store(entry, row);
}

void SealedDatabase::clear(const std::string& table) {
  State::Entry& entry = state_->entry(table);
  state_->database->exec(fmt::format("DELETE FROM {}", table));
  entry.seal = Seal();
  entry.touched = true;
}

std::vector<Row> SealedDatabase::rows(const std::string& name) const {
  const Table& table = state_->entry(name).table;
  if (!state_->holds(table)) return {};
  return state_->guarded([&] {
    SQLite::Statement query(*state_->database,
                            fmt::format("SELECT * FROM {} ORDER BY {}", name, key_list(table)));
    std::vector<Row> rows;
    while (query.executeStep()) rows.push_back(read_row(query, table.columns.size()));
    return rows;
  });
}

std::vector<std::string> SealedDatabase::faults() const {
  std::vector<std::string> faults;
  try {
    const std::string check = state_->database->execAndGet("PRAGMA quick_check").getString();
    if (check != "ok") faults.push_back(fmt::format("{}: {}", state_->path.string(), check));
    int expected = 0;
    for (const auto& [name, entry] : state_->tables) {
      if (!state_->holds(entry.table)) continue;
      ++expected;
      const std::vector<std::string> found = state_->table_faults(entry.table);
      faults.insert(faults.end(), found.begin(), found.end());
    }
    const int seals =
        state_->database->execAndGet(fmt::format("SELECT count(*) FROM {}", kSealTable));
    if (seals != expected) {
      faults.push_back(fmt::format("{}, table {}: {} rows where {} are expected",
                                   state_->path.string(), kSealTable, seals, expected));
    }
  } catch (const SQLite::Exception& error) {
    faults.push_back(fmt::format("{}: {}", state_->path.string(), error.what()));
  }
  return faults;
}

}  // namespace evonas::search
