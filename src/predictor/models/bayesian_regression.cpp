#include "predictor/models/bayesian_regression.hpp"

#include <torch/utils.h>

#include "base/json.hpp"
#include "predictor/models/tensor_state.hpp"

namespace evonas::predictor {
namespace {

// The ratios of noise to prior that are tried, as logarithms.
constexpr double kLeastRatio = -12.0;
constexpr double kMostRatio = 16.0;
constexpr std::int64_t kRatios = 225;
constexpr double kLeastSum = 1e-10;  // of squares, where targets do not differ

}  // namespace

BayesianRegression::BayesianRegression(const torch::Tensor& features, const torch::Tensor& targets,
                                       const torch::Tensor& weights) {
  torch::Tensor rows = features;
  torch::Tensor values = targets;
  if (weights.defined()) {
    const torch::Tensor roots = weights.to(torch::kDouble).sqrt();
    rows = rows * roots.unsqueeze(1);
    values = values * roots;
  }
  const auto count = static_cast<double>(values.size(0));
  const auto [left, singular, right] = torch::linalg_svd(rows, /*full_matrices=*/false);
  const torch::Tensor squares = singular.square();
  const torch::Tensor along = left.t().matmul(values);
  const torch::Tensor rest = (values - left.matmul(along)).square().sum();

  // With the best noise for each ratio, the likelihood is a function of the ratio alone.
  const torch::Tensor ratios =
      torch::linspace(kLeastRatio, kMostRatio, kRatios, torch::kDouble).exp().unsqueeze(1);
  const torch::Tensor sums =
      (rest + (along.square() * ratios / (squares + ratios)).sum(1)).clamp_min(kLeastSum);
  const torch::Tensor costs = count * (sums / count).log() + (squares / ratios).log1p().sum(1);
  const auto best = costs.argmin().item<std::int64_t>();
  noise_ = sums[best].item<double>() / count;
  ratio_ = ratios[best].item<double>();

  weights_ = right.t().matmul(along * singular / (squares + ratio_));
  const torch::Tensor spared = (1.0 / ratio_ - 1.0 / (squares + ratio_)).unsqueeze(1);
  covariance_ =
      torch::eye(rows.size(1), torch::kDouble) / ratio_ - right.t().matmul(spared * right);
}

BayesianRegression::BayesianRegression(const nlohmann::json& state, std::int64_t features)
    : noise_(state.at("noise").get<double>()),
      ratio_(state.at("ratio").get<double>()),
      weights_(tensor_from(state.at("weights"), {features})),
      covariance_(tensor_from(state.at("covariance"), {features, features})) {}

nlohmann::json BayesianRegression::state() const {
  return {{"noise", noise_},
          {"ratio", ratio_},
          {"weights", state_of(weights_)},
          {"covariance", state_of(covariance_)}};
}

BayesianRegression::Beliefs BayesianRegression::predict(const torch::Tensor& features) const {
  const torch::Tensor own = (features.matmul(covariance_) * features).sum(1).clamp_min(0.0);
  return {.means = features.matmul(weights_), .deviations = (noise_ * (1.0 + own)).sqrt()};
}

}  // namespace evonas::predictor
