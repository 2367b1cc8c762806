#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

namespace evonas::cli {

/// A file or folder that cannot be written or read; names it and the reason.
class FileError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Replaces the file as a whole: writes `file`.partial, syncs it, renames it and syncs the folder.
/// After any stop the file holds either what it held before or all of `content`. Throws FileError.
void write_atomically(const std::filesystem::path& file, std::string_view content);

/// The bytes of a file. Throws FileError.
std::string read_whole(const std::filesystem::path& file);

}  // namespace evonas::cli
