#include "predictor/models/losses.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "torch_doctest.hpp"

namespace evonas::predictor {
namespace {

double loss_of(Loss loss, const torch::Tensor& scores, const torch::Tensor& labels,
               const torch::Tensor& weights = {}) {
  Rng rng(1, "test");
  const LossTerm term = {loss, 2.0};  // the weight of the term is taken out again
  return total_loss({&term, 1}, scores, labels, weights, rng).item<double>() / 2.0;
}

TEST_CASE("the logistic loss of two labels is that of their order") {
  const torch::Tensor labels = torch::tensor({0.0F, 3.0F});
  const auto loss = [&](float low, float high) {
    return loss_of(Loss::PairwiseLogistic, torch::tensor({low, high}), labels);
  };
  CHECK(loss(0.0F, 1.0F) == doctest::Approx(std::log1p(std::exp(-2.0))));
  CHECK(loss(1.0F, 0.0F) == doctest::Approx(std::log1p(std::exp(2.0))));
  CHECK(loss(0.5F, 0.5F) == doctest::Approx(std::log(2.0)));
}

TEST_CASE("pairs with labels further apart weigh more in the logistic loss") {
  // Ranked wrongly: the pair of labels that are close, then the pair of those that are not.
  const torch::Tensor labels = torch::tensor({0.0F, 1.0F, 9.0F});
  CHECK(loss_of(Loss::PairwiseLogistic, torch::tensor({1.0F, 0.0F, 2.0F}), labels) <
        loss_of(Loss::PairwiseLogistic, torch::tensor({0.0F, 2.0F, 1.0F}), labels));
}

TEST_CASE("equal labels have no ranking loss") {
  CHECK(loss_of(Loss::PairwiseLogistic, torch::tensor({1.0F, 2.0F}), torch::tensor({4.0F, 4.0F})) ==
        0.0);
}

TEST_CASE("losses of single graphs are means, in which labels can weigh differently") {
  const torch::Tensor scores = torch::tensor({1.0F, 2.0F});
  const torch::Tensor labels = torch::tensor({2.0F, 4.0F});
  CHECK(loss_of(Loss::SquaredError, scores, labels) == doctest::Approx(2.5));
  CHECK(loss_of(Loss::SquaredError, scores, labels, torch::tensor({3.0F, 1.0F})) ==
        doctest::Approx(1.75));
  CHECK(loss_of(Loss::RelativeSquaredError, scores, labels) == doctest::Approx(0.25));
}

TEST_CASE("a pair weighs by the harmonic mean of its labels") {
  const torch::Tensor labels = torch::tensor({0.0F, 1.0F, 2.0F});
  const torch::Tensor wrong_last = torch::tensor({0.0F, 1.0F, -5.0F});
  const torch::Tensor none_of_last = torch::tensor({1.0F, 1.0F, 1e-12F});
  const auto logistic = [](const torch::Tensor& scores, const torch::Tensor& of,
                           const torch::Tensor& weights = {}) {
    return loss_of(Loss::PairwiseLogistic, scores, of, weights);
  };
  CHECK(logistic(wrong_last, labels, none_of_last) ==
        doctest::Approx(logistic(torch::tensor({0.0F, 1.0F}), torch::tensor({0.0F, 1.0F})))
            .epsilon(1e-4));
  CHECK(logistic(wrong_last, labels, torch::full({3}, 7.0F)) ==
        doctest::Approx(logistic(wrong_last, labels)).epsilon(1e-4));
  // Pairs of 1 and 3 weigh 1.5, that of both labels of weight 1 weighs 1 and is twice as far apart.
  const torch::Tensor scores = torch::tensor({1.0F, 0.0F, -0.6F});
  const auto order = [](double margin) { return std::log1p(std::exp(-2.0 * margin)); };
  const double pairs = 1.5 * order(-1.0) + 1.5 * order(-0.6) + 2.0 * order(-1.6);
  CHECK(logistic(scores, labels, torch::tensor({1.0F, 3.0F, 1.0F})) ==
        doctest::Approx(pairs / 5.0).epsilon(1e-4));
  CHECK(loss_of(Loss::PermutedPairs, wrong_last, labels, torch::full({3}, 2.0F)) ==
        doctest::Approx(loss_of(Loss::PermutedPairs, wrong_last, labels)));
}

TEST_CASE("the loss of several metrics is the mean of theirs, each by the labels that are there") {
  constexpr float kNone = std::numeric_limits<float>::quiet_NaN();
  const torch::Tensor first = torch::tensor({1.0F, 2.0F, 4.0F});
  const torch::Tensor first_labels = torch::tensor({2.0F, 0.0F, 5.0F});
  const torch::Tensor weights = torch::tensor({1.0F, 0.5F, 1.5F});
  for (const Loss loss : {Loss::SquaredError, Loss::PairwiseLogistic, Loss::PermutedPairs}) {
    CAPTURE(static_cast<int>(loss));
    const double of_first = loss_of(loss, first, first_labels, weights);
    // One metric as a table of one column is that metric.
    CHECK(loss_of(loss, first.unsqueeze(1), first_labels.unsqueeze(1), weights.unsqueeze(1)) ==
          of_first);
    if (loss == Loss::PermutedPairs) continue;  // its permutations are drawn one after the other
    const torch::Tensor scores = torch::stack({first, torch::tensor({7.0F, 8.0F, 3.0F})}, 1);
    const double of_known = loss_of(loss, torch::tensor({7.0F, 3.0F}), torch::tensor({6.0F, 1.0F}),
                                    torch::tensor({1.0F, 1.5F}));
    CHECK(loss_of(loss, scores, torch::stack({first_labels, torch::tensor({6.0F, kNone, 1.0F})}, 1),
                  torch::stack({weights, weights}, 1)) ==
          doctest::Approx(0.5 * (of_first + of_known)));
    // A batch without any label of a metric.
    CHECK(loss_of(loss, scores, torch::stack({first_labels, torch::full({3}, kNone)}, 1)) ==
          doctest::Approx(0.5 * loss_of(loss, first, first_labels)));
  }
}

TEST_CASE("a label that is not there has no gradient") {
  const torch::Tensor scores = torch::zeros({3, 2}, torch::requires_grad());
  const torch::Tensor labels =
      torch::tensor({1.0F, 2.0F, 3.0F, std::numeric_limits<float>::quiet_NaN(), 5.0F, 6.0F})
          .view({3, 2});
  Rng rng(1, "test");
  const std::vector<LossTerm> terms = {{Loss::SquaredError, 0.5}, {Loss::PairwiseLogistic, 0.5}};
  total_loss(terms, scores, labels, {}, rng).backward();
  const torch::Tensor gradient = scores.grad();
  CHECK(gradient.isfinite().all().item<bool>());
  CHECK(gradient[1][1].item<float>() == 0.0F);
  CHECK(gradient[1][0].item<float>() != 0.0F);
}

TEST_CASE("the loss of permuted pairs asks for differences, not for values") {
  const torch::Tensor labels = torch::tensor({2.0F, 4.0F, 7.0F});
  CHECK(loss_of(Loss::PermutedPairs, labels + 5.0, labels) == doctest::Approx(0.0));
  CHECK(loss_of(Loss::PermutedPairs, -labels, labels) > 1.0);
}

/// A batch with two equal labels, some pairs ranked wrongly, and none at the edge of the margin.
const std::vector<double> kLossScores = {0.31, 0.28, 0.95, -0.4, 0.33, 0.9};
const std::vector<double> kLossLabels = {0.2, 0.5, 0.9, 0.1, 0.5, 0.3};
const std::vector<double> kLossWeights = {1.0, 0.2, 3.0, 0.7, 1.4, 0.1};

double pair_weight(double a, double b) { return 2.0 * a * b / (a + b); }

double hinge_of(const std::vector<double>& scores, const std::vector<double>& weights) {
  double sum = 0.0;
  double count = 0.0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    for (std::size_t j = 0; j < scores.size(); ++j) {
      if (kLossLabels[i] <= kLossLabels[j]) continue;
      const double weight = pair_weight(weights[i], weights[j]);
      sum += weight * std::max(0.0, 0.1 - (scores[i] - scores[j]));
      count += weight;
    }
  }
  return sum / count;
}

double list_mle_of(const std::vector<double>& scores, const std::vector<double>& weights) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(
      order, [](std::size_t a, std::size_t b) { return kLossLabels[a] > kLossLabels[b]; });
  double sum = 0.0;
  for (std::size_t place = 0; place < order.size(); ++place) {
    double left = 0.0;
    for (std::size_t later = place; later < order.size(); ++later) {
      left += std::exp(scores[order[later]]);
    }
    sum -= weights[order[place]] * std::log(std::exp(scores[order[place]]) / left);
  }
  return sum / std::accumulate(weights.begin(), weights.end(), 0.0);
}

