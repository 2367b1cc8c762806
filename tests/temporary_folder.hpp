#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include <unistd.h>

#include "base/scratch_folder.hpp"

namespace evonas::tests {

/// The bytes of a file; empty where there is none.
inline std::string read_text(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

inline void write_text(const std::filesystem::path& file, std::string_view bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

/// Where temporary files of tests lie: in memory where that can be, because a run store waits for
/// the disk after every evaluation.
inline std::filesystem::path folder_of_tests() {
  const std::filesystem::path memory = "/dev/shm";
  return ::access(memory.c_str(), W_OK) == 0 ? memory : std::filesystem::temp_directory_path();
}

class TemporaryFolder : public ScratchFolder {
 public:
  TemporaryFolder() : ScratchFolder(folder_of_tests()) {}

  std::filesystem::path operator/(const std::filesystem::path& name) const { return path() / name; }

  /// Writes a file and returns its path.
  std::filesystem::path write(const std::string& name, std::string_view bytes) const {
    const std::filesystem::path file = path() / name;
    write_text(file, bytes);
    return file;
  }
};

}  // namespace evonas::tests
