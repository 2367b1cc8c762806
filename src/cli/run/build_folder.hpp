#pragma once

#include <filesystem>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "search/file_lock.hpp"

namespace evonas::cli {

/// The folder of something that takes hours to build: begun once by a recipe, gone on with after
/// any stop, by one process at a time.
class BuildFolder {
 public:
  /// Creates the folder where it is missing and holds `recipe.yaml` in it. Throws FileError where
  /// it was begun with another recipe, SearchError while another process builds there.
  BuildFolder(std::filesystem::path folder, const std::string& recipe);

  std::filesystem::path file(const std::string& name) const { return folder_ / name; }

  /// Keeps a file that the recipe refers to. Throws FileError where the folder has it with other
  /// content.
  void keep(const std::string& name, const std::string& content) const;

  /// Writes manifest.json: `about`, and the hosts that have built here, this one among them.
  void note_host(const nlohmann::json& about) const;

 private:
  std::filesystem::path folder_;
  search::FileLock lock_;
};

}  // namespace evonas::cli
