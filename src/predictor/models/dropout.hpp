#pragma once

#include <cstdint>

#include <ATen/core/Generator.h>
#include <torch/types.h>

namespace evonas::predictor {

/// Dropout that draws from a generator of its own, so that networks that are trained beside each
/// other do not change what the others draw. Copies share the generator.
class Dropout {
 public:
  /// Values are set to zero with the probability `share`, in [0, 1), and the others scaled up.
  Dropout(double share, std::uint64_t seed);

  /// Where `training`, x with other values at zero at each call, on its own device; x itself else.
  torch::Tensor operator()(const torch::Tensor& x, bool training) const;

  /// What weights are drawn from, too.
  const at::Generator& generator() const { return generator_; }

 private:
  double share_;
  at::Generator generator_;
};

}  // namespace evonas::predictor
