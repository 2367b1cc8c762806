#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "graph/graph.hpp"

namespace evonas::cli {

/// What a CSV file tells of devices: a column `device`, and columns of numbers such as clock_ghz,
/// cores or bandwidth_gbs, above 0, fields being empty where nobody knows. Returns by device
/// attributes of its node (predictor::kHardwarePrefix): how many deviations the logarithm of each
/// number is from its mean over these devices. A number that is not known is not there, which
/// predictors take for the mean; one that is the same for all tells nothing and is not there
/// either.
///
/// Devices may be missing, and others are skipped. Throws EvaluationError naming file and line.
std::vector<graph::Attributes> read_device_numbers(const std::filesystem::path& file,
                                                   const std::vector<std::string>& devices);

}  // namespace evonas::cli
