#include "predictor/models/node_costs.hpp"

#include <cmath>

#include <ATen/CPUGeneratorImpl.h>
#include <torch/nn/init.h>

#include "predictor/models/layers.hpp"
#include "predictor/models/network_head.hpp"

namespace evonas::predictor {
namespace {

constexpr double kResidualWidth = 16.0;
constexpr double kLeastLogarithm = -20.0;  // of a cost, in units of a typical network's
constexpr double kMostLogarithm = 10.0;

}  // namespace

NodeCosts::NodeCosts(const NodeCostsOptions& options, std::uint64_t seed) : options_(options) {
  const std::int64_t in = options.operators + 2 * options.attributes;
  const auto residual = static_cast<std::int64_t>(kResidualWidth);
  first_ = register_module("first", linear(in, options.width, true));
  second_ = register_module("second", linear(options.width, options.width, true));
  last_ = register_module("last", linear(options.width, 1, true));
  straight_ = register_module("straight", linear(in, 1, false));
  residual_hidden_ = register_module("residual_hidden", linear(options.statics, residual, true));
  residual_ = register_module("residual", linear(residual, 1, true));
  draw_linear_weights(*this, at::detail::createCPUGenerator(seed));
  // All nodes cost the same at first, and networks are no more than their nodes.
  const torch::NoGradGuard no_gradients;
  for (const torch::nn::Linear& map : {last_, residual_}) {
    torch::nn::init::zeros_(map->weight);
    torch::nn::init::zeros_(map->bias);
  }
  torch::nn::init::zeros_(straight_->weight);
  torch::nn::init::constant_(last_->bias, -std::log(static_cast<double>(options.nodes)));
}

torch::Tensor NodeCosts::costs(const GraphBatch& graphs) {
  const torch::Tensor reads = graphs.adjacency.transpose(1, 2);
  const torch::Tensor before =
      reads.matmul(graphs.attributes) / reads.sum(-1, /*keepdim=*/true).clamp_min(1.0);
  const torch::Tensor x = torch::cat({network_nodes(graphs, options_.operators), before}, -1);
  const torch::Tensor hidden = second_(first_(x).relu()).relu();
  const torch::Tensor logarithms = (last_(hidden) + straight_(x)).squeeze(-1);
  return logarithms.clamp(kLeastLogarithm, kMostLogarithm).exp() * graphs.mask;
}

torch::Tensor NodeCosts::forward(const GraphBatch& graphs) {
  const torch::Tensor residual =
      residual_(residual_hidden_(graphs.statics).relu()).squeeze(-1).tanh();
  return costs(graphs).sum(1) * (1.0 + options_.largest_residual * residual);
}

double NodeCosts::multiply_accumulates(std::size_t nodes) const {
  const auto count = static_cast<double>(nodes);
  const auto width = static_cast<double>(options_.width);
  const auto attributes = static_cast<double>(options_.attributes);
  const double in = static_cast<double>(options_.operators) + 2.0 * attributes;
  return count * (count * attributes + in * width + width * width + width + in) +
         (static_cast<double>(options_.statics) + 1.0) * kResidualWidth;
}

}  // namespace evonas::predictor
