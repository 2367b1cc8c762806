#pragma once

#include <nlohmann/json_fwd.hpp>
#include <torch/types.h>

namespace evonas::predictor {

/// A tensor of numbers in half, single or double precision as JSON, its bytes as a binary value.
nlohmann::json state_of(const torch::Tensor& tensor);

/// Reverse of state_of(), for a tensor of the given shape; a size of -1 is any. Throws
/// PredictorError where it is of another, and nlohmann::json::exception where it is no tensor.
torch::Tensor tensor_from(const nlohmann::json& state, at::IntArrayRef shape);

}  // namespace evonas::predictor
