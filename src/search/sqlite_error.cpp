#include "search/sqlite_error.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

namespace evonas::search {

SearchError described(const SQLite::Exception& error, const std::filesystem::path& file) {
  const int code = error.getErrorCode() & 0xff;
  const std::string folder = file.parent_path().string();
  if (code == SQLITE_FULL || code == SQLITE_IOERR) {
    return SearchError(fmt::format(
        "cannot write to {} ({}): is the disk full? Everything stored before is intact; free "
        "some space, then continue with `evonas resume {}`",
        file.string(), error.what(), folder));
  }
  if (code == SQLITE_BUSY || code == SQLITE_LOCKED) {
    return SearchError(
        fmt::format("{} is locked by another program: close it, then try again", file.string()));
  }
  if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB) {
    return SearchError(
        fmt::format("{} is damaged ({}); restore it from a copy, or start the run again",
                    file.string(), error.what()));
  }
  return SearchError(fmt::format("cannot use {}: {}", file.string(), error.what()));
}

}  // namespace evonas::search
