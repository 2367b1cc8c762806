#pragma once

#include <span>

#include <torch/types.h>

#include "base/random.hpp"
#include "predictor/loss_terms.hpp"

namespace evonas::predictor {

/// Throws PredictorError for labels that one of the losses has no use for: those that are not above
/// 0, which a relative loss divides by.
void check_losses(std::span<const LossTerm> terms, const torch::Tensor& labels);

/// The weighted sum of some losses of a batch. `scores` and `labels` have one number a graph; or
/// one a graph and metric, and then it is the mean over metrics, each by the graphs that have a
/// label of it: a label that is NaN is none. `weights`, above 0, of the same shape, says how much
/// each label counts, as inverse variances do: pairs count by the harmonic mean of both, the places
/// of a list by the weight of the label there; undefined: all alike. `rng` draws permutations.
torch::Tensor total_loss(std::span<const LossTerm> terms, const torch::Tensor& scores,
                         const torch::Tensor& labels, const torch::Tensor& weights, Rng& rng);

}  // namespace evonas::predictor
