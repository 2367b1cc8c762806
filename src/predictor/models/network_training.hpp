#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include <torch/types.h>

#include "predictor/models/graph_model.hpp"
#include "predictor/models/losses.hpp"
#include "predictor/predictor.hpp"

namespace evonas::predictor {

/// How AdamW changes weights: a tenth of the steps to warm up, then a decay to a last rate; or,
/// without a decay, the same rate in all steps.
struct OptimiserOptions {
  enum class Decay { Cosine, Linear, None };

  double learning_rate = 1e-3;
  double weight_decay = 0.05;  ///< of matrices; vectors do not decay
  double second_moment = 0.98;
  Decay decay = Decay::Cosine;
  double last_rate = 0.03;        ///< as a share of the learning rate
  double longest_gradient = 1.0;  ///< longer ones are cut to this length
};

/// Runs AdamW for `steps` steps; `loss_of_step` computes the loss of the next batch.
/// `after_step` says whether to go on. Throws PredictorError where `control.stop` ends it.
void train_network(torch::nn::Module& network, std::int64_t steps, const OptimiserOptions& options,
                   const FitControl& control, const std::function<torch::Tensor()>& loss_of_step,
                   const std::function<bool()>& after_step = {});

/// What graphs are scored beside themselves, to teach a network that both scores are to be equal.
enum class Twin {
  None,
  Same,          ///< the graph again, under another dropout (R-Drop: Liang et al., NeurIPS 2021)
  AnotherOrder,  ///< its nodes in a new random topological order (NAR-Former)
};

/// How the scores of a network are learnt from labels.
struct NetworkTrainingOptions {
  std::int64_t epochs = 100;
  std::int64_t least_steps = 300;  ///< where so many epochs of few labels would be fewer
  std::int64_t batch = 64;
  OptimiserOptions optimiser;
  std::vector<LossTerm> losses = {{Loss::SquaredError, 0.5}, {Loss::PairwiseLogistic, 0.5}};
  Twin twin = Twin::None;
  double consistency = 0.0;  ///< weight of the mean absolute difference of twins
  /// The weights that are kept are a moving average with this decay a step; 0: the last ones.
  double average = 0.0;
  /// Share of the labels that are held out of the training, to end it in time; 0: none. Where that
  /// is fewer than two labels, none are.
  double validation = 0.0;
  /// With held-out labels: how many epochs in a row their loss (without twins) may fail to be the
  /// least so far before training ends. The weights that are kept are those of the epoch in which
  /// it was least.
  std::int64_t patience = 20;
};

/// What noise_weights() (label_noise.hpp) says of labels, as fit_scores() takes it.
torch::Tensor weights_of(std::span<const double> noises);

/// Fits the scores of a network, on the device where it is, to labels of graphs, one a graph or, of
/// a network with scores of several metrics, graphs x metrics, NaN where there is none. `weights`
/// says how much each label counts (see total_loss()); undefined: all alike.
void fit_scores(GraphModel& network, const GraphBatch& graphs, const torch::Tensor& labels,
                const torch::Tensor& weights, const NetworkTrainingOptions& options,
                const FitControl& control);

}  // namespace evonas::predictor
