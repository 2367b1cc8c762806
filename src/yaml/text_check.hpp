#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace evonas::yaml {

/// What is wrong with the characters of a text, and in which line.
struct TextFault {
  int line = 1;
  std::string message;
};

/// Checks that `text` is UTF-8 without control characters other than tabs and line ends.
std::optional<TextFault> check_characters(std::string_view text);

/// The same for the text of a file, where tabs in the indentation are refused too: YAML forbids
/// them there, and its parsers disagree on what they mean.
std::optional<TextFault> check_text(std::string_view text);

}  // namespace evonas::yaml
