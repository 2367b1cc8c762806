#pragma once

#include <torch/torch.h>

namespace evonas::evaluation {

/// The mean over the 3 x 3 pixels around each pixel, over those of them that are inside the image:
/// average pooling of stride 1 whose padding does not count, as cells have it on many edges.
/// `images` is batch x channels x height x width in float32 or bfloat16; so is the result.
/// Differentiable once. On the CPU the window is added up by rows and then by columns, which takes
/// a fraction of the time of LibTorch's operator; elsewhere it is that operator.
torch::Tensor average_3x3(const torch::Tensor& images);

}  // namespace evonas::evaluation
