#pragma once

#include <cstdint>
#include <span>

namespace evonas::predictor {

/// Fills `factors` with what dropout multiplies values with: 1 / keep with the probability `keep`,
/// in (0, 1], zero else. The same key yields the same.
void draw_dropout_factors(std::span<float> factors, double keep, std::uint64_t key);

}  // namespace evonas::predictor
