#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include <doctest/doctest.h>

namespace evonas::tests {

/// A file of the published benchmark data, which lies beside the repository and not in it; nothing,
/// with a message, where it is absent.
inline std::optional<std::filesystem::path> reference_data(const std::string& name) {
  const std::filesystem::path file =
      std::filesystem::path(EVONAS_SOURCE_DIR) / ".." / "shared" / "data" / name;
  if (std::filesystem::exists(file)) return file;
  MESSAGE("skipped: there is no ../shared/data/" << name);
  return std::nullopt;
}

}  // namespace evonas::tests
