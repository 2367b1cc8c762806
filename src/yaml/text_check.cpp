#include "yaml/text_check.hpp"

#include <cstddef>
#include <cstdint>

#include <fmt/format.h>

namespace evonas::yaml {
namespace {

/// Length of the UTF-8 sequence at `i`, or 0 where there is none (Unicode 15, table 3-7).
std::size_t sequence_length(std::string_view text, std::size_t i) {
  const auto byte = [&](std::size_t at) -> unsigned {
    return at < text.size() ? static_cast<std::uint8_t>(text[at]) : 0U;
  };
  const auto continues = [&](std::size_t at) { return (byte(at) & 0xC0U) == 0x80U; };
  const unsigned first = byte(i);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return continues(i + 1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const unsigned second = byte(i + 1);
    const bool overlong = first == 0xE0 && second < 0xA0;
    const bool surrogate = first == 0xED && second > 0x9F;
    return continues(i + 1) && continues(i + 2) && !overlong && !surrogate ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const unsigned second = byte(i + 1);
    const bool outside = (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F);
    return continues(i + 1) && continues(i + 2) && continues(i + 3) && !outside ? 4 : 0;
  }
  return 0;
}

std::optional<TextFault> check(std::string_view text, bool tabs_indent) {
  int line = 1;
  bool indentation = true;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = sequence_length(text, i);
    const auto c = static_cast<unsigned char>(text[i]);
    if (length == 0) {
      return TextFault{line,
                       fmt::format("byte 0x{:02x} is no UTF-8 text: is this a YAML file?", c)};
    }
    if (c == '\t' && indentation && !tabs_indent) {
      return TextFault{line, "a tab in the indentation: use spaces"};
    }
    if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F) {
      return TextFault{line, fmt::format("control character 0x{:02x}: is this a YAML file?", c)};
    }
    if (c == '\n') {
      ++line;
      indentation = true;
    } else if (c != ' ') {
      indentation = false;
    }
    i += length;
  }
  return std::nullopt;
}

}  // namespace

std::optional<TextFault> check_characters(std::string_view text) { return check(text, true); }

std::optional<TextFault> check_text(std::string_view text) { return check(text, false); }

}  // namespace evonas::yaml
