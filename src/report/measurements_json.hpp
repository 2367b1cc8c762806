#pragma once

#include <map>
#include <string>

#include "base/json.hpp"
#include "evaluation/evaluator.hpp"

namespace evonas::report {

using Measurements = std::map<std::string, evaluation::Measurement>;

/// Adds `metrics` {name: value} and `intervals` {name: [low, high]} to `json`.
void add_measurements(nlohmann::json& json, const Measurements& measurements);

/// The same data as any reader takes it: bytes that are no UTF-8 (from the messages of a user's
/// command, say) replaced, and null for values that JSON cannot write.
nlohmann::json readable(const nlohmann::json& json);

}  // namespace evonas::report
