#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include <torch/types.h>

#include "predictor/models/graph_model.hpp"
#include "predictor/models/losses.hpp"

namespace evonas::predictor {

/// What a network is taught.
struct LabelledGraphs {
  GraphBatch graphs;
  torch::Tensor labels;   ///< one a graph
  torch::Tensor weights;  ///< how much each label counts; undefined: all alike
};

/// Some of them; `index` holds their numbers, int64.
LabelledGraphs select(const LabelledGraphs& all, const torch::Tensor& index);

/// All of it in the memory of a device.
LabelledGraphs moved(const LabelledGraphs& all, const torch::Device& device);

/// Labels to learn from, and others to judge by.
struct HeldOut {
  LabelledGraphs taught;
  std::optional<LabelledGraphs> held;
};

/// Draws a share of the labels from `seed`, to be held out; where that is fewer than two labels, or
/// all, none are.
HeldOut hold_out(const LabelledGraphs& all, double share, std::uint64_t seed);

/// Remembers the weights with which a network had the least loss on held-out labels. It refers to
/// the network.
class BestWeights {
 public:
  /// Until the first judge() they are those that the network has. `seed` is for what losses draw,
  /// which is the same every time.
  BestWeights(GraphModel& network, const LabelledGraphs& held, std::vector<LossTerm> losses,
              std::uint64_t seed);

  /// Takes the loss of the weights that the network has now, in evaluation mode; leaves it in
  /// training mode.
  void judge();
  /// How many judgements in a row, the last included, found none that was better.
  std::int64_t since_best() const { return since_best_; }
  /// Gives the network the best weights back.
  void restore();

 private:
  GraphModel& network_;
  LabelledGraphs held_;
  std::vector<LossTerm> losses_;
  std::uint64_t seed_;
  std::vector<torch::Tensor> best_;
  double least_ = std::numeric_limits<double>::infinity();
  std::int64_t since_best_ = 0;
};

}  // namespace evonas::predictor
