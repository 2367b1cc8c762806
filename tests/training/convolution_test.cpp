#include "evaluation/training/convolution.hpp"

#include <vector>

#include "torch_doctest.hpp"

namespace evonas::evaluation {
namespace {

using torch::Tensor;

struct Layer {
  std::int64_t inputs;
  std::int64_t outputs;
  std::int64_t kernel;
  std::int64_t height;
  std::int64_t width;
  std::int64_t stride = 1;
};

// Of the largest value.
double relative_difference(const Tensor& found, const Tensor& exact) {
  REQUIRE(found.sizes() == exact.sizes());
  return ((found.to(torch::kFloat64) - exact).abs().max() / exact.abs().max()).item<double>();
}

std::string name_of(const Tensor& result) { return result.grad_fn()->name(); }

}  // namespace

TEST_CASE("a narrow convolution and its gradients equal LibTorch's in double precision") {
  torch::manual_seed(1);
  const std::vector<Layer> layers = {
      {1, 8, 3, 14, 14},  {8, 8, 3, 5, 7},    {8, 16, 1, 4, 4},      {16, 24, 3, 3, 3},
      {24, 40, 5, 6, 2},  {3, 64, 3, 1, 9},   {64, 8, 1, 8, 1},      {32, 56, 7, 3, 11},
      {48, 32, 3, 2, 4},  {5, 8, 1, 3, 3},    {8, 16, 3, 14, 14, 2}, {16, 24, 3, 5, 7, 2},
      {8, 8, 1, 6, 5, 2}, {3, 16, 5, 8, 3, 3}};
  for (const Layer& layer : layers) {
    CAPTURE(layer.inputs);
    CAPTURE(layer.outputs);
    CAPTURE(layer.kernel);
    CAPTURE(layer.stride);
    const bool learns_input = layer.inputs % 8 == 0;
    const Tensor images =
        torch::randn({3, layer.inputs, layer.height, layer.width}).requires_grad_(learns_input);
    const Tensor weight =
        torch::randn({layer.outputs, layer.inputs, layer.kernel, layer.kernel}).requires_grad_();
    const ConvolutionSettings settings{.strides = {layer.stride, layer.stride},
                                       .padding = {layer.kernel / 2, layer.kernel / 2}};
    const Tensor found = convolution(images, weight, {}, settings);
    CHECK(name_of(found).find("NarrowConvolution") != std::string::npos);

    const Tensor exact_images = images.detach().to(torch::kFloat64).requires_grad_();
    const Tensor exact_weight = weight.detach().to(torch::kFloat64).requires_grad_();
    const Tensor exact =
        torch::conv2d(exact_images, exact_weight, {}, settings.strides, settings.padding);
    CHECK(relative_difference(found, exact) < 4e-6);

    const Tensor factors = torch::randn(exact.sizes());
    (found * factors).sum().backward();
    (exact * factors).sum().backward();
    CHECK(relative_difference(weight.grad(), exact_weight.grad()) < 4e-6);
    if (learns_input) CHECK(relative_difference(images.grad(), exact_images.grad()) < 4e-6);
  }
}

TEST_CASE("a convolution that the narrow kernels cannot compute takes LibTorch's") {
  torch::manual_seed(1);
  const Tensor images = torch::randn({2, 8, 6, 6}).requires_grad_();
  const Tensor weight = torch::randn({8, 8, 3, 3}).requires_grad_();
  const auto library = [](const Tensor& result) {
    return !result.requires_grad() ||
           name_of(result).find("NarrowConvolution") == std::string::npos;
  };
  const ConvolutionSettings same{.padding = {1, 1}};
  REQUIRE_FALSE(library(convolution(images, weight, {}, same)));
  CHECK(library(convolution(images, weight, torch::zeros({8}), same)));
  CHECK(library(convolution(images, weight, {}, {})));
  CHECK(library(convolution(images, weight, {}, {.strides = {1, 2}, .padding = {1, 1}})));
  CHECK(library(convolution(images, weight, {}, {.padding = {2, 2}, .dilations = {2, 2}})));
  const Tensor depthwise = torch::randn({8, 1, 3, 3}).requires_grad_();
  CHECK(library(convolution(images, depthwise, {}, {.padding = {1, 1}, .groups = 8})));
  const Tensor few = torch::randn({4, 8, 3, 3}).requires_grad_();
  CHECK(library(convolution(images, few, {}, same)));
  const Tensor wide = torch::randn({128, 8, 3, 3}).requires_grad_();
  CHECK(library(convolution(images, wide, {}, same)));
  CHECK(library(convolution(images.to(torch::kBFloat16), weight.to(torch::kBFloat16), {}, same)));
  const torch::NoGradGuard inference;
  CHECK(library(convolution(images, weight, {}, same)));
}

}  // namespace evonas::evaluation
