#pragma once

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "temporary_folder.hpp"

namespace evonas::tests {

/// Files of a folder with an extension such as ".yaml", by name.
inline std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder,
                                                   const std::string& extension) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == extension) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// What the message about a malformed file must contain: its "# expect: " lines, or the lines of
/// the .expect file beside it where it has no room for comments.
inline std::vector<std::string> expectations(const std::filesystem::path& file) {
  const std::string mark = "# expect: ";
  const std::filesystem::path beside = std::filesystem::path(file).replace_extension(".expect");
  const bool separate = std::filesystem::exists(beside);
  std::istringstream lines(read_text(separate ? beside : file));
  std::vector<std::string> expected;
  for (std::string line; std::getline(lines, line);) {
    if (separate) {
      expected.push_back(line);
    } else if (line.starts_with(mark)) {
      expected.push_back(line.substr(mark.size()));
    }
  }
  return expected;
}

}  // namespace evonas::tests
