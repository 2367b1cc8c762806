#pragma once

#include <memory>

#include "cli/run/predictors.hpp"

namespace evonas::cli {

/// Throws PredictorError for pre-trained networks of another space, and FileError.
std::unique_ptr<LearntPredictors> make_torch_predictors(const spaces::AnySpace& space,
                                                        const PredictorOptions& options);

}  // namespace evonas::cli
