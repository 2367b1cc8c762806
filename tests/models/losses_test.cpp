#include "predictor/models/losses.hpp"

#include <cmath>

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
  for (const Loss loss : {Loss::PairwiseLogistic, Loss::PairwiseHinge}) {
    CHECK(loss_of(loss, torch::tensor({1.0F, 2.0F}), torch::tensor({4.0F, 4.0F})) == 0.0);
  }
}

TEST_CASE("the hinge loss is about pairs that are closer than its margin, or in the wrong order") {
  const torch::Tensor labels = torch::tensor({1.0F, 0.0F});
  CHECK(loss_of(Loss::PairwiseHinge, torch::tensor({0.5F, 0.0F}), labels) == 0.0);
  CHECK(loss_of(Loss::PairwiseHinge, torch::tensor({0.0F, 0.5F}), labels) ==
        doctest::Approx(0.6).epsilon(1e-5));
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
  for (const Loss loss : {Loss::PairwiseLogistic, Loss::PairwiseHinge}) {
    CHECK(loss_of(loss, wrong_last, labels, none_of_last) ==
          doctest::Approx(loss_of(loss, torch::tensor({0.0F, 1.0F}), torch::tensor({0.0F, 1.0F})))
              .epsilon(1e-4));
    CHECK(loss_of(loss, wrong_last, labels, torch::full({3}, 7.0F)) ==
          doctest::Approx(loss_of(loss, wrong_last, labels)).epsilon(1e-4));
  }
  // Hinges of 1.1, 0.7 and 1.7, the last one between the two labels of weight 1.
  const torch::Tensor scores = torch::tensor({1.0F, 0.0F, -0.6F});
  const torch::Tensor weights = torch::tensor({1.0F, 3.0F, 1.0F});
  const double pairs = 1.1 * 1.5 + 0.7 * 1.5 + 1.7 * 1.0;
  CHECK(loss_of(Loss::PairwiseHinge, scores, labels, weights) ==
        doctest::Approx(pairs / 4.0).epsilon(1e-4));
  CHECK(loss_of(Loss::PermutedPairs, wrong_last, labels, torch::full({3}, 2.0F)) ==
        doctest::Approx(loss_of(Loss::PermutedPairs, wrong_last, labels)));
}

TEST_CASE("the loss of permuted pairs asks for differences, not for values") {
  const torch::Tensor labels = torch::tensor({2.0F, 4.0F, 7.0F});
  CHECK(loss_of(Loss::PermutedPairs, labels + 5.0, labels) == doctest::Approx(0.0));
  CHECK(loss_of(Loss::PermutedPairs, -labels, labels) > 1.0);
}

TEST_CASE("the listwise loss is least where scores are the labels") {
  const torch::Tensor labels = torch::tensor({0.0F, 1.0F, 2.0F});
  const double best = loss_of(Loss::Listwise, labels + 1.0, labels);
  CHECK(best < loss_of(Loss::Listwise, 2.0 * labels, labels));
  CHECK(best < loss_of(Loss::Listwise, -labels, labels));
}

TEST_CASE("the Gaussian loss is least where the deviation is that of the error") {
  const torch::Tensor labels = torch::tensor({3.0F});
  const auto loss = [&](double deviation) {
    return loss_of(Loss::GaussianLikelihood,
                   torch::tensor({{1.0, std::log(deviation)}}, torch::kFloat), labels);
  };
  CHECK(loss(2.0) == doctest::Approx(std::log(2.0) + 0.5));
  CHECK(loss(2.0) < loss(1.5));
  CHECK(loss(2.0) < loss(2.5));
}

}  // namespace
}  // namespace evonas::predictor
