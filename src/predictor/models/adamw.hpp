#pragma once

#include <vector>

#include <nlohmann/json_fwd.hpp>
#include <torch/types.h>

namespace evonas::predictor {

/// AdamW (Loshchilov and Hutter, ICLR 2019) on all weights of a network in a few calls: networks
/// here are so small that a call for every weight would take longer than what it computes, on a GPU
/// above all. Not safe for use from several threads.
class AdamW {
 public:
  struct Options {
    double weight_decay = 0.0;  ///< of matrices; vectors do not decay
    double second_moment = 0.999;
  };

  AdamW(const std::vector<torch::Tensor>& weights, const Options& options);

  void zero_gradients();
  /// Makes gradients shorter whose length, all weights together, is above `longest`.
  void clip_gradients(double longest);
  /// One step with what `backward()` has left; weights that have no gradient stay as they are.
  void step(double learning_rate);

  /// What it knows of the weights, and the reverse: for an optimiser of the same weights. restore()
  /// throws as tensor_from() does.
  nlohmann::json state() const;
  void restore(const nlohmann::json& state);

 private:
  /// Weights with the same decay, and what is known of each.
  struct Group {
    double weight_decay = 0.0;
    std::vector<torch::Tensor> weights, means, squares, steps;
  };

  double second_moment_;
  std::vector<torch::Tensor> weights_;
  std::vector<Group> groups_;
};

}  // namespace evonas::predictor
