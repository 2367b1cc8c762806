#include "evaluation/table/table_file.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include <fmt/format.h>

#include "base/quoted.hpp"

namespace evonas::evaluation {
namespace {

bool is_identifier(std::string_view name) {
  constexpr std::size_t kLongest = 128;
  const auto fits = [](char c) {
    return c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0;
  };
  return !name.empty() && name.size() <= kLongest && std::ranges::all_of(name, fits) &&
         std::isdigit(static_cast<unsigned char>(name[0])) == 0;
}

std::string lower_case(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

}  // namespace

void check_metric_names(std::string_view place, std::span<const TableMetric> metrics) {
  if (metrics.empty() || metrics.size() > kMostTableMetrics) {
    throw EvaluationError(fmt::format("{}: {} metrics, expected from 1 to {}", place,
                                      metrics.size(), kMostTableMetrics));
  }
  std::set<std::string> seen;
  for (const TableMetric& metric : metrics) {
    const std::string name = lower_case(metric.name);
    if (!is_identifier(name) || name == "row") {
      throw EvaluationError(fmt::format(
          "{}: {} cannot name a metric; expected letters, digits and underscores, no digit first, "
          "at most 128 of them, and not the word row",
          place, evonas::quoted(metric.name)));
    }
    if (!seen.insert(name).second) {
      throw EvaluationError(fmt::format(
          "{}: the metric {} is there twice (upper and lower case count as equal); name one of "
          "them otherwise",
          place, metric.name));
    }
  }
}

std::string to_string(Direction direction) {
  switch (direction) {
    case Direction::Maximize:
      return "maximize";
    case Direction::Minimize:
      return "minimize";
    case Direction::Unspecified:
      break;
  }
  return "";
}

std::optional<Direction> direction_of(std::string_view word) {
  for (const Direction direction :
       {Direction::Unspecified, Direction::Maximize, Direction::Minimize}) {
    if (word == to_string(direction)) return direction;
  }
  return std::nullopt;
}

}  // namespace evonas::evaluation
