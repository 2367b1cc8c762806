#include "predictor/models/losses.hpp"

#include <numeric>
#include <vector>

#include <torch/utils.h>

namespace evonas::predictor {
namespace {

constexpr double kMargin = 0.1;
constexpr double kSmall = 1e-6;  // keeps sums of nothing from dividing by zero

/// The differences of all pairs: [i][j] is values[i] - values[j].
torch::Tensor differences(const torch::Tensor& values) {
  return values.unsqueeze(1) - values.unsqueeze(0);
}

torch::Tensor permuted_pairs(const torch::Tensor& scores, const torch::Tensor& labels, Rng& rng) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(scores.size(0)));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  rng.shuffle(std::span(order));
  const torch::Tensor other = torch::tensor(order, torch::kInt64);
  return ((scores - scores.index_select(0, other)) - (labels - labels.index_select(0, other)))
      .abs()
      .mean();
}

torch::Tensor pairwise_logistic(const torch::Tensor& scores, const torch::Tensor& labels) {
  const torch::Tensor apart = differences(labels);
  const torch::Tensor margin = differences(scores) * apart.sign();
  return (torch::softplus(-2.0 * margin) * apart.abs()).sum() / (apart.abs().sum() + kSmall);
}

torch::Tensor pairwise_hinge(const torch::Tensor& scores, const torch::Tensor& labels) {
  const torch::Tensor above = (differences(labels) > 0).to(scores.scalar_type());
  return ((kMargin - differences(scores)).relu() * above).sum() / (above.sum() + kSmall);
}

}  // namespace

torch::Tensor total_loss(std::span<const LossTerm> terms, const torch::Tensor& scores,
                         const torch::Tensor& labels, const torch::Tensor& weights, Rng& rng) {
  const torch::Tensor means = scores.dim() == 2 ? scores.select(1, 0) : scores;
  const auto mean = [&](const torch::Tensor& losses) {
    return weights.defined() ? (losses * weights).sum() / weights.sum() : losses.mean();
  };
  torch::Tensor sum = torch::zeros({}, scores.options());
  for (const auto& [loss, weight] : terms) {
    torch::Tensor value;
    switch (loss) {
      case Loss::SquaredError:
        value = mean((means - labels).square());
        break;
      case Loss::RelativeSquaredError:
        value = mean((means / labels - 1.0).square());
        break;
      case Loss::PermutedPairs:
        value = permuted_pairs(means, labels, rng);
        break;
      case Loss::PairwiseLogistic:
        value = pairwise_logistic(means, labels);
        break;
      case Loss::PairwiseHinge:
        value = pairwise_hinge(means, labels);
        break;
      case Loss::Listwise:
        value = -(labels.softmax(0) * means.log_softmax(0)).sum();
        break;
      case Loss::GaussianLikelihood:
        value = mean(scores.select(1, 1) +
                     0.5 * ((means - labels) * (-scores.select(1, 1)).exp()).square());
        break;
    }
    sum = sum + weight * value;
  }
  return sum;
}

}  // namespace evonas::predictor
