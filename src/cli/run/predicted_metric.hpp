#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "evaluation/evaluator.hpp"
#include "spaces/network_input.hpp"
#include "spaces/search_space.hpp"

namespace evonas::cli {

/// A cheap metric that a fitted predictor tells, with the 95 % interval that it expects: `file` is
/// one that 'evonas predictor fit' or 'evonas predictor adapt' wrote. A predictor that reads whole
/// networks may have learnt from other spaces, and reads those for `input`; any other one must have
/// been fitted in `space`. `device` is the one to predict on, of a predictor that has learnt
/// several (make_fitted()); empty for all others. Throws EvaluationError, PredictorError,
/// FileError.
std::shared_ptr<evaluation::Evaluator> make_predicted_source(
    const spaces::AnySpace& space, const std::optional<spaces::NetworkInput>& input,
    const std::filesystem::path& file, const std::string& metric, const std::string& device = {});

}  // namespace evonas::cli
