#pragma once

#include <torch/torch.h>

#include "evaluation/training/kernel_numbers.hpp"

namespace evonas::evaluation::kernels {

/// The tensor as kernels read it.
inline torch::Tensor channels_last(const torch::Tensor& tensor) {
  return tensor.contiguous(torch::MemoryFormat::ChannelsLast);
}

/// Its numbers; nullptr for an undefined tensor.
template <class T>
T* data(const torch::Tensor& tensor) {
  return tensor.defined() ? static_cast<T*>(tensor.data_ptr()) : nullptr;
}

/// Calls `work` with a null pointer of the type in which `tensor` lies in memory.
template <class Work>
void dispatch(const torch::Tensor& tensor, Work work) {
  if (tensor.scalar_type() == torch::kBFloat16) {
    work(static_cast<BFloat16*>(nullptr));
  } else {
    TORCH_CHECK(tensor.scalar_type() == torch::kFloat32,
                "activations are float32 or bfloat16, not ", tensor.scalar_type());
    work(static_cast<float*>(nullptr));
  }
}

}  // namespace evonas::evaluation::kernels
