#pragma once

#include <torch/torch.h>

#include "graph/weights.hpp"

namespace evonas::evaluation {

/// A copy as a LibTorch tensor, float32 on the CPU.
torch::Tensor to_torch(const graph::Tensor& tensor);

/// A copy of a LibTorch tensor of any number format, layout and device.
graph::Tensor from_torch(const torch::Tensor& tensor);

}  // namespace evonas::evaluation
