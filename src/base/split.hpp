#pragma once

#include <string_view>
#include <vector>

namespace evonas {

/// The parts of `text` between the marks, views into it: always one more than there are marks, so
/// an empty text is one empty part.
std::vector<std::string_view> split(std::string_view text, char mark);

}  // namespace evonas
