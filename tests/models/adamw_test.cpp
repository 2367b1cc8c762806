#include "predictor/models/adamw.hpp"

#include <doctest/doctest.h>
#include <torch/nn/utils/clip_grad.h>
#include <torch/optim/adamw.h>
#include <torch/utils.h>

namespace evonas::predictor {
namespace {

std::vector<torch::Tensor> weights() {
  std::vector<torch::Tensor> drawn;
  for (const std::vector<std::int64_t>& sizes :
       std::vector<std::vector<std::int64_t>>{{5, 3}, {3}, {3, 1}, {4}}) {
    drawn.push_back(torch::arange(1, 1 + c10::multiply_integers(sizes), torch::kFloat)
                        .reshape(sizes)
                        .cos()
                        .requires_grad_());
  }
  return drawn;
}

/// The last weight takes part in every second step only.
torch::Tensor loss(const std::vector<torch::Tensor>& weights, int step) {
  const torch::Tensor x = torch::sin(torch::arange(0, 10, torch::kFloat) + step).reshape({2, 5});
  const torch::Tensor scores = (x.matmul(weights[0]) + weights[1]).tanh().matmul(weights[2]);
  const torch::Tensor error = (scores - 3.0).square().sum();
  return step % 2 == 0 ? error : error + weights[3].square().sum();
}

}  // namespace

TEST_CASE("AdamW changes weights as LibTorch's own does") {
  const std::vector<torch::Tensor> ours = weights();
  const std::vector<torch::Tensor> theirs = weights();
  AdamW optimiser(ours, {.weight_decay = 0.1, .second_moment = 0.98});
  const auto with_decay = [](double decay) {
    return std::make_unique<torch::optim::AdamWOptions>(
        torch::optim::AdamWOptions(0.01).betas({0.9, 0.98}).weight_decay(decay));
  };
  torch::optim::AdamW reference(
      std::vector<torch::optim::OptimizerParamGroup>{{{theirs[0], theirs[2]}, with_decay(0.1)},
                                                     {{theirs[1], theirs[3]}, with_decay(0.0)}},
      torch::optim::AdamWOptions(0.01));
  for (int step = 0; step < 20; ++step) {
    optimiser.zero_gradients();
    loss(ours, step).backward();
    optimiser.clip_gradients(1.0);
    optimiser.step(0.01);
    reference.zero_grad();
    loss(theirs, step).backward();
    torch::nn::utils::clip_grad_norm_(theirs, 1.0);
    reference.step();
    for (std::size_t i = 0; i < ours.size(); ++i) {
      CAPTURE(step);
      CAPTURE(i);
      CHECK(torch::allclose(ours[i], theirs[i], 1e-5, 1e-6));
    }
  }
  CHECK(!torch::allclose(ours[0], weights()[0], 1e-2, 1e-2));
}

}  // namespace evonas::predictor
