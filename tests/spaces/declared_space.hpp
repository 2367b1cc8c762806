#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "spaces/declared.hpp"
#include "temporary_folder.hpp"

namespace evonas::tests {

/// A declared space that ships with evonas.
inline spaces::Declared shipped_space(const std::string& name) {
  return spaces::Declared({.file = EVONAS_SOURCE_DIR "/configs/spaces/" + name + ".yaml"});
}

/// A space from YAML in memory.
inline spaces::Declared space_of_yaml(const std::string& yaml,
                                      spaces::DeclaredOptions options = {}) {
  const TemporaryFolder folder;
  options.file = folder.write("space.yaml", yaml).string();
  return spaces::Declared(options);
}

}  // namespace evonas::tests
