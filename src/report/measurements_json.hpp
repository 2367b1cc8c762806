#pragma once

#include <map>
#include <string>

#include <nlohmann/json.hpp>

#include "evaluation/evaluator.hpp"

namespace evonas::report {

using Measurements = std::map<std::string, evaluation::Measurement>;

/// Adds `metrics` {name: value} and `intervals` {name: [low, high]} to `json`.
void add_measurements(nlohmann::json& json, const Measurements& measurements);

}  // namespace evonas::report
