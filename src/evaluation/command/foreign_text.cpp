#include "evaluation/command/foreign_text.hpp"

#include "base/quoted.hpp"
#include "yaml/text_check.hpp"

namespace evonas::evaluation::command {
namespace {

bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

}  // namespace

std::string one_line(std::string_view text, std::size_t limit) {
  const bool is_cut = text.size() > limit;
  std::size_t length = is_cut ? limit : text.size();
  while (is_cut && length > 0 && continues_character(text[length])) --length;
  std::string line(text.substr(0, length));
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  if (yaml::check_characters(line)) return evonas::quoted(text, limit);
  return is_cut ? line + "..." : line;
}

}  // namespace evonas::evaluation::command
