#pragma once

#include <vector>

#include <torch/torch.h>

namespace evonas::evaluation {

/// One batch normalisation inside a sum: what it normalises and its parameters and running
/// statistics.
struct NormalisedTerm {
  torch::Tensor values;  ///< batch x channels x height x width
  torch::Tensor weight;  ///< float32, one number a channel, like the following
  torch::Tensor bias;
  torch::Tensor running_mean;
  torch::Tensor running_variance;
  double epsilon = 1e-5;
  double momentum = 0.9;  ///< share of the old running statistic that stays
};

struct SumResult {
  torch::Tensor sum;        ///< undefined unless asked for
  torch::Tensor rectified;  ///< max(sum, 0); undefined unless asked for
};

/// Batch normalisations and plain tensors added up, and the rectified sum, in two passes over
/// memory instead of one or two an operand. Differentiable. Activations are float32 or bfloat16,
/// channels-last on a CPU; other devices take LibTorch's own operators. Updates running statistics
/// where `training`.
SumResult normalised_sum(std::vector<NormalisedTerm>& terms,
                         const std::vector<torch::Tensor>& plain, bool training, bool want_sum,
                         bool want_rectified);

}  // namespace evonas::evaluation
