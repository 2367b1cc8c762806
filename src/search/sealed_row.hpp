#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <SQLiteCpp/SQLiteCpp.h>

#include "base/key.hpp"
#include "search/sealed_database.hpp"

namespace evonas::search {

/// Number of rows of a table and sum of their checksums, each half apart and modulo 2^64.
struct Seal {
  std::int64_t rows = 0;
  Key digest;

  void add(const Key& checksum) {
    ++rows;
    digest.high += checksum.high;
    digest.low += checksum.low;
  }
  void remove(const Key& checksum) {
    --rows;
    digest.high -= checksum.high;
    digest.low -= checksum.low;
  }
};

/// Checksum of a row of a table: of its cells with type and length, numbers to the last bit.
Key checksum_of(const std::string& table, const Row& row);

/// The key that `hex` spells; where it spells none another one, which then fails its comparison.
Key parse_checksum(const std::string& hex);

/// Binds the cells to the parameters of a statement, from the first.
void bind_row(SQLite::Statement& statement, const Row& row);

/// The first `width` columns of the row that the statement stands at.
Row read_row(SQLite::Statement& statement, std::size_t width);

/// The first cells of a row, for a message.
std::string describe_key(const Row& row, std::size_t key_columns);

}  // namespace evonas::search
