#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "cli/config/configuration.hpp"
#include "yaml/fault.hpp"
#include "yaml/writer.hpp"

/// Any bytes either give a configuration that survives being written and read, or a
/// yaml::YamlError.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using evonas::config::parse_configuration;
  namespace yaml = evonas::yaml;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::string first;
  try {
    first = yaml::to_yaml(parse_configuration(text, "/data"));
  } catch (const yaml::YamlError&) {
    return 0;
  }
  if (yaml::to_yaml(parse_configuration(first, "/data")) != first) std::abort();
  return 0;
}
