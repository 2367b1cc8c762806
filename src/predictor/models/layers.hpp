#pragma once

#include <cmath>
#include <cstdint>

#include <ATen/core/Generator.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/normalization.h>
#include <torch/utils.h>

namespace evonas::predictor {

inline torch::nn::Linear linear(std::int64_t in, std::int64_t out, bool bias) {
  return torch::nn::Linear(torch::nn::LinearOptions(in, out).bias(bias));
}

/// Layer normalisation over the last dimension, of that width.
inline torch::nn::LayerNorm norm(std::int64_t width) {
  return torch::nn::LayerNorm(torch::nn::LayerNormOptions({width}));
}

/// Draws the weights of all linear maps in a module as LibTorch does by default, uniformly up to
/// the inverse root of the number of inputs, from a generator of the module's own.
inline void draw_linear_weights(torch::nn::Module& module, const at::Generator& generator) {
  const torch::NoGradGuard no_gradients;
  for (const auto& part : module.modules(/*include_self=*/false)) {
    const auto* map = part->as<torch::nn::Linear>();
    if (map == nullptr) continue;
    const double edge = 1.0 / std::sqrt(static_cast<double>(map->weight.size(1)));
    map->weight.uniform_(-edge, edge, generator);
    if (map->bias.defined()) map->bias.uniform_(-edge, edge, generator);
  }
}

}  // namespace evonas::predictor
