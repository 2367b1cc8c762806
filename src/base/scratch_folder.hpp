#pragma once

#include <filesystem>

namespace evonas {

/// An empty folder that goes, with all that is in it, with this object.
class ScratchFolder {
 public:
  /// Throws std::filesystem::filesystem_error where it cannot be made in `parent`.
  explicit ScratchFolder(
      const std::filesystem::path& parent = std::filesystem::temp_directory_path());
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder();

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace evonas
