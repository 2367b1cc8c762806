#include "cli/run/device_numbers.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <span>

#include <fmt/format.h>

#include "base/quoted.hpp"
#include "base/statistics.hpp"
#include "evaluation/evaluator.hpp"
#include "evaluation/table/csv.hpp"
#include "predictor/descriptions.hpp"

namespace evonas::cli {
namespace {

constexpr double kLeastSpread = 1e-9;  // deviation of a logarithm that tells devices apart

using Column = std::vector<std::optional<double>>;  // logarithms by device

/// The logarithm of a number above 0; nothing for an empty field.
std::optional<double> logarithm_of(const std::string& field, const std::string& place) {
  if (field.empty()) return std::nullopt;
  double value = 0.0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  if (error != std::errc() || end != field.data() + field.size() || !std::isfinite(value) ||
      value <= 0.0) {
    throw evaluation::EvaluationError(
        fmt::format("{}: {} is no number above 0", place, evonas::quoted(field)));
  }
  return std::log(value);
}

/// Adds the numbers of one column to the attributes of those devices that have them.
void add_standardised(const Column& column, const std::string& name,
                      std::vector<graph::Attributes>& attributes) {
  std::vector<double> known;
  for (const std::optional<double>& value : column) {
    if (value) known.push_back(*value);
  }
  if (known.empty()) return;
  const double mean = mean_of(known);
  const double deviation =
      std::sqrt(sum_of_squares(known, mean) / static_cast<double>(known.size()));
  if (deviation < kLeastSpread) return;
  for (std::size_t i = 0; i < column.size(); ++i) {
    if (!column[i]) continue;
    attributes[i][std::string(predictor::kHardwarePrefix) + name] = (*column[i] - mean) / deviation;
  }
}

}  // namespace

std::vector<graph::Attributes> read_device_numbers(const std::filesystem::path& file,
                                                   const std::vector<std::string>& devices) {
  std::vector<std::string> names;
  std::size_t name_column = 0;
  std::vector<Column> columns;
  std::vector<bool> known(devices.size(), false);
  evaluation::read_csv(
      file,
      [&](std::span<const std::string> header) {
        names.assign(header.begin(), header.end());
        const auto found = std::ranges::find(names, "device");
        if (found == names.end()) {
          throw evaluation::EvaluationError(
              fmt::format("{} has no column device, expected one with names", file.string()));
        }
        name_column = static_cast<std::size_t>(found - names.begin());
        columns.assign(names.size(), Column(devices.size()));
      },
      [&](std::span<const std::string> fields, std::size_t line) {
        const std::string place = fmt::format("{}, line {}", file.string(), line);
        const auto found = std::ranges::find(devices, fields[name_column]);
        if (found == devices.end()) return;
        const auto device = static_cast<std::size_t>(found - devices.begin());
        if (known[device]) {
          throw evaluation::EvaluationError(
              fmt::format("{}: the device {} is there twice", place, evonas::quoted(*found)));
        }
        known[device] = true;
        for (std::size_t i = 0; i < fields.size(); ++i) {
          if (i != name_column) columns[i][device] = logarithm_of(fields[i], place);
        }
      });
  std::vector<graph::Attributes> attributes(devices.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (i != name_column) add_standardised(columns[i], names[i], attributes);
  }
  return attributes;
}

}  // namespace evonas::cli
