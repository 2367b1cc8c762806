#include "predictor/models/lstm_policy.hpp"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <torch/optim/adam.h>
#include <torch/utils.h>

#include "base/random.hpp"
#include "predictor/models/layers.hpp"
#include "predictor/models/tensor_of.hpp"
#include "predictor/predictor_error.hpp"

namespace evonas::predictor {
namespace {

constexpr std::int64_t kPolicyUnits = 128;
constexpr double kPolicyRate = 0.01;

/// Yields the means of steps, one after the other.
class StepNetwork final : public torch::nn::Module {
 public:
  StepNetwork(std::int64_t width, std::uint64_t seed)
      : gates_(register_module("gates", linear(width + kPolicyUnits, 4 * kPolicyUnits, true))),
        mean_(register_module("mean", linear(kPolicyUnits, width, true))) {
    draw_linear_weights(*this, at::detail::createCPUGenerator(seed));
    forget();
  }

  /// state and the mean: 1 x width.
  torch::Tensor forward(const torch::Tensor& state) {
    const std::vector<torch::Tensor> gates = gates_(torch::cat({state, output_}, 1)).chunk(4, 1);
    cell_ = gates[0].sigmoid() * cell_ + gates[1].sigmoid() * gates[2].tanh();
    output_ = gates[3].sigmoid() * cell_.tanh();
    return mean_(output_);
  }

  void forget() {
    cell_ = torch::zeros({1, kPolicyUnits});
    output_ = torch::zeros({1, kPolicyUnits});
  }

 private:
  torch::nn::Linear gates_;  // to forget, to take in, what to take in, to show
  torch::nn::Linear mean_;
  torch::Tensor cell_;
  torch::Tensor output_;
};

}  // namespace

struct LstmPolicy::Parts {
  Parts(std::size_t size, std::uint64_t seed)
      : width(size),
        network(static_cast<std::int64_t>(size), seed),
        optimiser(network.parameters(), torch::optim::AdamOptions(kPolicyRate)),
        rng(seed, "steps of a policy") {}

  std::size_t width;
  StepNetwork network;
  torch::optim::Adam optimiser;
  Rng rng;
  std::vector<torch::Tensor> likelihoods;  // logarithms, up to a constant, one a step
};

LstmPolicy::LstmPolicy(std::size_t width, std::uint64_t seed) {
  at::set_num_threads(1);  // sums in another order would give other steps
  parts_ = std::make_unique<Parts>(width, seed);
}

LstmPolicy::~LstmPolicy() = default;

std::vector<double> LstmPolicy::step(std::span<const double> state) {
  auto& [width, network, optimiser, rng, likelihoods] = *parts_;
  if (state.size() != width) {
    throw PredictorError(
        fmt::format("a state of {} numbers for a policy of {}", state.size(), width));
  }
  const torch::Tensor mean =
      network.forward(tensor_of(state, static_cast<std::int64_t>(width)).to(torch::kFloat));
  std::vector<double> noise(width);
  for (double& number : noise) number = rng.normal();
  const torch::Tensor target =
      mean.detach().to(torch::kDouble) + tensor_of(noise, static_cast<std::int64_t>(width));
  likelihoods.push_back(-0.5 * (target.to(torch::kFloat) - mean).square().sum());
  const torch::Tensor numbers = target.contiguous();
  return {numbers.const_data_ptr<double>(), numbers.const_data_ptr<double>() + numbers.numel()};
}

void LstmPolicy::learn(std::span<const double> advantages) {
  auto& [width, network, optimiser, rng, likelihoods] = *parts_;
  if (advantages.size() != likelihoods.size()) {
    throw PredictorError(fmt::format("{} steps are to be learnt from, but {} were taken",
                                     advantages.size(), likelihoods.size()));
  }
  if (advantages.empty()) return;
  const torch::Tensor worth = tensor_of(advantages, 1).squeeze(1).to(torch::kFloat);
  optimiser.zero_grad();
  (-(torch::stack(likelihoods) * worth).mean()).backward();
  optimiser.step();
  likelihoods.clear();
  network.forget();
}

}  // namespace evonas::predictor
