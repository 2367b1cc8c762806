#include "evaluation/table/imported_metric.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "base/nearest_name.hpp"
#include "base/quoted.hpp"
#include "base/statistics.hpp"
#include "evaluation/table/table_file.hpp"

namespace evonas::evaluation {
namespace {

/// Takes the text before `mark`, and the mark, off `rest`.
std::string_view take_part(std::string_view& rest, char mark) {
  const std::string_view part = rest.substr(0, rest.find(mark));
  rest.remove_prefix(std::min(rest.size(), part.size() + 1));
  return part;
}

std::string known(std::span<const std::string> columns) {
  constexpr std::size_t kShown = 20;
  std::string names;
  for (std::size_t i = 0; i < columns.size() && i < kShown; ++i) {
    names += (i == 0 ? "" : ", ") + evonas::quoted(columns[i]);
  }
  return fmt::format("it has {} columns: {}{}", columns.size(), names,
                     columns.size() > kShown ? ", ..." : "");
}

}  // namespace

ImportedMetric ImportedMetric::parse(std::string_view text) {
  const auto fail = [&](std::string_view what) {
    throw EvaluationError(
        fmt::format("the metric {} {}; expected NAME=COLUMN[,COLUMN...][:UNIT[:maximize|minimize]]",
                    evonas::quoted(text), what));
  };
  ImportedMetric result;
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) fail("has no '='");
  result.metric.name = text.substr(0, equals);
  std::string_view rest = text.substr(equals + 1);
  if (std::ranges::count(rest, ':') > 2) fail("has more than three parts after the '='");
  std::string_view columns = take_part(rest, ':');
  if (columns.empty() || columns.ends_with(',')) fail("names no column");
  while (!columns.empty()) {
    result.columns.emplace_back(take_part(columns, ','));
    if (result.columns.back().empty()) fail("names no column before a ','");
  }
  result.metric.unit = take_part(rest, ':');
  const std::optional<Direction> direction = direction_of(take_part(rest, ':'));
  if (!direction) fail("has a direction that is neither maximize nor minimize");
  result.metric.direction = *direction;
  check_metric_names(fmt::format("the metric {}", evonas::quoted(text)), {&result.metric, 1});
  return result;
}

void check_names(std::span<const ImportedMetric> metrics) {
  std::vector<TableMetric> names;
  for (const ImportedMetric& metric : metrics) names.push_back(metric.metric);
  check_metric_names("the metrics to import", names);
}

std::size_t position_of(std::span<const std::string> columns, const std::string& name,
                        const std::string& place) {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i] != name) continue;
    if (found) {
      throw EvaluationError(
          fmt::format("{}: the columns {} and {} are both called {}; rename one of them", place,
                      *found + 1, i + 1, evonas::quoted(name)));
    }
    found = i;
  }
  if (found) return *found;
  const std::string guess = nearest_name(name, columns);
  throw EvaluationError(fmt::format(
      "{}: there is no column {}; {}", place, evonas::quoted(name),
      guess.empty() ? known(columns) : fmt::format("did you mean {}?", evonas::quoted(guess))));
}

std::vector<std::size_t> required_positions(std::span<const ImportedMetric> metrics,
                                            std::span<const std::string> required) {
  std::vector<std::string> names;
  for (const ImportedMetric& metric : metrics) names.push_back(metric.metric.name);
  std::vector<std::size_t> positions;
  for (const std::string& name : required) {
    const auto found = std::ranges::find(names, name);
    if (found == names.end()) {
      const std::string guess = nearest_name(name, names);
      throw EvaluationError(fmt::format(
          "the required metric {} is none of those imported{}", evonas::quoted(name),
          guess.empty() ? "; name it as --metric does" : fmt::format("; did you mean {}?", guess)));
    }
    positions.push_back(static_cast<std::size_t>(found - names.begin()));
  }
  return positions;
}

double mean_of_columns(std::span<const double> values, const std::string& place,
                       const ImportedMetric& metric) {
  const double mean = mean_of(values);
  if (std::isinf(mean)) {
    throw EvaluationError(
        fmt::format("{}: the mean of {} is too large a number", place, metric.metric.name));
  }
  return mean;
}

TableAbout with_source(TableAbout about, const std::filesystem::path& source) {
  about.source_file = source.filename().string();
  // A pipe has been read, once and for all.
  if (std::filesystem::is_regular_file(source)) {
    about.source_checksum = checksum_of(source).hex();
  }
  return about;
}

}  // namespace evonas::evaluation
