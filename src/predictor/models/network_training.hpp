#pragma once

#include <cstdint>
#include <functional>

#include <torch/types.h>

#include "predictor/models/flow_network.hpp"
#include "predictor/predictor.hpp"

namespace evonas::predictor {

/// How the weights of a network are learnt.
struct NetworkTrainingOptions {
  std::int64_t epochs = 100;
  std::int64_t least_steps = 300;  ///< where so many epochs of few labels would be fewer
  std::int64_t batch = 64;
  double learning_rate = 1e-3;
  double weight_decay = 0.05;  ///< of matrices; vectors do not decay
  double squared_error = 0.5;  ///< weight of the mean squared error in the loss
  double ranking = 0.5;        ///< weight of the ranking loss
};

/// Cross-entropy of the order of all pairs, logits twice the difference of their scores, each pair
/// weighted by how far its labels are apart (a weighted form of RankNet's loss: Burges et al.,
/// "Learning to rank using gradient descent", ICML 2005).
torch::Tensor ranking_loss(const torch::Tensor& scores, const torch::Tensor& labels);

/// Runs AdamW for `steps` steps with a tenth of them as warm-up and a cosine decay after it;
/// `loss_of_step` computes the loss of the next batch. Gradients are clipped to length 1.
/// Throws PredictorError where `control.stop` ends it.
void train_network(torch::nn::Module& network, std::int64_t steps,
                   const NetworkTrainingOptions& options, const FitControl& control,
                   const std::function<torch::Tensor()>& loss_of_step);

/// Fits the scores of a network to labels of graphs.
void fit_scores(FlowNetwork& network, const GraphBatch& graphs, const torch::Tensor& labels,
                const NetworkTrainingOptions& options, const FitControl& control);

}  // namespace evonas::predictor
