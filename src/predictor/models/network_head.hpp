#pragma once

#include <torch/nn/modules/linear.h>

#include "predictor/models/dropout.hpp"
#include "predictor/models/graph_model.hpp"
#include "predictor/models/layers.hpp"

namespace evonas::predictor {

/// What NNLP and NAR-Former V2 make a positive score of a network from: three linear maps, of which
/// the last gives t, and softplus(-t).
class NetworkHead : public torch::nn::Module {
 public:
  NetworkHead(std::int64_t in, std::int64_t width, const Dropout& dropout)
      : dropout_(dropout),
        first_(register_module("first", linear(in, width, true))),
        second_(register_module("second", linear(width, width, true))),
        last_(register_module("last", linear(width, 1, true))) {}

  /// read: graphs x in; one score a graph.
  torch::Tensor forward(const torch::Tensor& read) {
    const torch::Tensor hidden = dropout_(first_(read).relu(), is_training());
    return torch::softplus(-last_(dropout_(second_(hidden).relu(), is_training())).squeeze(-1));
  }

 private:
  Dropout dropout_;
  torch::nn::Linear first_;
  torch::nn::Linear second_;
  torch::nn::Linear last_;
};

/// One-hot operators beside the attributes of nodes: graphs x nodes x (operators + attributes).
inline torch::Tensor network_nodes(const GraphBatch& graphs, std::int64_t operators) {
  return torch::cat(
      {torch::one_hot(graphs.operations, operators).to(graphs.mask.dtype()), graphs.attributes},
      -1);
}

}  // namespace evonas::predictor
