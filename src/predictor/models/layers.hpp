#pragma once

#include <cmath>
#include <cstdint>

#include <ATen/CPUGeneratorImpl.h>
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

/// Dropout that draws from a generator of its own, so that networks that are trained beside each
/// other do not change what the others draw. Copies share the generator.
class Dropout {
 public:
  Dropout(double share, std::uint64_t seed)
      : share_(share), generator_(at::detail::createCPUGenerator(seed)) {}

  torch::Tensor operator()(const torch::Tensor& x, bool training) const {
    if (!training || share_ == 0.0) return x;
    const torch::Tensor kept =
        torch::empty(x.sizes()).bernoulli_(1.0 - share_, generator_).to(x.options());
    return x * kept / (1.0 - share_);
  }

  /// What weights are drawn from, too.
  const at::Generator& generator() const { return generator_; }

 private:
  double share_;
  at::Generator generator_;
};

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
