#pragma once

#include <cstdint>
#include <vector>

namespace evonas::evaluation::kernels {

/// A convolution with a square, odd kernel and half of it as zeros around the image, so that with
/// stride 1 the result is as large as the image. Images and results lie as images x height x width
/// x channels, weights as outputs x kernel x kernel x inputs.
struct ConvolutionExtent {
  std::int64_t images = 0;
  std::int64_t height = 0;  ///< of the images, not of the results
  std::int64_t width = 0;
  std::int64_t inputs = 0;
  std::int64_t outputs = 0;
  std::int64_t kernel = 1;
  std::int64_t stride = 1;

  [[nodiscard]] std::int64_t result_height() const { return (height - 1) / stride + 1; }
  [[nodiscard]] std::int64_t result_width() const { return (width - 1) / stride + 1; }
};

/// The channels that a pass makes are a multiple of this.
constexpr std::int64_t kChannelBlock = 8;

/// Direct convolution: products are added up in registers, a few pixels by a few channels at once,
/// which for the narrow layers of search networks is up to twice as fast as a library that prepares
/// for wide ones. `outputs` is a multiple of kChannelBlock. Pure, single-threaded and repeatable on
/// one machine, like the following.
void convolve(const float* images, const float* weights, const ConvolutionExtent& extent,
              float* result);

/// Gradient of the images, given that of the result. `inputs` is a multiple of kChannelBlock.
void convolution_image_gradient(const float* gradient, const float* weights,
                                const ConvolutionExtent& extent, float* result);

/// Gradient of the weights, given the images and the gradient of the result. `outputs` is a
/// multiple of kChannelBlock.
void convolution_weight_gradient(const float* images, const float* gradient,
                                 const ConvolutionExtent& extent, float* result);

}  // namespace evonas::evaluation::kernels
