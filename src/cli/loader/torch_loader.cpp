#include <algorithm>
#include <array>

#include <dlfcn.h>
#include <fmt/format.h>
#include <link.h>

#include "cli/run/torch_module.hpp"

namespace evonas::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFile = "evonas_torch.so";

/// The folder of the program, or of the shared library, that this code is part of.
fs::path own_folder() {
  Dl_info found;
  void* map = nullptr;
  const auto* const here = reinterpret_cast<const void*>(&own_folder);
  if (dladdr1(here, &found, &map, RTLD_DL_LINKMAP) == 0) return {};
  const fs::path name = static_cast<const link_map*>(map)->l_name;  // empty for the program
  return fs::canonical(name.empty() ? fs::path("/proc/self/exe") : name).parent_path();
}

/// Where a build puts the module, and where an installation does.
std::array<fs::path, 2> possible_files() {
  const fs::path folder = own_folder();
  return {folder / kFile, folder.parent_path() / "lib" / "evonas" / kFile};
}

const TorchModule* load() {
  const auto files = possible_files();
  const auto* const file = std::ranges::find_if(files, [](const fs::path& f) { return exists(f); });
  if (file == files.end()) {
    throw evaluation::EvaluationError(fmt::format(
        "this needs LibTorch, and this evonas was built without LibTorch: build it with "
        "EVONAS_TORCH=ON (there is neither {} nor {})",
        files.front().string(), files.back().string()));
  }
  // What it makes is used until the end of the process, so its code must never be unloaded.
  void* const handle = dlopen(file->c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (handle == nullptr) {
    throw evaluation::EvaluationError(
        fmt::format("{} cannot be loaded: {}", file->string(), dlerror()));
  }
  void* const entry = dlsym(handle, "evonas_torch_module");
  if (entry == nullptr) {
    throw evaluation::EvaluationError(
        fmt::format("{} is not the module of this evonas: install evonas again", file->string()));
  }
  return reinterpret_cast<const TorchModule* (*)()>(entry)();
}

}  // namespace

const TorchModule& torch_module() {
  static const TorchModule* const module = load();  // tried again where it throws
  return *module;
}

}  // namespace evonas::cli
