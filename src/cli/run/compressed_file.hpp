#pragma once

#include <filesystem>
#include <string>

namespace evonas::cli {

/// Writes the text as a gzip file, as write_atomically() does; the same text gives the same bytes.
/// Throws FileError.
void write_compressed(const std::filesystem::path& file, const std::string& text);

}  // namespace evonas::cli
