#pragma once

#include <functional>
#include <memory>

#include "cli/run/predictors.hpp"
#include "predictor/graph_features.hpp"

namespace evonas::cli {

/// `features` yields what the options say that predictors read, made once. Throws PredictorError
/// for pre-trained networks of another space, and FileError.
std::unique_ptr<LearntPredictors> make_torch_predictors(
    const spaces::AnySpace& space, const PredictorOptions& options,
    const std::function<std::shared_ptr<const predictor::GraphFeatures>()>& features);

}  // namespace evonas::cli
