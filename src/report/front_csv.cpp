#include <fmt/format.h>

#include "base/csv_field.hpp"
#include "report/columns.hpp"
#include "report/report_data.hpp"

namespace evonas::report {
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
