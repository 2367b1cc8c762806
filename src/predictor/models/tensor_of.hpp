#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include <torch/utils.h>

namespace evonas::predictor {

/// A copy of row-major numbers, in double precision: rows x `columns`.
inline torch::Tensor tensor_of(std::span<const double> values, std::int64_t columns) {
  torch::Tensor tensor =
      torch::empty({static_cast<std::int64_t>(values.size()) / columns, columns}, torch::kDouble);
  std::ranges::copy(values, tensor.data_ptr<double>());
  return tensor;
}

/// A copy of numbers to select by, int64.
inline torch::Tensor index_of(std::span<const std::int64_t> numbers) {
  torch::Tensor tensor = torch::empty({static_cast<std::int64_t>(numbers.size())}, torch::kInt64);
  std::ranges::copy(numbers, tensor.data_ptr<std::int64_t>());
  return tensor;
}

}  // namespace evonas::predictor
