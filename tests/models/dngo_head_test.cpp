#include "predictor/models/dngo_head.hpp"

#include <cmath>

#include "base/json.hpp"
#include "predictor/models/bayesian_regression.hpp"
#include "torch_doctest.hpp"

namespace evonas::predictor {
namespace {

double largest(const torch::Tensor& x) { return x.abs().max().item<double>(); }

/// Minus twice the logarithm of how likely targets are, by the covariance that follows from noise
/// and prior.
double cost_of(const torch::Tensor& features, const torch::Tensor& targets, double noise,
               double ratio) {
  const torch::Tensor covariance =
      noise * (torch::eye(targets.size(0), torch::kDouble) + features.matmul(features.t()) / ratio);
  const torch::Tensor white = torch::linalg_solve(covariance, targets);
  return (targets * white).sum().item<double>() + torch::logdet(covariance).item<double>();
}

struct Examples {
  torch::Tensor features;
  torch::Tensor targets;
};

/// Targets that follow from features, and noise of a deviation of 0.3.
Examples examples(std::int64_t count, std::int64_t width) {
  torch::manual_seed(7);
  const torch::Tensor features = torch::randn({count, width}, torch::kDouble);
  const torch::Tensor weights = torch::linspace(-1.0, 1.0, width, torch::kDouble);
  return {features, features.matmul(weights) + 0.3 * torch::randn({count}, torch::kDouble)};
}

TEST_CASE("Bayesian linear regression is a Gaussian process with a linear kernel") {
  for (const std::int64_t count : {40, 5}) {  // more and fewer than there are features
    CAPTURE(count);
    const auto [features, targets] = examples(count, 8);
    const BayesianRegression regression(features, targets, {});
    const torch::Tensor others = torch::randn({6, 8}, torch::kDouble);
    const double prior = regression.noise() / regression.ratio();
    const torch::Tensor covariance = prior * features.matmul(features.t()) +
                                     regression.noise() * torch::eye(count, torch::kDouble);
    const torch::Tensor between = prior * others.matmul(features.t());
    const torch::Tensor means = between.matmul(torch::linalg_solve(covariance, targets));
    const torch::Tensor variances =
        prior * others.square().sum(1) + regression.noise() -
        (between * torch::linalg_solve(covariance, between.t()).t()).sum(1);
    const BayesianRegression::Beliefs beliefs = regression.predict(others);
    CHECK(largest(beliefs.means - means) < 1e-6);
    CHECK(largest(beliefs.deviations - variances.sqrt()) < 1e-6);
  }
}

TEST_CASE("Bayesian linear regression takes the variances that make targets most likely") {
  const auto [features, targets] = examples(60, 8);
  const BayesianRegression regression(features, targets, {});
  CHECK(std::sqrt(regression.noise()) == doctest::Approx(0.3).epsilon(0.3));
  const double best = cost_of(features, targets, regression.noise(), regression.ratio());
  for (const double factor : {0.7, 1.4}) {
    CHECK(cost_of(features, targets, factor * regression.noise(), regression.ratio()) > best);
    CHECK(cost_of(features, targets, regression.noise(), factor * regression.ratio()) > best);
  }
}

TEST_CASE("a target that counts twice is as good as two of them") {
  const auto [features, targets] = examples(30, 4);
  const torch::Tensor twice = torch::cat({features, features.slice(0, 0, 10)});
  torch::Tensor weights = torch::ones({30});
  weights.slice(0, 0, 10).fill_(2.0);
  const BayesianRegression weighted(features, targets, weights);
  const BayesianRegression repeated(twice, torch::cat({targets, targets.slice(0, 0, 10)}), {});
  // The noise is of 30 targets in the one and 40 in the other, so the ratios differ a little.
  const torch::Tensor others = torch::randn({5, 4}, torch::kDouble);
  CHECK(largest(weighted.predict(others).means - repeated.predict(others).means) < 0.01);
}

TEST_CASE("targets that do not differ are believed to stay as they are") {
  const auto [features, targets] = examples(20, 4);
  const BayesianRegression regression(features, torch::zeros_like(targets), {});
  const BayesianRegression::Beliefs beliefs = regression.predict(features);
  CHECK(largest(beliefs.means) == 0.0);
  CHECK(largest(beliefs.deviations) < 1e-4);
}

TEST_CASE("a DNGO head learns what is not linear, and knows how well") {
  torch::manual_seed(3);
  const auto curve = [](const torch::Tensor& rows) {
    return (2.0 * rows.select(1, 0)).sin() + 0.5 * rows.select(1, 1).square() - 0.5;
  };
  // Features far from 0 and of other sizes, and one that does not differ.
  const auto as_given = [](const torch::Tensor& rows) {
    return torch::cat({100.0 + 20.0 * rows, torch::ones({rows.size(0), 1}, torch::kDouble)}, 1);
  };
  const torch::Tensor rows = torch::rand({150, 2}, torch::kDouble) * 3.0 - 1.5;
  const torch::Tensor scores = curve(rows) + 0.1 * torch::randn({150}, torch::kDouble);
  const DngoHead head(as_given(rows), scores, {}, {}, {.seed = 2});
  const torch::Tensor others = torch::rand({200, 2}, torch::kDouble) * 3.0 - 1.5;
  const BayesianRegression::Beliefs beliefs = head.predict(as_given(others));
  const torch::Tensor errors = (beliefs.means - curve(others)).abs();
  CHECK(errors.mean().item<double>() < 0.15);
  CHECK((errors < 2.0 * beliefs.deviations).to(torch::kDouble).mean().item<double>() > 0.8);
  // It is less sure where it has seen nothing.
  const torch::Tensor far = head.predict(as_given(3.0 * others)).deviations;
  CHECK(far.mean().item<double>() > 1.5 * beliefs.deviations.mean().item<double>());
  const DngoHead again(as_given(rows), scores, {}, {}, {.seed = 2});
  CHECK(largest(again.predict(as_given(others)).means - beliefs.means) == 0.0);

  const DngoHead read(head.state(), 3);
  CHECK(largest(read.predict(as_given(others)).means - beliefs.means) == 0.0);
  CHECK(largest(read.predict(as_given(others)).deviations - beliefs.deviations) == 0.0);
  CHECK_THROWS(DngoHead(head.state(), 4));
}

}  // namespace
}  // namespace evonas::predictor
