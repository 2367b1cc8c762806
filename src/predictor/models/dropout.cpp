#include "predictor/models/dropout.hpp"

#include <cstddef>

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>

#include "predictor/dropout_factors.hpp"

namespace evonas::predictor {
namespace {

/// What to multiply with.
torch::Tensor factors(const torch::Tensor& x, std::uint64_t key, double keep) {
  torch::Tensor drawn = torch::empty(x.sizes(), x.options().requires_grad(false));
  if (x.is_cpu() && x.scalar_type() == torch::kFloat) {
    draw_dropout_factors({drawn.mutable_data_ptr<float>(), static_cast<std::size_t>(drawn.numel())},
                         keep, key);
    return drawn;
  }
  at::Generator generator = x.is_cpu() ? at::detail::createCPUGenerator(key)
                                       : at::globalContext()
                                             .getAcceleratorHooksInterface(x.device().type())
                                             .getNewGenerator(x.device().index());
  generator.set_current_seed(key);
  return drawn.bernoulli_(keep, generator).div_(keep);
}

}  // namespace

Dropout::Dropout(double share, std::uint64_t seed)
    : share_(share), generator_(at::detail::createCPUGenerator(seed)) {}

torch::Tensor Dropout::operator()(const torch::Tensor& x, bool training) const {
  if (!training || share_ == 0.0) return x;
  return x * factors(x, generator_.get<at::CPUGeneratorImpl>()->random64(), 1.0 - share_);
}

}  // namespace evonas::predictor
