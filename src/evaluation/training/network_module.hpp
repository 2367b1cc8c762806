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
#include "graph/weights.hpp"

namespace evonas::evaluation {

/// The LibTorch module of any network-grain graph.
///
/// Parameters are registered under the names of graph::weight_slots(), float32. The graph is
/// compiled into steps once: repeated Relu are done once, and each sum of batch normalisations with
/// the Relu that follows becomes one normalised_sum(). Not safe for concurrent calls of one module.
class NetworkModule : public torch::nn::Module {
 public:
  /// Begins with graph::initial_weights(). Throws EvaluationError naming the node where an operator
  /// has no module.
  NetworkModule(const graph::Graph& network, std::uint64_t seed);

  /// Begins with the given weights. Throws GraphError where they do not fit, and as above.
  NetworkModule(const graph::Graph& network, const graph::Weights& weights);

  /// The weights as they are now, in float32.
  graph::Weights weights() const;

  /// Batch x channels x height x width in, batch x classes out. Activations take the number format
  /// of the input, and so must the weights of convolutions; normalisation and Gemm stay float32.
  torch::Tensor forward(torch::Tensor input) { return forward(std::vector{std::move(input)}); }

  /// The same for a graph with several inputs, in their order.
  torch::Tensor forward(std::vector<torch::Tensor> inputs);

 private:
  using Values = std::vector<torch::Tensor>;
  struct Step {
    std::function<void(Values&)> run;
    std::vector<graph::NodeId> reads;
    std::vector<graph::NodeId> release;  ///< values nobody reads afterwards
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

  std::vector<Step> steps_;
  std::vector<graph::NodeId> inputs_;
  graph::NodeId output_ = 0;
  std::size_t size_ = 0;
};

}  // namespace evonas::evaluation
