#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <torch/torch.h>

#include "evaluation/evaluator.hpp"
#include "graph/graph.hpp"

namespace evonas::evaluation {

/// The LibTorch module of any network-grain graph.
///
/// Parameters are registered under the names of their nodes ("conv_3.weight", in ONNX's and
/// LibTorch's common layout), float32, weights drawn uniformly within 1 / sqrt(fan-in) from `seed`
/// alone. The graph is compiled into steps once: repeated Relu are done once, and each sum of batch
/// normalisations with the Relu that follows becomes one normalised_sum(). Dropout and DropPath act
/// while training, their chance fixed by `seed` and the number of the call. Not safe for concurrent
/// calls of one module.
class NetworkModule : public torch::nn::Module {
 public:
  /// Throws EvaluationError naming the node where an operator has no module.
  NetworkModule(const graph::Graph& network, std::uint64_t seed);

  /// Batch x channels x height x width in, batch x classes out. Activations take the number format
  /// of the input, and so must the weights of convolutions; normalisation and Gemm stay float32.
  torch::Tensor forward(torch::Tensor input) { return forward(std::vector{std::move(input)}); }

  /// The same for a graph with several inputs, in their order.
  torch::Tensor forward(std::vector<torch::Tensor> inputs) {
    return outputs(std::move(inputs)).front();
  }

  /// Every output while training: the result, then those of the auxiliary classifiers. In
  /// evaluation the result alone; what only auxiliary classifiers need is not computed.
  std::vector<torch::Tensor> outputs(std::vector<torch::Tensor> inputs);

  /// Which share of its ratio every DropPath acts with from now on, from 0 to 1 (at first).
  /// Training raises it epoch by epoch (Zoph et al., CVPR 2018: ScheduledDropPath).
  void set_drop_path_share(double share) { drop_path_share_ = share; }

 private:
  using Values = std::vector<torch::Tensor>;
  struct Step {
    std::function<void(Values&)> run;
    std::vector<graph::NodeId> reads;
    std::vector<graph::NodeId> release;  ///< values nobody reads afterwards
    bool auxiliary = false;              ///< the result of the network does without it
  };
  struct SumPlan {
    std::vector<graph::NodeId> normalisations;
    std::vector<graph::NodeId> plain;
    graph::NodeId result = 0;
    std::optional<graph::NodeId> rectified;  ///< the Relu of the result
    bool sum_is_read = false;                ///< by anything but that Relu
  };

  void compile(const graph::Graph& network);
  void add_normalised_sum(const graph::Graph& network, const SumPlan& plan);
  void add_operator(const graph::Graph& network, graph::NodeId id);
  void plan_releases();
  /// `x` with elements, or for `paths` whole images, zeroed with probability `ratio`.
  torch::Tensor drop(const torch::Tensor& x, bool paths, double ratio,
                     const std::string& name) const;

  std::uint64_t seed_;
  std::uint64_t passes_ = 0;  ///< calls while training
  double drop_path_share_ = 1.0;
  std::vector<Step> steps_;
  std::vector<graph::NodeId> inputs_;
  std::vector<graph::NodeId> outputs_;
  std::size_t size_ = 0;
};

}  // namespace evonas::evaluation
