#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace evonas::search {

/// A value of a table: nothing, a whole number, a real number (never NaN, which SQLite turns into
/// nothing) or a text.
using Cell = std::variant<std::monostate, std::int64_t, double, std::string>;
using Row = std::vector<Cell>;

/// A table of a SealedDatabase.
struct Table {
  std::string name;
  std::vector<std::string> columns;  ///< SQL definitions, "number INTEGER"
  std::size_t key_columns = 1;       ///< the first ones identify a row
  int since = 1;                     ///< format that brought it
};

/// Versions of the tables of a file. A later one only adds tables, so that what rows are sealed
/// with never changes.
struct Formats {
  int oldest = 1;  ///< that can be read
  int newest = 1;
};

/// An SQLite file (WAL, synchronous FULL) in which nothing can be altered, added or taken away
/// unnoticed.
///
/// Every row ends in a checksum of its other columns, exact to the last bit of every number. A
/// table `seal` holds for each table the number of its rows and the sum of their checksums, which
/// changes in the same transaction as the rows. A sum, not a chain, so that rows may be replaced
/// and may arrive in any order. This finds accidents and edits, not a forger who knows the scheme.
///
/// A file open for writing is locked against a second writer by an advisory lock on a file beside
/// it, which the system gives up however the process ends.
///
/// Throws SearchError with file and reason. Not thread-safe.
class SealedDatabase {
 public:
  enum class Access { Create, Write, Read };

  /// A file of a format that is not among `formats` is refused. Write brings one of an earlier
  /// format to the newest; to Read the tables that it lacks are empty. Create makes a new file,
  /// also over one whose creation was cut short, with what `fill` inserts: file, tables and
  /// contents appear in one transaction.
  SealedDatabase(std::filesystem::path file, Access access, std::vector<Table> tables,
                 const Formats& formats, const std::function<void(SealedDatabase&)>& fill = {});
  ~SealedDatabase();
  SealedDatabase(const SealedDatabase&) = delete;
  SealedDatabase& operator=(const SealedDatabase&) = delete;

  /// Whether the file is there and its creation was not cut short.
  static bool holds_tables(const std::filesystem::path& file);

  const std::filesystem::path& file() const;

  /// Runs `body`, whose insert() and put() calls are durable together when this returns, or not
  /// there at all when it throws.
  void transaction(const std::function<void()>& body);

  /// From now on transactions become durable together: at flush(), or with the first one that ends
  /// this many seconds after the first of its group. What is lost in between is the end of the
  /// sequence, never its middle.
  void group_commits(double seconds);
  void flush();

  /// Adds a row; only within a transaction.
  void insert(const std::string& table, const Row& row);
  /// Adds a row or replaces the one with the same key; only within a transaction.
  void put(const std::string& table, const Row& row);
  /// Takes all rows away; only within a transaction.
  void clear(const std::string& table);

  /// All rows, ordered by key, without checksums.
  std::vector<Row> rows(const std::string& table) const;

  /// One sentence for each row that does not match its checksum and each table that does not match
  /// its seal; empty where all is well.
  std::vector<std::string> faults() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace evonas::search
