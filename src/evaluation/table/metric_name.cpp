#include "evaluation/table/metric_name.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <limits>

#include <fmt/format.h>

namespace evonas::evaluation {
namespace {

constexpr std::int64_t kMostEpochs = 1'000'000'000;
constexpr std::uint64_t kLargestSeed = std::numeric_limits<std::int64_t>::max();  // SQL's largest

bool is_identifier(std::string_view text) {
  constexpr std::size_t kLongest = 128;
  const auto fits = [](char c) {
    return c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0;
  };
  return !text.empty() && text.size() <= kLongest && std::ranges::all_of(text, fits) &&
         std::isdigit(static_cast<unsigned char>(text[0])) == 0;
}

/// Takes `mark` and all behind it off `text` and reads the number there; false where it is none.
template <class Number>
bool take_number(std::string_view& text, char mark, std::optional<Number>& number) {
  const std::size_t at = text.find(mark);
  if (at == std::string_view::npos) return true;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data() + at + 1, end, number.emplace());
  text = text.substr(0, at);
  return error == std::errc{} && rest == end;
}

}  // namespace

std::optional<MetricName> MetricName::parse(std::string_view text) {
  MetricName name;
  std::string_view rest = text;
  if (!take_number(rest, '#', name.seed) || !take_number(rest, '@', name.epochs)) {
    return std::nullopt;
  }
  name.quantity = rest;
  if (!is_identifier(name.quantity)) return std::nullopt;
  if (name.epochs && (*name.epochs < 1 || *name.epochs > kMostEpochs)) return std::nullopt;
  if (name.seed && *name.seed > kLargestSeed) return std::nullopt;
  if (name.to_string() != text) return std::nullopt;
  return name;
}

std::string MetricName::to_string() const {
  std::string text = quantity;
  if (epochs) text += fmt::format("@{}", *epochs);
  if (seed) text += fmt::format("#{}", *seed);
  return text;
}

}  // namespace evonas::evaluation
