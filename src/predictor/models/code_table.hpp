#pragma once

#include <cstdint>

#include <torch/types.h>

namespace evonas::predictor {

/// distinct_code() of the whole numbers from 0 to count - 1: count x width.
torch::Tensor distinct_code_table(std::int64_t count, std::int64_t width);

}  // namespace evonas::predictor
