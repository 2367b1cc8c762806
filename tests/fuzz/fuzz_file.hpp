#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include <unistd.h>

namespace evonas::fuzz {

/// A path of this process, in memory where the system offers that.
inline std::filesystem::path scratch_path(const std::string& name) {
  const std::filesystem::path memory = "/dev/shm";
  const std::filesystem::path folder =
      std::filesystem::is_directory(memory) ? memory : std::filesystem::temp_directory_path();
  return folder / ("evonas_fuzz_" + std::to_string(getpid()) + "_" + name);
}

/// A file with the bytes of one input, which is gone afterwards.
class FuzzFile {
 public:
  FuzzFile(const std::string& name, const std::uint8_t* data, std::size_t size)
      : path_(scratch_path(name)) {
    std::ofstream(path_, std::ios::binary)
        .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  }
  FuzzFile(const FuzzFile&) = delete;
  FuzzFile& operator=(const FuzzFile&) = delete;
  ~FuzzFile() { std::filesystem::remove(path_); }

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace evonas::fuzz
