#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include <ATen/core/grad_mode.h>
#include <c10/core/Device.h>
#include <torch/nn/module.h>
#include <torch/types.h>

#include "predictor/computing_options.hpp"
#include "predictor/models/graph_model.hpp"

namespace evonas::predictor {

/// Where the networks of a predictor compute.
struct Placement {
  /// Throws PredictorError for a device that is not there, and for several that do not go together
  /// (devices_called() in base/device_names.hpp).
  explicit Placement(const ComputingOptions& options);

  /// How many graphs a network scores at once, where `on_cpu` fit a processor's cache.
  std::size_t chunk(std::size_t on_cpu) const { return device.is_cuda() ? 16 * on_cpu : on_cpu; }

  std::vector<torch::Device> devices;  ///< that score: all processors or all GPUs, at least one
  torch::Device device;                ///< the first of them, where fits compute
  bool bfloat16;                       ///< matrix products of predictions, not of fits
};

/// While it lives, networks that the calling thread asks keep no gradients and compute in the
/// precision of a placement.
class Scoring {
 public:
  explicit Scoring(const Placement& placement);
  ~Scoring();
  Scoring(const Scoring&) = delete;
  Scoring& operator=(const Scoring&) = delete;

 private:
  torch::NoGradGuard no_gradients_;
  torch::Device device_;
  bool bfloat16_;
  bool was_on_ = false;    // before
  torch::Dtype was_in_{};  // likewise
};

/// Gives a network the weights of another one that is built alike, on whichever device each is.
void copy_weights(const torch::nn::Module& from, torch::nn::Module& to);

/// A network for each device of a placement: first the network itself, which moves there, then
/// copies of it. `make` builds one like it, whatever its weights.
template <class Network, class Make>
std::vector<std::shared_ptr<Network>> on_devices(const std::shared_ptr<Network>& network,
                                                 const Placement& placement, const Make& make) {
  network->to(placement.device);
  std::vector<std::shared_ptr<Network>> networks = {network};
  while (networks.size() < placement.devices.size()) {
    std::shared_ptr<Network> copy = make();
    copy->to(placement.devices[networks.size()]);
    copy_weights(*network, *copy);
    copy->train(network->is_training());
    networks.push_back(std::move(copy));
  }
  return networks;
}

/// The same graphs in the memory of a device. What is copied from pinned memory to a GPU arrives
/// before anything that is computed there later, and must stay as it is until then.
GraphBatch moved(const GraphBatch& graphs, const torch::Device& device);

/// Scores that a network has made, as contiguous floats in the memory of the host.
torch::Tensor host_scores(const torch::Tensor& scores);

/// The device of a network's weights.
torch::Device device_of(const torch::nn::Module& network);

}  // namespace evonas::predictor
