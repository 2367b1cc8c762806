#include "evaluation/table/cells.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace evonas::evaluation {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

bool says_missing(std::string_view field) {
  const auto is = [&](std::size_t i, char c) { return field[i] == c || field[i] == c - 32; };
  return field.empty() || (field.size() == 3 && is(0, 'n') && is(1, 'a') && is(2, 'n'));
}

std::string_view without_plus(std::string_view field) {
  if (field.starts_with('+') && !field.starts_with("+-")) field.remove_prefix(1);
  return field;
}

/// A whole text as a finite number.
template <class Number>
std::optional<double> finite(std::string_view text) {
  Number value = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, value);
  if (error != std::errc{} || end != last || !std::isfinite(value)) return std::nullopt;
  return static_cast<double>(value);
}

template <class Number>
std::optional<std::vector<double>> unpack(std::string_view cells, std::size_t width,
                                          std::size_t rows) {
  std::vector<double> values;
  values.reserve(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    std::string_view cell = cells.substr(row * width, width);
    while (cell.ends_with(' ')) cell.remove_suffix(1);
    const std::optional<double> value = cell.empty() ? kMissing : finite<Number>(cell);
    if (!value) return std::nullopt;
    values.push_back(*value);
  }
  return values;
}

}  // namespace

std::optional<double> number_of(std::string_view field) {
  if (says_missing(field)) return kMissing;
  return finite<double>(without_plus(field));
}

bool CellColumn::add_text(std::string_view field) {
  const std::optional<double> value = number_of(field);
  if (!value) return false;
  if (std::isnan(*value) || field.size() > kWidestCell) {
    add(*value);
  } else {
    append(without_plus(field));
  }
  return true;
}

void CellColumn::add(double value) {
  if (std::isnan(value)) return append({});
  std::array<char, kWidestCell> text{};
  const auto written = std::to_chars(text.data(), text.data() + text.size(), value);
  append({text.data(), written.ptr});
}

void CellColumn::add(float value) {
  if (std::isnan(value)) return append({});
  std::array<char, kWidestCell> text{};
  const auto written = std::to_chars(text.data(), text.data() + text.size(), value);
  append({text.data(), written.ptr});
}

void CellColumn::append(std::string_view text) {
  text_ += text;
  lengths_.push_back(static_cast<std::uint8_t>(text.size()));
}

void CellColumn::remove_last() {
  text_.erase(text_.size() - lengths_.back());
  lengths_.pop_back();
}

std::size_t CellColumn::missing() const {
  return static_cast<std::size_t>(std::ranges::count(lengths_, 0));
}

std::size_t CellColumn::width() const {
  return lengths_.empty() ? 1 : std::max<std::size_t>(1, *std::ranges::max_element(lengths_));
}

std::string CellColumn::packed() const {
  const std::size_t cell = width();
  std::string cells(cell * lengths_.size(), ' ');
  std::size_t from = 0;
  for (std::size_t row = 0; row < lengths_.size(); ++row) {
    text_.copy(cells.data() + row * cell, lengths_[row], from);
    from += lengths_[row];
  }
  return cells;
}

std::optional<std::vector<double>> unpack_cells(std::string_view cells, std::size_t width,
                                                bool single_precision, std::size_t rows) {
  if (width < 1 || width > kWidestCell || cells.size() != width * rows) return std::nullopt;
  return single_precision ? unpack<float>(cells, width, rows) : unpack<double>(cells, width, rows);
}

}  // namespace evonas::evaluation
