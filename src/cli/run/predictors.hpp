#pragma once

#include <memory>
#include <string>

#include "predictor/predictor.hpp"

/// `src/cli/torch` makes every predictor; an evonas built without LibTorch has `src/cli/no_torch`
/// instead, which throws a PredictorError for those that need it.
namespace evonas::cli {

/// The predictor of that name, unfitted. Throws PredictorError for an unknown name.
std::unique_ptr<predictor::Predictor> make_predictor(const std::string& name,
                                                     const spaces::AnySpace& space);

}  // namespace evonas::cli
