#include "predictor/models/network_training.hpp"

#include <cmath>

#include "training/torch_doctest.hpp"

namespace evonas::predictor {
namespace {

TEST_CASE("the ranking loss of two labels is that of their order") {
  const torch::Tensor labels = torch::tensor({0.0F, 3.0F});
  const auto loss = [&](float low, float high) {
    return ranking_loss(torch::tensor({low, high}), labels).item<double>();
  };
  CHECK(loss(0.0F, 1.0F) == doctest::Approx(std::log1p(std::exp(-2.0))));
  CHECK(loss(1.0F, 0.0F) == doctest::Approx(std::log1p(std::exp(2.0))));
  CHECK(loss(0.5F, 0.5F) == doctest::Approx(std::log(2.0)));
}

TEST_CASE("pairs with labels further apart weigh more in the ranking loss") {
  // Ranked wrongly: the pair of labels that are close, then the pair of those that are not.
  const torch::Tensor labels = torch::tensor({0.0F, 1.0F, 9.0F});
  const double close = ranking_loss(torch::tensor({1.0F, 0.0F, 2.0F}), labels).item<double>();
  const double far = ranking_loss(torch::tensor({0.0F, 2.0F, 1.0F}), labels).item<double>();
  CHECK(close < far);
}

TEST_CASE("equal labels have no ranking loss") {
  CHECK(ranking_loss(torch::tensor({1.0F, 2.0F}), torch::tensor({4.0F, 4.0F})).item<double>() ==
        0.0);
}

}  // namespace
}  // namespace evonas::predictor
