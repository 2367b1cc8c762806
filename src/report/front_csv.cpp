#include <string_view>

#include <fmt/format.h>

#include "report/columns.hpp"
#include "report/report_data.hpp"

namespace evonas::report {
namespace {

/// A field by RFC 4180: quoted where it has to be.
std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace

std::string front_csv(const Run& run) {
  const std::vector<std::string> columns = metric_columns(run);
  std::string csv = "architecture,key";
  for (const std::string& column : columns) csv += ',' + csv_field(column);
  csv += '\n';
  for (const std::size_t position : run.summary.front) {
    const search::EvaluationRecord& record = run.summary.evaluations.at(position);
    csv += csv_field(record.architecture) + ',' + record.key.hex();
    for (const std::string& column : columns) {
      const auto found = record.metrics.find(column);
      csv += ',';
      if (found != record.metrics.end()) csv += fmt::format("{}", found->second.value);
    }
    csv += '\n';
  }
  return csv;
}

}  // namespace evonas::report
