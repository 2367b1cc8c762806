#include "predictor/models/placement.hpp"

#include <stdexcept>
#include <string>

#include <ATen/autocast_mode.h>
#include <torch/cuda.h>

#include "base/device_names.hpp"
#include "predictor/predictor_error.hpp"

namespace evonas::predictor {
namespace {

std::vector<torch::Device> found_devices(const std::string& names) {
  const auto count =
      torch::cuda::is_available() ? static_cast<int>(torch::cuda::device_count()) : 0;
  try {
    std::vector<torch::Device> devices;
    for (const DeviceName name : devices_called(names, count)) {
      devices.emplace_back(name.is_cuda ? torch::kCUDA : torch::kCPU,
                           static_cast<c10::DeviceIndex>(name.is_cuda ? name.index : -1));
    }
    return devices;
  } catch (const std::invalid_argument& error) {
    throw PredictorError(error.what());
  }
}

}  // namespace

Placement::Placement(const ComputingOptions& options)
    : devices(found_devices(options.device)),
      device(devices.front()),
      bfloat16(options.precision == "bfloat16") {}

Scoring::Scoring(const Placement& placement)
    : device_(placement.device), bfloat16_(placement.bfloat16) {
  if (!bfloat16_) return;
  was_on_ = at::autocast::is_autocast_enabled(device_.type());
  was_in_ = at::autocast::get_autocast_dtype(device_.type());
  at::autocast::increment_nesting();
  at::autocast::set_autocast_enabled(device_.type(), true);
  at::autocast::set_autocast_dtype(device_.type(), torch::kBFloat16);
}

Scoring::~Scoring() {
  if (!bfloat16_) return;
  at::autocast::set_autocast_enabled(device_.type(), was_on_);
  at::autocast::set_autocast_dtype(device_.type(), was_in_);
  if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
}

void copy_weights(const torch::nn::Module& from, torch::nn::Module& to) {
  const torch::NoGradGuard no_gradients;
  const auto copy_all = [](const std::vector<torch::Tensor>& source,
                           std::vector<torch::Tensor> target) {
    for (std::size_t i = 0; i < source.size(); ++i) target[i].copy_(source[i]);
  };
  copy_all(from.parameters(), to.parameters());
  copy_all(from.buffers(), to.buffers());
}

GraphBatch moved(const GraphBatch& graphs, const torch::Device& device) {
  const auto there = [&](const torch::Tensor& tensor) {
    return tensor.defined() ? tensor.to(device, /*non_blocking=*/true) : tensor;
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
