#pragma once

#include <cstdint>
#include <vector>

#include <torch/torch.h>

namespace evonas::evaluation {

/// What a convolution does besides its weights.
struct ConvolutionSettings {
  std::vector<std::int64_t> strides = {1, 1};
  std::vector<std::int64_t> padding = {0, 0};  ///< zeros on both sides of height and width
  std::vector<std::int64_t> dilations = {1, 1};
  std::int64_t groups = 1;
};

/// Convolution of batch x channels x height x width; `bias` may be undefined. Differentiable once.
/// Training narrow layers in float32 on a CPU takes kernels of our own (convolution_kernels.hpp),
/// everything else LibTorch's.
torch::Tensor convolution(const torch::Tensor& images, const torch::Tensor& weight,
                          const torch::Tensor& bias, const ConvolutionSettings& settings);

}  // namespace evonas::evaluation