/// The least negative log-likelihood that a deviation reaches, less log(2 pi) / 2 and 1 / 2: found
/// by search in thirds.
double gaussian_nll_of(const std::vector<double>& scores, const std::vector<double>& weights) {
  double errors = 0.0;
  double count = 0.0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    errors += weights[i] * (scores[i] - kLossLabels[i]) * (scores[i] - kLossLabels[i]);
    count += weights[i];
  }
  const auto likelihood = [&](double deviation) {
    return std::log(deviation) + errors / count / (2.0 * deviation * deviation) - 0.5;
  };
  double low = 1e-3;
  double high = 10.0;
  while (high - low > 1e-10) {
    const double third = (high - low) / 3.0;
    if (likelihood(low + third) < likelihood(high - third)) {
      high -= third;
    } else {
      low += third;
    }
  }
  return likelihood(low);
}

/// The value of a loss and its gradient against what brute force and its differences say.
template <class BruteForce>
void check_against(Loss loss, const BruteForce& brute_force) {
  const std::vector<double> alike(kLossLabels.size(), 1.0);
  const torch::Tensor labels = torch::tensor(kLossLabels, torch::kDouble);
  CHECK(loss_of(loss, torch::tensor(kLossScores, torch::kDouble), labels) ==
        doctest::Approx(brute_force(kLossScores, alike)).epsilon(1e-5));
  const torch::Tensor weights = torch::tensor(kLossWeights, torch::kDouble);
  torch::Tensor scores = torch::tensor(kLossScores, torch::kDouble).requires_grad_();
  Rng rng(1, "test");
  const LossTerm term = {loss, 1.0};
  const torch::Tensor value = total_loss({&term, 1}, scores, labels, weights, rng);
  CHECK(value.item<double>() ==
        doctest::Approx(brute_force(kLossScores, kLossWeights)).epsilon(1e-5));
  value.backward();
  for (std::size_t i = 0; i < kLossScores.size(); ++i) {
    constexpr double kStep = 1e-6;
    std::vector<double> more = kLossScores;
    more[i] += kStep;
    std::vector<double> less = kLossScores;
    less[i] -= kStep;
    const double slope =
        (brute_force(more, kLossWeights) - brute_force(less, kLossWeights)) / (2.0 * kStep);
    const double gradient = scores.grad()[static_cast<std::int64_t>(i)].item<double>();
    CHECK(std::abs(gradient - slope) < 1e-5);
  }
}

