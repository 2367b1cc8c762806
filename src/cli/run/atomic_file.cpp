#include "cli/run/atomic_file.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace evonas::cli {
namespace {

[[noreturn]] void fail(const std::filesystem::path& file, const char* what) {
  throw FileError(fmt::format("{} cannot be {}: {}", file.string(), what, std::strerror(errno)));
}

/// A file descriptor that is closed with its scope.
class Descriptor {
 public:
  Descriptor(const std::filesystem::path& path, int flags)
      : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, 0644)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  bool is_open() const { return descriptor_ >= 0; }

  bool write(std::string_view content) const {
    while (!content.empty()) {
      const ssize_t written = ::write(descriptor_, content.data(), content.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return false;
      content.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
  }

  bool sync() const { return ::fsync(descriptor_) == 0; }

 private:
  int descriptor_;
};

}  // namespace

void write_atomically(const std::filesystem::path& file, std::string_view content) {
  std::filesystem::path partial = file;
  partial += ".partial";
  const auto give_up = [&] {
    const int reason = errno;
    ::unlink(partial.c_str());
    errno = reason;
    fail(file, "written");
  };
  {
    const Descriptor descriptor(partial, O_WRONLY | O_CREAT | O_TRUNC);
    if (!descriptor.is_open()) fail(partial, "written");
    if (!descriptor.write(content) || !descriptor.sync()) give_up();
  }
  if (::rename(partial.c_str(), file.c_str()) != 0) give_up();
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
  const Descriptor directory(folder, O_RDONLY | O_DIRECTORY);
  if (directory.is_open()) directory.sync();
}

std::string read_whole(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) fail(file, "read");
  if (std::error_code ignored; std::filesystem::is_directory(file, ignored)) {
    errno = EISDIR;
    fail(file, "read");
  }
  std::ostringstream content;
  content << stream.rdbuf();
  if (stream.bad()) fail(file, "read");
  return content.str();
}

}  // namespace evonas::cli
