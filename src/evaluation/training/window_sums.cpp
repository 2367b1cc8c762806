#include "evaluation/training/window_sums.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

namespace evonas::evaluation::kernels {
namespace {

/// One over how many of three neighbours, the middle one at `position`, are within `size`.
float share_at(std::int64_t position, std::int64_t size) {
  return 1.0F / static_cast<float>(1 + (position > 0 ? 1 : 0) + (position + 1 < size ? 1 : 0));
}

/// share_at() of every pixel of a row, for each of its channels.
std::vector<float> shares_of_row(const ImageExtent& extent) {
  std::vector<float> shares;
  for (std::int64_t x = 0; x < extent.width; ++x) {
    shares.insert(shares.end(), static_cast<std::size_t>(extent.channels),
                  share_at(x, extent.width));
  }
  return shares;
}

template <class T>
EVONAS_INLINE void add_rows(const std::array<const T*, 3>& rows, const std::array<float, 3>& scales,
                            float* __restrict sum, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) {
    sum[i] =
        scales[0] * load(rows[0][i]) + scales[1] * load(rows[1][i]) + scales[2] * load(rows[2][i]);
  }
}

/// `padded` has a pixel of zeros at either end.
template <class T>
EVONAS_INLINE void add_columns(const float* __restrict padded, const float* __restrict shares,
                               float scale, T* __restrict result, std::int64_t count,
                               std::int64_t channels) {
  for (std::int64_t i = 0; i < count; ++i) {
    const float sum = padded[i] + padded[i + channels] + padded[i + 2 * channels];
    store(result[i], shares == nullptr ? sum : sum * shares[i] * scale);
  }
}

/// Means over windows or, since a window has a pixel exactly if the pixel's window has its centre,
/// the gradient: what is added up is then weighed by the window it comes from.
template <class T>
EVONAS_INLINE void sum_windows(const T* values, const ImageExtent& extent, bool gradient,
                               T* result) {
  const std::int64_t length = extent.width * extent.channels;
  const std::vector<float> shares = shares_of_row(extent);
  const std::vector<T> zeros(static_cast<std::size_t>(length), T{});
  std::vector<float> padded(static_cast<std::size_t>(length + 2 * extent.channels), 0.0F);
  float* const middle = padded.data() + extent.channels;
  for (std::int64_t row = 0; row < extent.images * extent.height; ++row) {
    const std::int64_t y = row % extent.height;
    const T* const own = values + row * length;
    const bool first = y == 0;
    const bool last = y + 1 == extent.height;
    const std::array<const T*, 3> rows{first ? zeros.data() : own - length, own,
                                       last ? zeros.data() : own + length};
    std::array<float, 3> scales{1.0F, 1.0F, 1.0F};
    if (gradient) {
      for (std::int64_t i = 0; i < 3; ++i) {
        scales[static_cast<std::size_t>(i)] =
            share_at(std::clamp<std::int64_t>(y + i - 1, 0, extent.height - 1), extent.height);
      }
    }
    add_rows(rows, scales, middle, length);
    if (gradient) {
      for (std::int64_t i = 0; i < length; ++i) middle[i] *= shares[static_cast<std::size_t>(i)];
    }
    add_columns(padded.data(), gradient ? nullptr : shares.data(), share_at(y, extent.height),
                result + row * length, length, extent.channels);
  }
}

}  // namespace

EVONAS_VECTOR_CLONES
void window_sums(const float* values, const ImageExtent& extent, bool gradient, float* result) {
  sum_windows(values, extent, gradient, result);
}

EVONAS_VECTOR_CLONES
void window_sums(const BFloat16* values, const ImageExtent& extent, bool gradient,
                 BFloat16* result) {
  sum_windows(values, extent, gradient, result);
}

}  // namespace evonas::evaluation::kernels
