#pragma once

#include <filesystem>

namespace evonas::search {

/// Exclusive advisory lock (flock) on a file that nobody replaces. The system gives it up when the
/// process ends, however it ends; the file stays.
class FileLock {
 public:
  /// Throws SearchError where another process or object holds the lock.
  explicit FileLock(const std::filesystem::path& file);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int descriptor_;
};

}  // namespace evonas::search
