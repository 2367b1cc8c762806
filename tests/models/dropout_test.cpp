#include "predictor/models/dropout.hpp"

#include <doctest/doctest.h>
#include <torch/utils.h>

namespace evonas::predictor {

TEST_CASE("dropout drops other values at each call, and the same for the same seed") {
  const torch::Tensor x = torch::ones({64, 100}).requires_grad_();
  const Dropout one(0.2, 5);
  const Dropout twin(0.2, 5);
  const torch::Tensor first = one(x, true);
  CHECK(torch::equal(first, twin(x, true)));
  CHECK(!torch::equal(first, one(x, true)));
  CHECK(first.mean().item<float>() == doctest::Approx(1.0).epsilon(0.05));
  // The gradient is cut where the value is.
  first.sum().backward();
  CHECK(torch::equal(x.grad(), first.detach()));
}

TEST_CASE("dropout works on halves and doubles, and leaves predictions alone") {
  const Dropout dropout(0.5, 1);
  for (const torch::ScalarType type : {torch::kDouble, torch::kBFloat16}) {
    const torch::Tensor dropped = dropout(torch::ones({1000}, type), true);
    const bool keeps_type = dropped.scalar_type() == type;
    CHECK(keeps_type);
    const bool are_halves = ((dropped == 0) | (dropped == 2)).all().item<bool>();
    CHECK(are_halves);
    CHECK(dropped.to(torch::kFloat).mean().item<float>() == doctest::Approx(1.0).epsilon(0.2));
  }
  const torch::Tensor x = torch::rand({10});
  CHECK(torch::equal(dropout(x, false), x));
  CHECK(torch::equal(Dropout(0.0, 1)(x, true), x));
}

}  // namespace evonas::predictor
