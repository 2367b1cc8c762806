#pragma once

#include <memory>
#include <string>
#include <vector>

#include "predictor/predictor.hpp"

namespace evonas::predictor {

/// The names of all predictors, those that need LibTorch included.
std::vector<std::string> predictor_names();

/// Builds one that needs no LibTorch; nothing for one that does. Throws PredictorError for a name
/// that is none of predictor_names(), naming the nearest.
std::unique_ptr<Predictor> make_plain_predictor(const std::string& name,
                                                const spaces::AnySpace& space);

}  // namespace evonas::predictor
