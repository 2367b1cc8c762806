#pragma once

#include <map>
#include <stdexcept>
#include <string>

#include <nlohmann/json.hpp>

#include "search/driver.hpp"
#include "search/run_record.hpp"
#include "spaces/search_space.hpp"

namespace evonas::report {

/// A report that cannot be written.
class ReportError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A finished or interrupted run and what is needed to tell about it.
struct Run {
  std::string name;  ///< of the folder
  spaces::AnySpace space;
  search::Problem problem;
  search::SearchSummary summary;
  std::map<std::string, evaluation::Metric> metrics;  ///< by name: units and cost classes
  std::map<std::string, std::string> host;  ///< cpu, cores, memory, system, evonas version
  std::string configuration;                ///< YAML with every default
};

/// The front as CSV: `architecture,key`, objectives, limits' metrics and then the other metrics by
/// name. Values print shortest-exact. The same run gives the same bytes.
std::string front_csv(const Run& run);

/// `summary.json` (see the README for its form).
nlohmann::json summary_json(const Run& run);

/// Everything the page shows, as plain data: one call turns a run into data, another draws it.
nlohmann::json report_json(const Run& run);

/// A self-contained page (plotly.js inlined, works offline) that shows `report_json`.
std::string report_html(const nlohmann::json& data);

/// A table for a terminal: the best network, the front, how the search ended.
std::string console_summary(const Run& run);

}  // namespace evonas::report
