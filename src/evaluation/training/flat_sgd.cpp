#include "evaluation/training/flat_sgd.hpp"

namespace evonas::evaluation {
namespace {

// `length` numbers of `buffer` from `begin`, shaped and laid out like `parameter`.
torch::Tensor view_like(const torch::Tensor& buffer, std::int64_t begin,
                        const torch::Tensor& parameter) {
  return buffer.as_strided(parameter.sizes(), parameter.strides(), begin);
}

}  // namespace

FlatSgd::FlatSgd(torch::nn::Module& module, torch::ScalarType kernel_format, Options options)
    : options_(options) {
  std::vector<torch::Tensor> kernels;
  std::vector<torch::Tensor> others;
  for (torch::Tensor& parameter : module.parameters()) {
    (parameter.dim() == 4 ? kernels : others).push_back(parameter);
  }
  take_over(std::move(kernels), kernel_format);
  take_over(std::move(others), torch::kFloat32);
}

void FlatSgd::take_over(std::vector<torch::Tensor> parameters, torch::ScalarType format) {
  if (parameters.empty()) return;
  const torch::NoGradGuard no_gradients;
  std::int64_t size = 0;
  for (const torch::Tensor& parameter : parameters) size += parameter.numel();
  const auto floats = parameters[0].options().requires_grad(false);
  Buffer buffer;
  buffer.original = torch::empty({size}, floats);
  buffer.velocity = torch::zeros({size}, floats);
  buffer.decay = torch::zeros({size}, floats);
  std::int64_t begin = 0;
  for (const torch::Tensor& parameter : parameters) {
    view_like(buffer.original, begin, parameter).copy_(parameter);
    if (parameter.dim() > 1) {
      buffer.decay.narrow(0, begin, parameter.numel()).fill_(options_.weight_decay);
    }
    begin += parameter.numel();
  }
  buffer.working = buffer.original.to(format);  // the same tensor for float32
  buffer.gradient = torch::zeros_like(buffer.working);
  begin = 0;
  for (torch::Tensor& parameter : parameters) {
    const torch::Tensor working = view_like(buffer.working, begin, parameter);
    const torch::Tensor gradient = view_like(buffer.gradient, begin, parameter);
    parameter.set_data(working);
    parameter.mutable_grad() = gradient;
    begin += parameter.numel();
  }
  buffers_.push_back(std::move(buffer));
}

void FlatSgd::zero_gradients() {
  for (Buffer& buffer : buffers_) buffer.gradient.zero_();
}

void FlatSgd::step(double learning_rate) {
  const torch::NoGradGuard no_gradients;
  std::vector<torch::Tensor> gradients;
  torch::Tensor square;
  for (const Buffer& buffer : buffers_) {
    gradients.push_back(buffer.gradient.to(torch::kFloat32));
    if (options_.gradient_clip <= 0.0) continue;
    const torch::Tensor own = gradients.back().dot(gradients.back());
    square = square.defined() ? square + own : own;
  }
  for (std::size_t i = 0; i < buffers_.size(); ++i) {
    Buffer& buffer = buffers_[i];
    torch::Tensor gradient = gradients[i];
    if (options_.gradient_clip > 0.0) {
      gradient = gradient * (options_.gradient_clip / (square.sqrt() + 1e-6)).clamp_max(1.0);
    }
    gradient = torch::addcmul(gradient, buffer.decay, buffer.original);
    buffer.velocity.mul_(options_.momentum).add_(gradient);
    buffer.original.sub_(gradient.add_(buffer.velocity, options_.momentum), learning_rate);
    if (!buffer.working.is_same(buffer.original)) buffer.working.copy_(buffer.original);
  }
}

}  // namespace evonas::evaluation
