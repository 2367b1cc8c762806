#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include <nlohmann/json_fwd.hpp>
#include <torch/types.h>

#include "predictor/models/graph_model.hpp"
#include "predictor/models/losses.hpp"

namespace evonas::predictor {

/// All that a network is taught. Its graphs are made when they are asked for, by their numbers
/// (int64): those of whole networks would take too much memory beside each other.
struct TrainingSet {
  std::function<GraphBatch(const torch::Tensor& index)> graphs;
  torch::Tensor labels;   ///< one a graph
  torch::Tensor weights;  ///< how much each label counts (see total_loss()); undefined: all alike
};

/// Graphs that are there, with their labels. The set refers to them.
TrainingSet training_set(const GraphBatch& graphs, const torch::Tensor& labels,
                         const torch::Tensor& weights);

/// Some of what a network is taught.
struct LabelledGraphs {
  GraphBatch graphs;
  torch::Tensor labels;   ///< one a graph
  torch::Tensor weights;  ///< how much each label counts; undefined: all alike
};

/// Some of them; `index` holds their numbers, int64.
LabelledGraphs select(const TrainingSet& all, const torch::Tensor& index);

/// All of it in the memory of a device.
LabelledGraphs moved(const LabelledGraphs& all, const torch::Device& device);

/// The numbers (int64) of labels to learn from, and of others to judge by.
struct HeldOut {
  torch::Tensor taught;
  torch::Tensor held;  ///< undefined where there are none
};

/// Draws a share of so many labels from `seed`, to be held out; where that is fewer than two
/// labels, or all, none are.
HeldOut hold_out(std::int64_t labels, double share, std::uint64_t seed);

/// Remembers the weights with which a network had the least loss on held-out labels. It refers to
/// the network.
class BestWeights {
 public:
  /// Judges by those of `all` whose numbers `held` has. Until the first judge() the best weights
  /// are those that the network has. `seed` is for what losses draw, which is the same every time.
  BestWeights(GraphModel& network, const TrainingSet& all, const torch::Tensor& held,
              std::vector<LossTerm> losses, std::uint64_t seed);

  /// The loss of the weights that the network has now, in evaluation mode; leaves it in training
  /// mode.
  double judge();
  /// How many judgements in a row, the last included, found none that was better.
  std::int64_t since_best() const { return since_best_; }
  /// Gives the network the best weights back.
  void restore();

  /// What it remembers, and the reverse. remember() throws as tensor_from() does.
  nlohmann::json state() const;
  void remember(const nlohmann::json& state);

 private:
  GraphModel& network_;
  std::vector<GraphBatch> graphs_;
  torch::Tensor labels_;
  torch::Tensor weights_;
  std::vector<LossTerm> losses_;
  std::uint64_t seed_;
  std::vector<torch::Tensor> best_;
  double least_ = std::numeric_limits<double>::infinity();
  std::int64_t since_best_ = 0;
};

}  // namespace evonas::predictor
