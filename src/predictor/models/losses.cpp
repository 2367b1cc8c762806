#include "predictor/models/losses.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <vector>

#include <torch/utils.h>

#include "predictor/predictor_error.hpp"

namespace evonas::predictor {
namespace {

constexpr double kSmall = 1e-6;          // keeps sums of nothing from dividing by zero
constexpr double kSmallVariance = 1e-8;  // keeps the likelihood of a perfect fit finite
constexpr double kMargin = 0.1;          // that the better of two scores is to be ahead by

/// The differences of all pairs: [i][j] is values[i] - values[j].
torch::Tensor differences(const torch::Tensor& values) {
  return values.unsqueeze(1) - values.unsqueeze(0);
}

/// The mean of losses, weighted where weights are defined.
torch::Tensor mean_loss(const torch::Tensor& losses, const torch::Tensor& weights) {
  return weights.defined() ? (losses * weights).sum() / weights.sum() : losses.mean();
}

/// How much pairs count: the difference of two labels has the variances of both.
torch::Tensor pair_weights(const torch::Tensor& a, const torch::Tensor& b) {
  return 2.0 * a * b / (a + b + kSmall);
}
torch::Tensor pair_weights(const torch::Tensor& weights) {
  return pair_weights(weights.unsqueeze(1), weights.unsqueeze(0));
}

torch::Tensor permuted_pairs(const torch::Tensor& scores, const torch::Tensor& labels,
                             const torch::Tensor& weights, Rng& rng) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(scores.size(0)));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  rng.shuffle(std::span(order));
  const torch::Tensor other = torch::tensor(order, torch::kInt64).to(scores.device());
  const auto permuted = [&](const torch::Tensor& tensor) { return tensor.index_select(0, other); };
  return mean_loss(((scores - permuted(scores)) - (labels - permuted(labels))).abs(),
                   weights.defined() ? pair_weights(weights, permuted(weights)) : weights);
}

torch::Tensor pairwise_logistic(const torch::Tensor& scores, const torch::Tensor& labels,
                                const torch::Tensor& weights) {
  const torch::Tensor apart = differences(labels);
  const torch::Tensor margin = differences(scores) * apart.sign();
  torch::Tensor count = apart.abs();
  if (weights.defined()) count = count * pair_weights(weights);
  return (torch::softplus(-2.0 * margin) * count).sum() / (count.sum() + kSmall);
}

/// The mean over metrics of total_loss() of the graphs that have a label.
torch::Tensor mean_over_metrics(std::span<const LossTerm> terms, const torch::Tensor& scores,
                                const torch::Tensor& labels, const torch::Tensor& weights,
                                Rng& rng) {
  torch::Tensor sum = torch::zeros({}, scores.options());
  for (std::int64_t metric = 0; metric < scores.size(1); ++metric) {
    const torch::Tensor known = labels.select(1, metric).isfinite().nonzero().squeeze(1);
    if (known.size(0) == 0) continue;
    const auto of_metric = [&](const torch::Tensor& all) {
      return all.defined() ? all.select(1, metric).index_select(0, known) : all;
    };
    sum = sum + total_loss(terms, of_metric(scores), of_metric(labels), of_metric(weights), rng);
  }
  return sum / static_cast<double>(scores.size(1));
}

torch::Tensor pairwise_hinge(const torch::Tensor& scores, const torch::Tensor& labels,
                             const torch::Tensor& weights) {
  torch::Tensor count = (differences(labels) > 0.0).to(scores.dtype());
  if (weights.defined()) count = count * pair_weights(weights);
  return ((kMargin - differences(scores)).relu() * count).sum() / (count.sum() + kSmall);
}

torch::Tensor list_mle(const torch::Tensor& scores, const torch::Tensor& labels,
                       const torch::Tensor& weights) {
  // Stable, so that equal labels have one order on every machine.
  const torch::Tensor order = std::get<1>(labels.sort(/*stable=*/true, /*dim=*/0,
                                                      /*descending=*/true));
  const torch::Tensor ranked = scores.index_select(0, order);
  const torch::Tensor left = ranked.flip(0).logcumsumexp(0).flip(0);
  return mean_loss(left - ranked, weights.defined() ? weights.index_select(0, order) : weights);
}

}  // namespace

void check_losses(std::span<const LossTerm> terms, const torch::Tensor& labels) {
  const bool divides =
      std::ranges::find(terms, Loss::RelativeSquaredError, &LossTerm::loss) != terms.end();
  if (!divides || !labels.le(0.0).any().item<bool>()) return;
  throw PredictorError(
      "the loss relative_squared_error is for labels above 0, and this predictor learns scores, "
      "some of which are not: choose another loss, or another predictor");
}

torch::Tensor total_loss(std::span<const LossTerm> terms, const torch::Tensor& scores,
                         const torch::Tensor& labels, const torch::Tensor& weights, Rng& rng) {
  if (scores.dim() == 2) return mean_over_metrics(terms, scores, labels, weights, rng);
  torch::Tensor sum = torch::zeros({}, scores.options());
  for (const auto& [loss, weight] : terms) {
    torch::Tensor value;
    switch (loss) {
      case Loss::SquaredError:
        value = mean_loss((scores - labels).square(), weights);
        break;
      case Loss::RelativeSquaredError:
        value = mean_loss((scores / labels - 1.0).square(), weights);
        break;
      case Loss::PermutedPairs:
        value = permuted_pairs(scores, labels, weights, rng);
        break;
      case Loss::PairwiseLogistic:
        value = pairwise_logistic(scores, labels, weights);
        break;
      case Loss::PairwiseHinge:
        value = pairwise_hinge(scores, labels, weights);
        break;
      case Loss::ListMle:
        value = list_mle(scores, labels, weights);
        break;
      case Loss::GaussianNll:
        value = 0.5 * (mean_loss((scores - labels).square(), weights) + kSmallVariance).log();
        break;
    }
    sum = sum + weight * value;
  }
  return sum;
}

}  // namespace evonas::predictor
