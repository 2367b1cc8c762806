#include "spaces/plugin.hpp"

#include "stack_space.hpp"

namespace {

evonas::spaces::AnySpace make_stack(const evonas::spaces::PluginOptions& options) {
  std::int64_t channels = 16;
  for (const auto& [name, value] : options) {
    if (name != "channels") throw evonas::spaces::SpaceError("a stack has no option " + name);
    channels = std::stoll(value);
  }
  return evonas::spaces::AnySpace(StackSpace(channels));
}

}  // namespace

EVONAS_SPACE_PLUGIN(make_stack)
