#include "cli/run/build_folder.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/json.hpp"
#include "cli/run/atomic_file.hpp"
#include "cli/run/host.hpp"

namespace evonas::cli {
namespace {

/// The file that holds the lock of a folder, which is created.
std::filesystem::path lock_file(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  return folder / "build.lock";
}

}  // namespace

BuildFolder::BuildFolder(std::filesystem::path folder, const std::string& recipe)
    : folder_(std::move(folder)), lock_(lock_file(folder_)) {
  keep("recipe.yaml", recipe);
}

void BuildFolder::keep(const std::string& name, const std::string& content) const {
  const std::filesystem::path path = file(name);
  if (!std::filesystem::exists(path)) {
    std::filesystem::create_directories(path.parent_path());
    write_atomically(path, content);
  } else if (read_whole(path) != content) {
    throw FileError(fmt::format(
        "{} was begun with another recipe: name another folder with --out, or compare {}",
        folder_.string(), path.string()));
  }
}

void BuildFolder::note_host(const nlohmann::json& about) const {
  const std::filesystem::path path = file("manifest.json");
  nlohmann::json hosts = nlohmann::json::array();
  if (std::filesystem::exists(path)) {
    try {
      hosts = nlohmann::json::parse(read_whole(path)).at("hosts");
    } catch (const nlohmann::json::exception& error) {
      throw FileError(fmt::format("{} is no manifest of a build ({}): remove it, or restore it",
                                  path.string(), error.what()));
    }
  }
  const nlohmann::json host = describe_host();
  if (std::ranges::find(hosts, host) == hosts.end()) hosts.push_back(host);
  nlohmann::json manifest = about;
  manifest["hosts"] = std::move(hosts);
  write_atomically(path, manifest.dump(2) + "\n");
}

}  // namespace evonas::cli
