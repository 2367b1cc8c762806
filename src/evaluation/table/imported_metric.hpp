#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "evaluation/table/import_table.hpp"

namespace evonas::evaluation {

/// What the readers of all source files need of imported metrics.

/// Throws EvaluationError unless the metrics can stand in one table.
void check_names(std::span<const ImportedMetric> metrics);

/// The position of the column called `name`. Throws EvaluationError beginning with `place` where
/// there is none, naming the nearest, or there are two.
std::size_t position_of(std::span<const std::string> columns, const std::string& name,
                        const std::string& place);

/// The positions of the required ones among the metrics. Throws EvaluationError where one is not
/// imported.
std::vector<std::size_t> required_positions(std::span<const ImportedMetric> metrics,
                                            std::span<const std::string> required);

/// The mean of the values that the columns of a metric have in a row; NaN where one is missing.
/// Throws EvaluationError beginning with `place` where it is too large a number.
double mean_of_columns(std::span<const double> values, const std::string& place,
                       const ImportedMetric& metric);

/// `about` with the name of the source file, and its checksum unless it is a pipe.
TableAbout with_source(TableAbout about, const std::filesystem::path& source);

}  // namespace evonas::evaluation
