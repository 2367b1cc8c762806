#include "predictor/models/placement.hpp"

#include <algorithm>

#include <ATen/autocast_mode.h>
#include <fmt/format.h>
#include <torch/cuda.h>

#include "predictor/predictor_error.hpp"

namespace evonas::predictor {
namespace {

torch::Device device_called(const std::string& name) {
  try {
    const torch::Device device(name);
    const auto count =
        torch::cuda::is_available() ? static_cast<int>(torch::cuda::device_count()) : 0;
    if (device.is_cpu() || (device.is_cuda() && std::max<int>(0, device.index()) < count))
      return device;
    throw PredictorError(fmt::format(
        "device {}: this LibTorch finds {} CUDA devices; expected cpu, or cuda with a LibTorch "
        "built for CUDA",
        name, count));
  } catch (const c10::Error&) {
    throw PredictorError(fmt::format("device {}: expected cpu, cuda or cuda:N", name));
  }
}

}  // namespace

Placement::Placement(const ComputingOptions& options)
    : device(device_called(options.device)), bfloat16(options.precision == "bfloat16") {}

Scoring::Scoring(const Placement& placement)
    : device_(placement.device), bfloat16_(placement.bfloat16) {
  if (!bfloat16_) return;
  at::autocast::increment_nesting();
  at::autocast::set_autocast_enabled(device_.type(), true);
  at::autocast::set_autocast_dtype(device_.type(), torch::kBFloat16);
}

Scoring::~Scoring() {
  if (!bfloat16_) return;
  at::autocast::set_autocast_enabled(device_.type(), false);
  if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
}

GraphBatch moved(const GraphBatch& graphs, const torch::Device& device) {
  const auto there = [&](const torch::Tensor& tensor) {
    return tensor.defined() ? tensor.to(device) : tensor;
  };
  return {.operations = there(graphs.operations),
          .adjacency = there(graphs.adjacency),
          .mask = there(graphs.mask),
          .attributes = there(graphs.attributes),
          .statics = there(graphs.statics)};
}

torch::Tensor host_scores(const torch::Tensor& scores) {
  return scores.to(torch::kCPU, torch::kFloat).contiguous();
}

torch::Device device_of(const torch::nn::Module& network) {
  return network.parameters().front().device();
}

}  // namespace evonas::predictor
