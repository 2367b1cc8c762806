#include <cstdlib>
#include <string_view>

#include "spaces/network_input.hpp"
#include "spaces/space_list.hpp"

using namespace evonas::spaces;

/// A text is an architecture that is written back as it was, or is refused with a SpaceError.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static const std::vector<std::string> names = ready_space_names();
  for (const std::string& name : names) {
    const AnySpace space = make_space(name);
    try {
      const Genotype genotype = space.parse(text);
      if (space.parse(space.format(genotype)) != genotype) std::abort();
      if (name == "nasbench201" && space.format(genotype) != text) std::abort();
    } catch (const SpaceError&) {
    }
  }
  try {
    const NetworkInput input = NetworkInput::parse(text);
    if (NetworkInput::parse(input.to_string()) != input) std::abort();
  } catch (const SpaceError&) {
  }
  return 0;
}
