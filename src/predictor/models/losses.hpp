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
  /// Mean of max(0, 0.1 - (s_i - s_j)) over the pairs in which label i is above label j (GATES).
  PairwiseHinge,
  /// Cross-entropy between the softmax of the labels and that of the scores (ListNet: Cao et al.,
  /// "Learning to rank: from pairwise approach to listwise approach", ICML 2007).
  Listwise,
  /// Minus the logarithm of the label's density under a normal distribution, the scores being pairs
  /// of a mean and the logarithm of a deviation.
  GaussianLikelihood,
};

struct LossTerm {
  Loss loss = Loss::SquaredError;
  double weight = 1.0;
};

/// The weighted sum of some losses of a batch. `scores` has one number a graph, or two (mean,
/// logarithm of a deviation), of which all losses but the last read the first; `labels` has one a
/// graph. `weights`, above 0, says how much each label counts, as inverse variances do: pairs count
/// by the harmonic mean of both, and the listwise loss does not look; undefined: all alike. `rng`
/// draws permutations.
torch::Tensor total_loss(std::span<const LossTerm> terms, const torch::Tensor& scores,
                         const torch::Tensor& labels, const torch::Tensor& weights, Rng& rng);

}  // namespace evonas::predictor
