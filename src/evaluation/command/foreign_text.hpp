#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace evonas::evaluation::command {

/// Foreign text as one line of a log or a reason: at most about `limit` bytes, control characters
/// as spaces. Bytes that are no UTF-8 are shown as evonas::quoted() shows them.
std::string one_line(std::string_view text, std::size_t limit);

}  // namespace evonas::evaluation::command
