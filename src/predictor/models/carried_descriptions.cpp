#include <string_view>

#include "predictor/descriptions.hpp"

// Names of the assembler file.
// NOLINTBEGIN(readability-identifier-naming)
extern "C" {
extern const char evonas_descriptions_begin[], evonas_descriptions_end[];
}
// NOLINTEND(readability-identifier-naming)

namespace evonas::predictor {

std::shared_ptr<const Descriptions> carried_descriptions() {
  const std::string_view text = {evonas_descriptions_begin, evonas_descriptions_end};
  return std::make_shared<const Descriptions>(
      Descriptions::parse(text, "the descriptions that evonas carries"));
}

}  // namespace evonas::predictor
