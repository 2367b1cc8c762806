#include "evaluation/training/convolution_kernels.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <vector>

#include "evaluation/training/kernel_numbers.hpp"

namespace evonas::evaluation::kernels {
namespace {

using Vector [[gnu::vector_size(kChannelBlock * sizeof(float))]] = float;

// Vectors go by reference: by value their calling convention depends on the instruction set.
EVONAS_INLINE void load(const float* values, Vector& vector) {
  std::memcpy(&vector, values, sizeof(vector));
}
EVONAS_INLINE void store(float* values, const Vector& vector) {
  std::memcpy(values, &vector, sizeof(vector));
}

// Rows of a register tile that is `vectors` wide: 8 to 12 sums, enough to hide how long an addition
// takes, and with the operands no more than the 16 registers of AVX2.
constexpr int rows_of_tile(int vectors) { return vectors == 1 ? 8 : 12 / vectors; }
constexpr std::int64_t kMostRows = 8;

// Channels that are computed together.
struct Group {
  std::int64_t begin = 0;
  int vectors = 0;

  [[nodiscard]] std::int64_t channels() const { return vectors * kChannelBlock; }
};

// Groups of two vectors, and one of three or of one where their number is odd.
std::vector<Group> groups_of(std::int64_t channels) {
  std::vector<Group> groups;
  for (std::int64_t begin = 0; begin < channels; begin += groups.back().channels()) {
    const std::int64_t left = (channels - begin) / kChannelBlock;
    groups.push_back({.begin = begin, .vectors = left == 1 ? 1 : left == 3 ? 3 : 2});
  }
  return groups;
}

// One image with zeros around it, its pixels `spacing` apart. What a row of the kernel's window
// reads lies side by side there.
class PaddedImage {
 public:
  PaddedImage(const ConvolutionExtent& extent, std::int64_t channels, std::int64_t spacing)
      : extent_(extent),
        channels_(channels),
        spacing_(spacing),
        row_((extent.width + extent.kernel - 1) * channels),
        // Tiles of the weight gradient read up to kMostRows past the end, and drop what they get.
        values_(static_cast<std::size_t>((extent.height + extent.kernel - 1) * row_ + kMostRows),
                0.0F) {}

  void load(const float* image) {
    float* target = values_.data() + extent_.kernel / 2 * (row_ + channels_);
    // Neighbours are copied as one.
    const std::int64_t run = (spacing_ == 1 ? extent_.width : 1) * channels_;
    for (std::int64_t y = 0; y < extent_.height; y += spacing_, target += spacing_ * row_) {
      for (std::int64_t x = 0; x < extent_.width * channels_; x += spacing_ * run, image += run) {
        std::memcpy(target + x, image, static_cast<std::size_t>(run) * sizeof(float));
      }
    }
  }
  [[nodiscard]] const float* values() const { return values_.data(); }
  [[nodiscard]] std::int64_t row() const { return row_; }
  [[nodiscard]] std::int64_t channels() const { return channels_; }

  // Where the windows begin that are `stride` apart, row by row.
  [[nodiscard]] std::vector<std::int64_t> windows(std::int64_t stride) const {
    std::vector<std::int64_t> begins;
    for (std::int64_t y = 0; y < extent_.height; y += stride) {
      for (std::int64_t x = 0; x < extent_.width; x += stride) {
        begins.push_back(y * row_ + x * channels_);
      }
    }
    return begins;
  }

