#pragma once

#include <cstdint>
#include <string>

#include <torch/types.h>

#include "predictor/models/graph_model.hpp"

namespace evonas::predictor {

/// Codes of more numbers than these would repeat.
constexpr std::int64_t kDistinctCodes = 62;

/// distinct_code() of the whole numbers from 0 to count - 1: count x width.
torch::Tensor distinct_code_table(std::int64_t count, std::int64_t width);

/// Throws PredictorError where graphs of a batch have as many nodes or operations as there are
/// codes.
void check_codes(const GraphBatch& graphs, std::int64_t count, const std::string& model);

}  // namespace evonas::predictor
