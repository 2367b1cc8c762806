#include "predictor/models/encoded_graphs.hpp"

#include <torch/utils.h>

namespace evonas::predictor {

GraphBatch BatchMemory::batch(const BatchShape& shape) {
  const auto [graphs, nodes, attributes, statics] = shape;
  GraphBatch batch{.operations = part(operations_, {graphs, nodes}, torch::kInt64),
                   .adjacency = part(adjacency_, {graphs, nodes, nodes}, torch::kFloat),
                   .mask = part(mask_, {graphs, nodes}, torch::kFloat),
                   .attributes = part(attributes_, {graphs, nodes, attributes}, torch::kFloat)};
  if (statics > 0) batch.statics = part(statics_, {graphs, statics}, torch::kFloat);
  return batch;
}

torch::Tensor BatchMemory::part(torch::Tensor& memory, std::initializer_list<std::size_t> shape,
                                torch::Dtype type) const {
  std::vector<std::int64_t> sizes;
  std::int64_t numbers = 1;
  for (const std::size_t size : shape) {
    sizes.push_back(static_cast<std::int64_t>(size));
    numbers *= sizes.back();
  }
  if (!memory.defined() || memory.numel() < numbers) {
    memory = torch::Tensor();  // first, so that there is room for both
    memory = torch::empty({numbers}, torch::TensorOptions(type).pinned_memory(pinned_));
  }
  return memory.narrow(0, 0, numbers).view(sizes);
}

}  // namespace evonas::predictor
