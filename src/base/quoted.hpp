#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace evonas {

/// Foreign text as error messages show it: in single quotes, cut after `limit` bytes, with bytes
/// that do not print as \xNN. Safe for binary garbage of any length. Call it as `evonas::quoted`
/// where <iomanip> is seen: for a std::string, std::quoted would be found too.
std::string quoted(std::string_view text, std::size_t limit = 80);

}  // namespace evonas
