#pragma once

#include <cstdint>

#include "evaluation/training/kernel_numbers.hpp"

namespace evonas::evaluation::kernels {

struct ImageExtent {
  std::int64_t images = 0;
  std::int64_t height = 0;
  std::int64_t width = 0;
  std::int64_t channels = 0;
};

/// Average pooling by windows of 3x3 with stride 1, pixels beyond the border not counted: the means
/// of `values`, or where `values` are their gradient, that of what was pooled. Values lie as images
/// x height x width x channels. Pure, single-threaded and repeatable on one machine.
void window_sums(const float* values, const ImageExtent& extent, bool gradient, float* result);
void window_sums(const BFloat16* values, const ImageExtent& extent, bool gradient,
                 BFloat16* result);

}  // namespace evonas::evaluation::kernels
