#pragma once

#include "base/json.hpp"

namespace evonas::config {

/// JSON schemas (draft 2020-12) of the files that users write, as they stand in configs/: editors
/// complete and check by them.
nlohmann::ordered_json search_schema();               ///< of `evonas search`
nlohmann::ordered_json benchmark_schema();            ///< of `evonas benchmark`
nlohmann::ordered_json predictor_benchmark_schema();  ///< of `evonas predictor benchmark`
nlohmann::ordered_json declaration_schema();          ///< of declared spaces

}  // namespace evonas::config