 private:
  ConvolutionExtent extent_;
  std::int64_t channels_;
  std::int64_t spacing_;
  std::int64_t row_;
  std::vector<float> values_;
};

// The weights group by group; in a group, those that meet one input side by side.
std::vector<float> pack(const float* weights, std::int64_t depth,
                        const std::vector<Group>& groups) {
  std::vector<float> packed;
  for (const Group& group : groups) {
    for (std::int64_t k = 0; k < depth; ++k) {
      for (std::int64_t c = group.begin; c < group.begin + group.channels(); ++c) {
        packed.push_back(weights[c * depth + k]);
      }
    }
  }
  return packed;
}

// Weights of the convolution that makes the gradient of images out of that of results.
std::vector<float> reverse(const float* weights, const ConvolutionExtent& extent) {
  const std::int64_t window = extent.kernel * extent.kernel;
  std::vector<float> reversed;
  for (std::int64_t input = 0; input < extent.inputs; ++input) {
    for (std::int64_t place = window - 1; place >= 0; --place) {
      for (std::int64_t output = 0; output < extent.outputs; ++output) {
        reversed.push_back(weights[(output * window + place) * extent.inputs + input]);
      }
    }
  }
  return reversed;
}

// Results of some pixels: `windows` are where theirs begin, `results` where they go.
template <int kRows, int kVectors>
EVONAS_INLINE void convolve_tile(const float* const* windows, std::int64_t row, std::int64_t kernel,
                                 std::int64_t inputs, const float* packed, float* const* results) {
  Vector sums[kRows][kVectors] = {};
  for (std::int64_t y = 0; y < kernel; ++y) {
    for (std::int64_t k = y * row; k < y * row + kernel * inputs; ++k) {
      Vector factors[kVectors];
      EVONAS_UNROLL
      for (int v = 0; v < kVectors; ++v, packed += kChannelBlock) load(packed, factors[v]);
      EVONAS_UNROLL
      for (int p = 0; p < kRows; ++p) {
        const float value = windows[p][k];
        EVONAS_UNROLL
        for (int v = 0; v < kVectors; ++v) sums[p][v] += value * factors[v];
      }
    }
  }
  EVONAS_UNROLL
  for (int p = 0; p < kRows; ++p) {
    EVONAS_UNROLL
    for (int v = 0; v < kVectors; ++v) store(results[p] + v * kChannelBlock, sums[p][v]);
  }
}

// The channels of a group of all pixels of an image; `channels` of the result lie side by side.
template <int kVectors>
EVONAS_INLINE void convolve_group(const PaddedImage& image,
                                  const std::vector<std::int64_t>& windows, std::int64_t kernel,
                                  const float* packed, std::int64_t channels, float* result) {
  constexpr int kRows = rows_of_tile(kVectors);
  const auto last = static_cast<std::int64_t>(windows.size()) - 1;
  for (std::int64_t begin = 0; begin <= last; begin += kRows) {
    const float* sources[kRows];
    float* results[kRows];
    for (int p = 0; p < kRows; ++p) {
      // The last tile repeats the last pixel instead of being shorter.
      const std::int64_t pixel = std::min(begin + p, last);
      sources[p] = image.values() + windows[static_cast<std::size_t>(pixel)];
      results[p] = result + pixel * channels;
    }
    convolve_tile<kRows, kVectors>(sources, image.row(), kernel, image.channels(), packed, results);
  }
}

// Makes `channels` of each of the `windows` of all images, which are loaded into `image` in turn.
EVONAS_INLINE void convolve_images(const float* values, std::int64_t values_an_image,
                                   std::int64_t images, PaddedImage& image,
                                   const std::vector<std::int64_t>& windows, std::int64_t kernel,
                                   const float* weights, std::int64_t channels, float* result) {
  const std::int64_t depth = kernel * kernel * image.channels();
  const auto results_an_image = static_cast<std::int64_t>(windows.size()) * channels;
  const std::vector<Group> groups = groups_of(channels);
  const std::vector<float> packed = pack(weights, depth, groups);
  for (std::int64_t i = 0; i < images; ++i) {
    image.load(values + i * values_an_image);
    for (const Group& group : groups) {
      const float* const factors = packed.data() + group.begin * depth;
      float* const target = result + i * results_an_image + group.begin;
      switch (group.vectors) {
        case 1:
          convolve_group<1>(image, windows, kernel, factors, channels, target);
          break;
        case 2:
          convolve_group<2>(image, windows, kernel, factors, channels, target);
          break;
        default:
          convolve_group<3>(image, windows, kernel, factors, channels, target);
      }
    }
  }
}

// Adds what one image contributes to the gradient of some weights, `sums`: those of `inputs` and
// what follows it in the window, by the channels of the group that `gradient` begins with.
template <int kRows, int kVectors>
EVONAS_INLINE void add_weight_gradient(const float* inputs, std::int64_t row, const float* gradient,
                                       const ConvolutionExtent& extent, float* sums) {
  Vector tile[kRows][kVectors];
  EVONAS_UNROLL
  for (int k = 0; k < kRows; ++k) {
    EVONAS_UNROLL
    for (int v = 0; v < kVectors; ++v) load(sums + (k * kVectors + v) * kChannelBlock, tile[k][v]);
  }
  for (std::int64_t y = 0; y < extent.height; y += extent.stride, inputs += extent.stride * row) {
    const float* input = inputs;
    for (std::int64_t x = 0; x < extent.width; x += extent.stride) {
      Vector factors[kVectors];
      EVONAS_UNROLL
      for (int v = 0; v < kVectors; ++v) load(gradient + v * kChannelBlock, factors[v]);
      EVONAS_UNROLL
      for (int k = 0; k < kRows; ++k) {
        const float value = input[k];
        EVONAS_UNROLL
        for (int v = 0; v < kVectors; ++v) tile[k][v] += value * factors[v];
      }
      input += extent.stride * extent.inputs;
      gradient += extent.outputs;
    }
  }
  EVONAS_UNROLL
  for (int k = 0; k < kRows; ++k) {
    EVONAS_UNROLL
    for (int v = 0; v < kVectors; ++v) store(sums + (k * kVectors + v) * kChannelBlock, tile[k][v]);
  }
}

// Adds it for all weights of a group; returns where the sums of the next one begin.
template <int kVectors>
EVONAS_INLINE float* add_group_gradient(const PaddedImage& image, const float* gradient,
                                        const ConvolutionExtent& extent, float* sums) {
  constexpr int kRows = rows_of_tile(kVectors);
  for (std::int64_t y = 0; y < extent.kernel; ++y) {
    const float* const inputs = image.values() + y * image.row();
    for (std::int64_t k = 0; k < extent.kernel * extent.inputs; k += kRows) {
      add_weight_gradient<kRows, kVectors>(inputs + k, image.row(), gradient, extent, sums);
      sums += kRows * kVectors * kChannelBlock;
    }
  }
  return sums;
}

// Rows of tiles for one row of the kernel, the last tile filled up.
std::int64_t tiled_rows(const ConvolutionExtent& extent, int vectors) {
  const std::int64_t rows = rows_of_tile(vectors);
  return (extent.kernel * extent.inputs + rows - 1) / rows * rows;
}

}  // namespace

EVONAS_VECTOR_CLONES
void convolve(const float* images, const float* weights, const ConvolutionExtent& extent,
              float* result) {
  PaddedImage image(extent, extent.inputs, /*spacing=*/1);
  convolve_images(images, extent.height * extent.width * extent.inputs, extent.images, image,
                  image.windows(extent.stride), extent.kernel, weights, extent.outputs, result);
}

EVONAS_VECTOR_CLONES
void convolution_image_gradient(const float* gradient, const float* weights,
                                const ConvolutionExtent& extent, float* result) {
  const std::vector<float> reversed = reverse(weights, extent);
  PaddedImage image(extent, extent.outputs, /*spacing=*/extent.stride);
  convolve_images(gradient, extent.result_height() * extent.result_width() * extent.outputs,
                  extent.images, image, image.windows(/*stride=*/1), extent.kernel, reversed.data(),
                  extent.inputs, result);
}

EVONAS_VECTOR_CLONES
void convolution_weight_gradient(const float* images, const float* gradient,
                                 const ConvolutionExtent& extent, float* result) {
  const std::vector<Group> groups = groups_of(extent.outputs);
  std::int64_t length = 0;
  for (const Group& group : groups) {
    length += extent.kernel * tiled_rows(extent, group.vectors) * group.channels();
  }
  std::vector<float> sums(static_cast<std::size_t>(length), 0.0F);
  PaddedImage image(extent, extent.inputs, /*spacing=*/1);
  const std::int64_t pixels = extent.result_height() * extent.result_width();
  for (std::int64_t i = 0; i < extent.images; ++i) {
    image.load(images + i * extent.height * extent.width * extent.inputs);
    float* tiles = sums.data();
    for (const Group& group : groups) {
      const float* const source = gradient + i * pixels * extent.outputs + group.begin;
      switch (group.vectors) {
        case 1:
          tiles = add_group_gradient<1>(image, source, extent, tiles);
          break;
        case 2:
          tiles = add_group_gradient<2>(image, source, extent, tiles);
          break;
        default:
          tiles = add_group_gradient<3>(image, source, extent, tiles);
      }
    }
  }

  const std::int64_t row = extent.kernel * extent.inputs;
  const float* tiles = sums.data();
  for (const Group& group : groups) {
    for (std::int64_t y = 0; y < extent.kernel; ++y) {
      for (std::int64_t k = 0; k < row; ++k) {
        for (std::int64_t c = 0; c < group.channels(); ++c) {
          result[((group.begin + c) * extent.kernel + y) * row + k] =
              tiles[k * group.channels() + c];
        }
      }
      tiles += tiled_rows(extent, group.vectors) * group.channels();
    }
  }
}

}  // namespace evonas::evaluation::kernels
