#pragma once

#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "evaluation/evaluator.hpp"

namespace evonas::evaluation::command {

/// What a command is told about a candidate: seed, key, and the architecture as its space writes
/// it, as genes and as the graph of its cell; where `input` says what networks read, also the whole
/// network in one of the forms "json", "onnx" (base64, without weights) and "pytorch" (source that
/// depends on torch alone). Throws SpaceError or GraphError where there is no such architecture or
/// form.
nlohmann::json architecture_message(const spaces::AnySpace& space,
                                    const std::optional<spaces::NetworkInput>& input,
                                    const std::string& form, const Candidate& candidate);

}  // namespace evonas::evaluation::command
