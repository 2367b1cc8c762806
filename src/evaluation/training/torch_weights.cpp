#include "evaluation/training/torch_weights.hpp"

#include <algorithm>

namespace evonas::evaluation {

torch::Tensor to_torch(const graph::Tensor& tensor) {
  torch::Tensor copy = torch::empty(tensor.shape, torch::kFloat32);
  std::ranges::copy(tensor.values, copy.data_ptr<float>());
  return copy;
}

graph::Tensor from_torch(const torch::Tensor& tensor) {
  const torch::Tensor plain =
      tensor.detach().to(torch::kCPU, torch::kFloat32).contiguous(torch::MemoryFormat::Contiguous);
  const auto* begin = plain.data_ptr<float>();
  return {.shape = plain.sizes().vec(), .values = {begin, begin + plain.numel()}};
}

}  // namespace evonas::evaluation
