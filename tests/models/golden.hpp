#pragma once

#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "predictor/models/graph_model.hpp"

namespace evonas::predictor {

/// The setting of the golden numbers of the published models: a graph of four nodes, features
/// cos(n + 0.3 d), and parameters 0.1 sin(1 + t + 0.7 k), where t numbers the tensor and k its
/// values.

/// 1 x 4 x 4, [from][to].
inline torch::Tensor golden_adjacency() {
  torch::Tensor adjacency = torch::zeros({1, 4, 4});
  const std::vector<std::pair<int, int>> edges = {{0, 1}, {0, 2}, {1, 3}, {2, 3}, {0, 3}};
  for (const auto& [from, to] : edges) {
    adjacency[0][from][to] = 1.0;
  }
  return adjacency;
}

/// 1 x 4 x width.
inline torch::Tensor golden_features(std::int64_t width) {
  torch::Tensor x = torch::empty({1, 4, width});
  for (std::int64_t n = 0; n < 4; ++n) {
    for (std::int64_t d = 0; d < width; ++d) {
      x[0][n][d] = std::cos(static_cast<double>(n) + 0.3 * static_cast<double>(d));
    }
  }
  return x;
}

/// Sets the named parameters of a module by their number.
inline void set_golden(torch::nn::Module& module, const std::map<std::string, int>& numbers) {
  const torch::NoGradGuard no_gradients;
  for (const auto& [name, t] : numbers) {
    torch::Tensor parameter = module.named_parameters()[name];
    torch::Tensor values = torch::arange(parameter.numel(), torch::kDouble);
    values = (values * 0.7 + (1.0 + t)).sin() * 0.1;
    parameter.copy_(values.view_as(parameter));
  }
}

inline std::vector<float> values_of(const torch::Tensor& x) {
  const torch::Tensor flat = x.detach().to(torch::kFloat).contiguous().view(-1);
  return {flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel()};
}

/// Largest difference between a tensor and what it should be.
inline double distance(const torch::Tensor& x, const std::vector<float>& expected) {
  const std::vector<float> values = values_of(x);
  double largest = values.size() == expected.size() ? 0.0 : INFINITY;
  for (std::size_t i = 0; i < std::min(values.size(), expected.size()); ++i) {
    largest = std::max<double>(largest, std::abs(values[i] - expected[i]));
  }
  return largest;
}

}  // namespace evonas::predictor