TEST_CASE("the hinge loss of pairs is that of all pairs, and so is its gradient") {
  check_against(Loss::PairwiseHinge, hinge_of);
}

TEST_CASE("pairs that are ahead by the margin, and equal labels, have no hinge loss") {
  CHECK(loss_of(Loss::PairwiseHinge, torch::tensor({0.0F, 0.2F}), torch::tensor({1.0F, 2.0F})) ==
        0.0);
  CHECK(loss_of(Loss::PairwiseHinge, torch::tensor({0.0F, 2.0F}), torch::tensor({4.0F, 4.0F})) ==
        0.0);
}

TEST_CASE("ListMLE is the likelihood of the order of the labels, and so is its gradient") {
  check_against(Loss::ListMle, list_mle_of);
}

TEST_CASE("the Gaussian likelihood is that of the likeliest deviation, and so is its gradient") {
  check_against(Loss::GaussianNll, gaussian_nll_of);
  const torch::Tensor labels = torch::tensor({0.5F, 2.0F});
  CHECK(std::isfinite(loss_of(Loss::GaussianNll, labels, labels)));
}

TEST_CASE("a metric in other units is as likely as its deviation is larger") {
  const torch::Tensor scores = torch::tensor({0.5F, 2.0F, -1.0F});
  const torch::Tensor labels = torch::tensor({1.0F, 1.5F, 0.0F});
  CHECK(loss_of(Loss::GaussianNll, 10.0F * scores, 10.0F * labels) ==
        doctest::Approx(loss_of(Loss::GaussianNll, scores, labels) + std::log(10.0)));
}

TEST_CASE("relative losses need labels above 0") {
  const std::vector<LossTerm> relative = {{Loss::SquaredError, 1.0},
                                          {Loss::RelativeSquaredError, 0.5}};
  const torch::Tensor labels = torch::tensor({0.5F, 0.0F, -1.0F});
  CHECK_THROWS_WITH_AS(check_losses(relative, labels), doctest::Contains("labels above 0"),
                       PredictorError);
  CHECK_NOTHROW(check_losses(relative, labels + 2.0));
  CHECK_NOTHROW(check_losses(std::span(relative).first(1), labels));
}

TEST_CASE("ListMLE stays finite where scores are far apart") {
  CHECK(loss_of(Loss::ListMle, torch::tensor({500.0F, -500.0F}), torch::tensor({1.0F, 2.0F})) ==
        doctest::Approx(500.0));
}

}  // namespace
}  // namespace evonas::predictor
