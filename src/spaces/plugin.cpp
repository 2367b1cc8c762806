#include "spaces/plugin.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include "base/quoted.hpp"

namespace evonas::spaces {
namespace {

template <class Function>
Function* function_of(void* library, const std::filesystem::path& file, const char* name) {
  void* const address = dlsym(library, name);
  if (address == nullptr) {
    throw SpaceError(
        fmt::format("{} is no evonas plug-in: it lacks {}, which EVONAS_SPACE_PLUGIN defines",
                    evonas::quoted(file.string(), 200), name));
  }
  return reinterpret_cast<Function*>(address);
}

}  // namespace

AnySpace load_space(const std::filesystem::path& library, const PluginOptions& options) {
  const std::string path = std::filesystem::absolute(library).string();
  // The space is used until the end of the process, so its code must never be unloaded.
  void* const handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (handle == nullptr) {
    throw SpaceError(fmt::format("the plug-in {} cannot be loaded: {}",
                                 evonas::quoted(library.string(), 200), dlerror()));
  }
  const int version = function_of<int()>(handle, library, "evonas_plugin_version")();
  if (version != kPluginVersion) {
    throw SpaceError(
        fmt::format("the plug-in {} was built for version {} of the plug-in interface, "
                    "and this evonas has version {}: build it again",
                    evonas::quoted(library.string(), 200), version, kPluginVersion));
  }
  std::optional<AnySpace> space;
  function_of<void(const PluginOptions*, std::optional<AnySpace>*)>(
      handle, library, "evonas_plugin_space")(&options, &space);
  return std::move(*space);
}

}  // namespace evonas::spaces
