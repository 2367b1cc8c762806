#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace evonas::predictor {

/// What a network is trained to make small. `s` are scores, `y` labels.
enum class Loss {
  /// Mean of (score - label)^2.
  SquaredError,
  /// Mean of (score / label - 1)^2, for labels above zero (NAR-Former V2).
  RelativeSquaredError,
  /// Mean of |(s_i - s_p(i)) - (y_i - y_p(i))| for one random permutation p of the batch
  /// (NAR-Former and NN-Former).
  PermutedPairs,
  /// Cross-entropy of the order of all pairs, logits twice the difference of their scores, each
  /// pair weighted by how far its labels are apart (a weighted form of RankNet's loss: Burges et
  /// al., "Learning to rank using gradient descent", ICML 2005).
  PairwiseLogistic,
  /// Mean of max(0, 0.1 - (s_i - s_j)) over all pairs with y_i > y_j (Ning et al., "A generic
  /// graph-based neural architecture encoding scheme for predictor-based NAS", ECCV 2020, whose
  /// margin it is).
  PairwiseHinge,
  /// ListMLE: the negative log-likelihood of the order of the labels, the greatest first, where the
  /// next one is drawn by the softmax of the scores that are left, divided by how many there are
  /// (Xia et al., "Listwise approach to learning to rank", ICML 2008). Equal labels count in the
  /// order of the batch.
  ListMle,
  /// The negative log-likelihood of normal distributions around the scores, less a constant. All
  /// have one deviation, the likeliest for the batch: log(deviation), deviation^2 the mean of
  /// (s - y)^2. Metrics that are learnt together so weigh by their own noise (Kendall, Gal and
  /// Cipolla, "Multi-task learning using uncertainty to weigh losses", CVPR 2018, with the
  /// deviations at their optimum). Labels may weigh by the noise that is known of each.
  GaussianNll,
};

struct LossTerm {
  Loss loss = Loss::SquaredError;
  double weight = 1.0;

  bool operator==(const LossTerm&) const = default;
};

/// The names of all losses, in the order of the enumeration: "squared_error", ...
std::vector<std::string> loss_names();

/// The losses that a text lists with their weights: "squared_error=0.5+pairwise_hinge=0.5". A name
/// alone weighs 1. Throws PredictorError for a name that is none or is there twice, for a weight
/// that is no finite number above 0, and where nothing is listed.
std::vector<LossTerm> parse_losses(std::string_view text);

/// What is wrong with such a text, which may be empty; empty where nothing is.
std::string losses_fault(const std::string& text);

}  // namespace evonas::predictor
