#pragma once

#include <cstddef>

#include <ATen/core/grad_mode.h>
#include <c10/core/Device.h>
#include <torch/types.h>

#include "predictor/computing_options.hpp"
#include "predictor/models/graph_model.hpp"

namespace evonas::predictor {

/// Where the networks of a predictor compute.
struct Placement {
  /// Throws PredictorError for a device that is not there.
  explicit Placement(const ComputingOptions& options);

  /// How many graphs a network scores at once, where `on_cpu` fit a processor's cache.
  std::size_t chunk(std::size_t on_cpu) const { return device.is_cuda() ? 16 * on_cpu : on_cpu; }

  torch::Device device;
  bool bfloat16;  ///< matrix products of predictions, not of fits
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
};

/// The same graphs in the memory of a device.
GraphBatch moved(const GraphBatch& graphs, const torch::Device& device);

/// Scores that a network has made, as contiguous floats in the memory of the host.
torch::Tensor host_scores(const torch::Tensor& scores);

/// The device of a network's weights.
torch::Device device_of(const torch::nn::Module& network);

}  // namespace evonas::predictor
