#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "spaces/search_space.hpp"

namespace evonas::spaces {

/// Options of a plug-in by name, as a configuration spells them; the plug-in gives them meaning and
/// throws SpaceError for those that it does not know.
using PluginOptions = std::map<std::string, std::string>;

/// The interface between evonas and plug-ins; grows when a header that a plug-in includes changes
/// what it declares. A test compares their checksum, which it names where it fails.
inline constexpr int kPluginVersion = 6;

/// A search space of a shared library that was built against the installed evonas package with
/// EVONAS_SPACE_PLUGIN. The library stays loaded until the process ends. Throws SpaceError where it
/// cannot be loaded, is no plug-in or one for another version, and what the plug-in throws.
AnySpace load_space(const std::filesystem::path& library, const PluginOptions& options);

}  // namespace evonas::spaces

/// Makes a shared library a plug-in: `make` is a function AnySpace(const PluginOptions&). Once in a
/// library, outside of all namespaces.
#define EVONAS_SPACE_PLUGIN(make)                                                       \
  extern "C" int evonas_plugin_version() { return evonas::spaces::kPluginVersion; }     \
  extern "C" void evonas_plugin_space(const evonas::spaces::PluginOptions* options,     \
                                      std::optional<evonas::spaces::AnySpace>* space) { \
    space->emplace(make(*options));                                                     \
  }
