#include "search/file_lock.hpp"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include "search/problem.hpp"

namespace evonas::search {

FileLock::FileLock(const std::filesystem::path& file)
    : descriptor_(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
  if (descriptor_ < 0) {
    throw SearchError(fmt::format("cannot open the lock file {}: {}; the folder must be writable",
                                  file.string(), std::generic_category().message(errno)));
  }
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    ::close(descriptor_);
    if (error == EWOULDBLOCK) {
      throw SearchError(fmt::format(
          "the run in {} is in use by another process; wait for it to end or stop it first",
          file.parent_path().string()));
    }
    throw SearchError(
        fmt::format("cannot lock {}: {}", file.string(), std::generic_category().message(error)));
  }
}

FileLock::~FileLock() { ::close(descriptor_); }

}  // namespace evonas::search
