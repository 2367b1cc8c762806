#include "predictor/descriptions.hpp"

#include <charconv>

#include <fmt/format.h>

#include "predictor/predictor_error.hpp"

namespace evonas::predictor {
namespace {

/// Takes what stands before the next `mark`, or all of it, off the front of `text`.
std::string_view next_part(std::string_view& text, char mark) {
  const std::size_t end = text.find(mark);
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return part;
}

/// Numbers between blanks; nothing where one is none.
std::vector<float> numbers_in(std::string_view text) {
  std::vector<float> numbers;
  while (!text.empty()) {
    const std::string_view word = next_part(text, ' ');
    float number = 0.0F;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (error != std::errc() || end != word.data() + word.size()) return {};
    numbers.push_back(number);
  }
  return numbers;
}

}  // namespace

Descriptions Descriptions::parse(std::string_view text, const std::string& place) {
  Descriptions result;
  for (std::size_t number = 1; !text.empty(); ++number) {
    std::string_view line = next_part(text, '\n');
    if (line.empty() || line.front() == '#') continue;
    const std::string name(next_part(line, '\t'));
    Entry entry{.text = std::string(next_part(line, '\t')), .numbers = numbers_in(line)};
    if (result.width_ == 0) result.width_ = entry.numbers.size();
    if (entry.numbers.empty() || entry.numbers.size() != result.width_) {
      throw PredictorError(fmt::format(
          "{}, line {}: {} numbers describe {}, expected {}", place, number, entry.numbers.size(),
          name, result.width_ == 0 ? std::string("some") : std::to_string(result.width_)));
    }
    if (!result.entries_.emplace(name, std::move(entry)).second) {
      throw PredictorError(fmt::format("{}, line {}: {} is described twice", place, number, name));
    }
  }
  if (result.entries_.empty()) throw PredictorError(fmt::format("{} describes nothing", place));
  return result;
}

const Descriptions::Entry* Descriptions::find(std::string_view name) const {
  const auto own = entries_.find(name);
  if (own != entries_.end()) return &own->second;
  const Entry* best = nullptr;
  std::size_t longest = 0;
  for (const auto& [known, entry] : entries_) {
    if (known.size() <= longest || name.find(known) == std::string_view::npos) continue;
    longest = known.size();
    best = &entry;
  }
  return best;
}

std::vector<float> Descriptions::vector_of(std::string_view name) const {
  const Entry* entry = find(name);
  return entry == nullptr ? std::vector<float>(width_, 0.0F) : entry->numbers;
}

std::string Descriptions::text_of(std::string_view name) const {
  const Entry* entry = find(name);
  return entry == nullptr ? std::string() : entry->text;
}

}  // namespace evonas::predictor
