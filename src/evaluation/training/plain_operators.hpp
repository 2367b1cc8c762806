#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <torch/torch.h>

#include "graph/graph.hpp"

namespace evonas::evaluation {

/// Computes an operator from its operands, batch first.
using PlainOperator = std::function<torch::Tensor(std::span<const torch::Tensor> operands)>;

/// The function of a node whose operator has neither parameters nor chance; empty where there is no
/// such operator.
PlainOperator plain_operator(const graph::Node& node);

/// The names of those operators, sorted.
std::vector<std::string> plain_operator_names();

/// Padding of a window as LibTorch's operators take it; uneven padding is written out before them.
struct Padding {
  std::vector<std::int64_t> even = {0, 0};
  std::vector<std::int64_t> uneven;  ///< left, right, top, bottom; empty where `even` says it all

  explicit Padding(const graph::Node& node);

  torch::Tensor apply(const torch::Tensor& x, double value) const;
};

}  // namespace evonas::evaluation
