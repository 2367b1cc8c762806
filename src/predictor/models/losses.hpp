#pragma once

#include <span>
#include <string>

#include <torch/types.h>

#include "base/random.hpp"

namespace evonas::predictor {

/// What a network is trained to make small.
enum class Loss {
  /// Mean of (score - label)^2.
  SquaredError,
  /// Mean of (score / label - 1)^2, for labels above zero (NAR-Former V2).
  RelativeSquaredError,
  /// Mean of |(s_i - s_p(i)) - (y_i - y_p(i))| for one random permutation p of the batch
  /// (NAR-Former
  /// and NN-Former).
  PermutedPairs,
  /// Cross-entropy of the order of all pairs, logits twice the difference of their scores, each
  /// pair
  /// weighted by how far its labels are apart (a weighted form of RankNet's loss: Burges et al.,
  /// "Learning to rank using gradient descent", ICML 2005).
  PairwiseLogistic,
};

struct LossTerm {
  Loss loss = Loss::SquaredError;
  double weight = 1.0;
};

/// The weighted sum of some losses of a batch. `scores` and `labels` have one number a graph; or
/// one a graph and metric, and then it is the mean over metrics, each by the graphs that have a
/// label of it: a label that is NaN is none. `weights`, above 0, of the same shape, says how much
/// each label counts, as inverse variances do: pairs count by the harmonic mean of both; undefined:
/// all alike. `rng` draws permutations.
torch::Tensor total_loss(std::span<const LossTerm> terms, const torch::Tensor& scores,
                         const torch::Tensor& labels, const torch::Tensor& weights, Rng& rng);

}  // namespace evonas::predictor
