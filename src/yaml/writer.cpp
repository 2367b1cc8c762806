#include "yaml/writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "base/json.hpp"

namespace evonas::yaml {
namespace {

bool is_plain(const std::string& text) {
  const auto safe = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_./+<>=()~|-").find(c) != std::string_view::npos;
  };
  const auto opens = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '/';
  };
  if (text.empty() || !opens(text.front()) || text.back() == ' ') return false;
  if (!std::all_of(text.begin(), text.end(), [&](char c) { return safe(c) || c == ' '; })) {
    return false;
  }
  double number = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc::invalid_argument && end == text.data() + text.size()) return false;
  // Words that some YAML reader takes for something else.
  constexpr std::array<std::string_view, 9> kReserved = {"null", "true", "false", "yes", "no",
                                                         "on",   "off",  "y",     "n"};
  std::string lower = text;
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return std::find(kReserved.begin(), kReserved.end(), lower) == kReserved.end();
}

}  // namespace

std::string scalar(bool value) { return value ? "true" : "false"; }

std::string scalar(std::int64_t value) { return fmt::format("{}", value); }

std::string scalar(std::uint64_t value) { return fmt::format("{}", value); }

std::string scalar(double value) { return fmt::format("{}", value); }

std::string scalar(const std::string& value) {
  return is_plain(value) ? value : nlohmann::json(value).dump();
}

}  // namespace evonas::yaml
