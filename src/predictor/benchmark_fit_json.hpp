#pragma once

#include <cstdint>

#include <nlohmann/json_fwd.hpp>

#include "predictor/predictor_benchmark.hpp"

namespace evonas::predictor {

/// A FIT as BenchmarkResults::to_json() has it, and back. Throws nlohmann::json::exception for
/// anything else; relative errors that an older file lacks are no numbers.
nlohmann::json fit_json(std::uint64_t seed, const BenchmarkFit& fit);
BenchmarkFit fit_from(const nlohmann::json& json);

}  // namespace evonas::predictor
