#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "predictor/predictor_benchmark.hpp"

namespace evonas::predictor {

/// A FIT as BenchmarkResults::to_json() has it, and back. Throws nlohmann::json::exception for
/// anything else; relative errors that an older file lacks are no numbers.
nlohmann::json fit_json(std::uint64_t seed, const BenchmarkFit& fit);
BenchmarkFit fit_from(const nlohmann::json& json);

/// A learning curve: `[{"epoch", "loss", "held_out" or null, "tau" or null}...]`, and back.
nlohmann::json curve_json(std::span<const LearningPoint> curve);
std::vector<LearningPoint> curve_from(const nlohmann::json& json);

}  // namespace evonas::predictor
