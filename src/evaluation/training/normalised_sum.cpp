#include "evaluation/training/normalised_sum.hpp"

#include "evaluation/training/fused_kernels.hpp"
#include "evaluation/training/kernel_tensors.hpp"

namespace evonas::evaluation {
namespace {

using kernels::channels_last;
using kernels::data;
using kernels::dispatch;
using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

kernels::Extent extent_of(const Tensor& tensor) {
  return {.pixels = tensor.size(0) * tensor.size(2) * tensor.size(3), .channels = tensor.size(1)};
}

// What the sum needs beyond its operands, and what its gradient needs from the forward pass.
struct Settings {
  std::vector<Tensor> running_means;
  std::vector<Tensor> running_variances;
  std::vector<double> epsilons;
  std::vector<double> momenta;
  bool training = false;
  bool want_sum = false;
  bool want_rectified = false;
};

void update_running(const Settings& settings, std::size_t term, const Tensor& mean,
                    const Tensor& variance, std::int64_t pixels) {
  const double old_share = settings.momenta[term];
  const double unbiased =
      static_cast<double>(pixels) / static_cast<double>(std::max<std::int64_t>(pixels - 1, 1));
  settings.running_means[term].mul_(old_share).add_(mean, 1.0 - old_share);
  settings.running_variances[term].mul_(old_share).add_(variance, (1.0 - old_share) * unbiased);
}

// Operands in order: normalised values, weights, biases (one each a term), plain tensors.
class NormalisedSum : public torch::autograd::Function<NormalisedSum> {
 public:
  static variable_list forward(AutogradContext* ctx, at::TensorList operands,
                               const Settings& settings) {
    const std::size_t terms = settings.epsilons.size();
    std::vector<Tensor> values;
    std::vector<Tensor> scales;
    std::vector<Tensor> shifts;
    std::vector<Tensor> means;
    std::vector<Tensor> deviations;
    const kernels::Extent extent = extent_of(operands[0]);
    for (std::size_t k = 0; k < terms; ++k) {
      values.push_back(channels_last(operands[k]));
      Tensor mean = settings.running_means[k];
      Tensor variance = settings.running_variances[k];
      if (settings.training) {
        mean = torch::empty_like(mean);
        variance = torch::empty_like(variance);
        dispatch(values[k], [&]<class T>(T*) {
          kernels::channel_moments(data<T>(values[k]), extent, data<float>(mean),
                                   data<float>(variance));
        });
        update_running(settings, k, mean, variance, extent.pixels);
      }
      const Tensor inverse = (variance + settings.epsilons[k]).rsqrt_();
      scales.push_back(operands[terms + k] * inverse);
      shifts.push_back(operands[2 * terms + k] - mean * scales[k]);
      means.push_back(mean);
      deviations.push_back(inverse);
    }
    for (std::size_t k = 3 * terms; k < operands.size(); ++k) {
      values.push_back(channels_last(operands[k]));
    }
    Tensor sum = settings.want_sum ? torch::empty_like(values[0]) : Tensor();
    Tensor rectified = settings.want_rectified ? torch::empty_like(values[0]) : Tensor();
    dispatch(values[0], [&]<class T>(T*) {
      std::vector<kernels::Term<T>> summands;
      for (std::size_t k = 0; k < values.size(); ++k) {
        summands.push_back({.values = data<T>(values[k]),
                            .scale = k < terms ? data<float>(scales[k]) : nullptr,
                            .shift = k < terms ? data<float>(shifts[k]) : nullptr});
      }
      kernels::affine_sum(std::span<const kernels::Term<T>>(summands), extent, data<T>(sum),
                          data<T>(rectified));
    });

    variable_list saved(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(terms));
    saved.insert(saved.end(), means.begin(), means.end());
    saved.insert(saved.end(), deviations.begin(), deviations.end());
    saved.insert(saved.end(), scales.begin(), scales.end());
    saved.push_back(rectified);
    ctx->save_for_backward(saved);
    ctx->saved_data["terms"] = static_cast<std::int64_t>(terms);
    ctx->saved_data["operands"] = static_cast<std::int64_t>(operands.size());
    ctx->saved_data["sum"] = settings.want_sum;
    ctx->saved_data["rectified"] = settings.want_rectified;
    ctx->set_materialize_grads(false);
    variable_list results;
    if (settings.want_sum) results.push_back(sum);
    if (settings.want_rectified) results.push_back(rectified);
    return results;
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const auto terms = static_cast<std::size_t>(ctx->saved_data["terms"].toInt());
    const auto operands = static_cast<std::size_t>(ctx->saved_data["operands"].toInt());
    const bool has_sum = ctx->saved_data["sum"].toBool();
    const bool has_rectified = ctx->saved_data["rectified"].toBool();
    variable_list results(operands + 1);
    Tensor direct = has_sum ? gradients[0] : Tensor();
    Tensor through_relu = has_rectified ? gradients[has_sum ? 1 : 0] : Tensor();
    if (!direct.defined() && !through_relu.defined()) return results;
    if (direct.defined()) direct = channels_last(direct);
    if (through_relu.defined()) through_relu = channels_last(through_relu);

    const variable_list saved = ctx->get_saved_variables();
    const Tensor& rectified = saved[4 * terms];
    const Tensor& like = direct.defined() ? direct : through_relu;
    const kernels::Extent extent = extent_of(like);
    const auto pixels = static_cast<double>(extent.pixels);
    const auto floats = torch::TensorOptions().dtype(torch::kFloat32);
    const Tensor gradient = torch::empty_like(like);
    const Tensor gradient_sum = torch::empty({extent.channels}, floats);
    std::vector<Tensor> product_sums;
    dispatch(like, [&]<class T>(T*) {
      std::vector<kernels::Product<T>> products;
      for (std::size_t k = 0; k < terms; ++k) {
        product_sums.push_back(torch::empty({extent.channels}, floats));
        products.push_back({.operand = data<T>(saved[k]),
                            .center = data<float>(saved[terms + k]),
                            .sum = data<float>(product_sums[k])});
      }
      kernels::merge_gradients(data<T>(direct), data<T>(through_relu), data<T>(rectified), extent,
                               data<T>(gradient), data<float>(gradient_sum),
                               std::span<const kernels::Product<T>>(products));
      for (std::size_t k = 0; k < terms; ++k) {
        const Tensor& mean = saved[terms + k];
        const Tensor& inverse = saved[2 * terms + k];
        const Tensor& scale = saved[3 * terms + k];
        // dz = scale (g - mean(g) - (z - mean) inverse^2 mean(g (z - mean)))
        const Tensor slope = -scale * inverse * inverse * product_sums[k] / pixels;
        const Tensor shift = -scale * gradient_sum / pixels - slope * mean;
        results[k] = torch::empty_like(gradient);
        kernels::affine_gradient(data<T>(gradient), data<T>(saved[k]), data<float>(scale),
                                 data<float>(slope), data<float>(shift), extent,
                                 data<T>(results[k]));
        results[terms + k] = product_sums[k] * inverse;
        results[2 * terms + k] = gradient_sum;
      }
    });
    for (std::size_t k = 3 * terms; k < operands; ++k) results[k] = gradient;
    return results;
  }
};

SumResult sum_with_library_operators(std::vector<NormalisedTerm>& terms,
                                     const std::vector<Tensor>& plain, bool training, bool want_sum,
                                     bool want_rectified) {
  Tensor sum;
  const auto accumulate = [&](const Tensor& value) { sum = sum.defined() ? sum + value : value; };
  for (NormalisedTerm& term : terms) {
    accumulate(torch::batch_norm(term.values, term.weight, term.bias, term.running_mean,
                                 term.running_variance, training, 1.0 - term.momentum, term.epsilon,
                                 /*cudnn_enabled=*/true));
  }
  for (const Tensor& value : plain) accumulate(value);
  return {.sum = want_sum ? sum : Tensor(), .rectified = want_rectified ? sum.relu() : Tensor()};
}

}  // namespace

SumResult normalised_sum(std::vector<NormalisedTerm>& terms, const std::vector<Tensor>& plain,
                         bool training, bool want_sum, bool want_rectified) {
  const Tensor& first = terms.empty() ? plain.front() : terms.front().values;
  if (!first.device().is_cpu()) {
    return sum_with_library_operators(terms, plain, training, want_sum, want_rectified);
  }
  Settings settings{.training = training, .want_sum = want_sum, .want_rectified = want_rectified};
  std::vector<Tensor> operands;
  for (const NormalisedTerm& term : terms) {
    operands.push_back(term.values);
    settings.running_means.push_back(term.running_mean);
    settings.running_variances.push_back(term.running_variance);
    settings.epsilons.push_back(term.epsilon);
    settings.momenta.push_back(term.momentum);
  }
  for (const NormalisedTerm& term : terms) operands.push_back(term.weight);
  for (const NormalisedTerm& term : terms) operands.push_back(term.bias);
  operands.insert(operands.end(), plain.begin(), plain.end());
  const variable_list results = NormalisedSum::apply(at::TensorList(operands), settings);
  SumResult result;
  if (want_sum) result.sum = results[0];
  if (want_rectified) result.rectified = results[want_sum ? 1 : 0];
  return result;
}

}  // namespace evonas::evaluation
