#pragma once

#include <optional>
#include <string>
#include <vector>

#include "report/report_data.hpp"

namespace evonas::report {

/// The metrics of evaluated architectures in the order of every table: objectives, limits' metrics,
/// then the others by name.
std::vector<std::string> metric_columns(const Run& run);

/// Unit of a metric; empty for a count and where it is not known.
std::string unit_of(const Run& run, const std::string& metric);

/// By how much the best network falls short of the optimum in the first objective; nothing where
/// there is no optimum or no best network.
std::optional<double> distance_from_optimum(const Run& run);

/// "minimize" or "maximize", as configurations write it.
std::string to_string(search::Goal goal);

/// "complete", "interrupted", "running" or "failed".
std::string status(search::Termination termination);

}  // namespace evonas::report
