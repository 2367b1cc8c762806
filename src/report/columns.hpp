#pragma once

#include <string>
#include <vector>

#include "report/report_data.hpp"

namespace evonas::report {

/// The metrics of evaluated architectures in the order of every table: objectives, limits' metrics,
/// then the others by name.
std::vector<std::string> metric_columns(const Run& run);

/// Unit of a metric; empty for a count and where it is not known.
std::string unit_of(const Run& run, const std::string& metric);

/// "minimize" or "maximize", as configurations write it.
std::string to_string(search::Goal goal);

/// "complete", "interrupted", "running" or "failed".
std::string status(search::Termination termination);

}  // namespace evonas::report
