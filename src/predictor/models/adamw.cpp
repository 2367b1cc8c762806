#include "predictor/models/adamw.hpp"

#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/_fused_adamw.h>
#include <torch/utils.h>

#include "base/json.hpp"
#include "predictor/models/tensor_state.hpp"

namespace evonas::predictor {
namespace {

constexpr double kFirstMoment = 0.9;
constexpr double kEpsilon = 1e-8;

}  // namespace

AdamW::AdamW(const std::vector<torch::Tensor>& weights, const Options& options)
    : second_moment_(options.second_moment),
      weights_(weights),
      groups_{{.weight_decay = options.weight_decay}, {.weight_decay = 0.0}} {
  for (const torch::Tensor& weight : weights) {
    Group& group = groups_[weight.dim() > 1 ? 0 : 1];
    group.weights.push_back(weight);
    group.means.push_back(torch::zeros_like(weight));
    group.squares.push_back(torch::zeros_like(weight));
    group.steps.push_back(torch::zeros({}, weight.options().requires_grad(false)));
  }
}

void AdamW::zero_gradients() {
  for (torch::Tensor& weight : weights_) weight.mutable_grad().reset();
}

void AdamW::clip_gradients(double longest) {
  const torch::NoGradGuard no_gradients;
  std::vector<torch::Tensor> gradients;
  for (const torch::Tensor& weight : weights_) {
    if (weight.grad().defined()) gradients.push_back(weight.grad());
  }
  if (gradients.empty()) return;
  const torch::Tensor length = torch::stack(at::_foreach_norm(gradients, 2)).norm();
  at::_foreach_mul_(gradients, (longest / (length + 1e-6)).clamp_max(1.0));
}

nlohmann::json AdamW::state() const {
  nlohmann::json groups = nlohmann::json::array();
  for (const Group& group : groups_) {
    groups.push_back({{"means", states_of(group.means)},
                      {"squares", states_of(group.squares)},
                      {"steps", states_of(group.steps)}});
  }
  return groups;
}

void AdamW::restore(const nlohmann::json& state) {
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    const nlohmann::json& group = state.at(i);
    restore_tensors(groups_[i].means, group.at("means"));
    restore_tensors(groups_[i].squares, group.at("squares"));
    restore_tensors(groups_[i].steps, group.at("steps"));
  }
}

void AdamW::step(double learning_rate) {
  const torch::NoGradGuard no_gradients;
  for (const Group& group : groups_) {
    std::vector<torch::Tensor> weights, gradients, means, squares, steps;
    for (std::size_t i = 0; i < group.weights.size(); ++i) {
      if (!group.weights[i].grad().defined()) continue;
      weights.push_back(group.weights[i]);
      gradients.push_back(group.weights[i].grad());
      means.push_back(group.means[i]);
      squares.push_back(group.squares[i]);
      steps.push_back(group.steps[i]);
    }
    if (weights.empty()) continue;
    at::_foreach_add_(steps, 1);
    at::_fused_adamw_(weights, gradients, means, squares, {}, steps, learning_rate, kFirstMoment,
                      second_moment_, group.weight_decay, kEpsilon, /*amsgrad=*/false,
                      /*maximize=*/false);
  }
}

}  // namespace evonas::predictor
