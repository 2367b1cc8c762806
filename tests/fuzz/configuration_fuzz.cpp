#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "cli/config/configuration.hpp"
#include "cli/config/fault.hpp"
#include "cli/config/yaml_writer.hpp"

/// Any bytes either give a configuration that survives being written and read, or a ConfigError.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace evonas::config;
  const std::string_view yaml(reinterpret_cast<const char*>(data), size);
  std::string first;
  try {
    first = to_yaml(parse_configuration(yaml, "/data"));
  } catch (const ConfigError&) {
    return 0;
  }
  if (to_yaml(parse_configuration(first, "/data")) != first) std::abort();
  return 0;
}
