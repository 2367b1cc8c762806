#include "evaluation/training/average_3x3.hpp"

#include <array>
#include <vector>

#include "torch_doctest.hpp"

namespace evonas::evaluation {
namespace {

torch::Tensor library_average(const torch::Tensor& images) {
  return torch::avg_pool2d(images, {3, 3}, {1, 1}, {1, 1}, /*ceil_mode=*/false,
                           /*count_include_pad=*/false);
}

double largest_difference(const torch::Tensor& a, const torch::Tensor& b) {
  REQUIRE(a.sizes() == b.sizes());
  return (a.to(torch::kFloat64) - b.to(torch::kFloat64)).abs().max().item<double>();
}

}  // namespace

TEST_CASE("average_3x3 and its gradient equal LibTorch's operator") {
  torch::manual_seed(1);
  // batch, channels, height, width; also images narrower than the window.
  const std::vector<std::array<std::int64_t, 4>> shapes = {
      {2, 8, 7, 5}, {3, 3, 1, 1}, {1, 5, 2, 3}, {2, 1, 1, 6}, {1, 16, 6, 1}, {4, 33, 4, 4}};
  for (const auto& shape : shapes) {
    CAPTURE(shape[1]);
    CAPTURE(shape[2]);
    const torch::Tensor images = torch::randn(shape).requires_grad_();
    const torch::Tensor expected = library_average(images);
    const torch::Tensor found = average_3x3(images);
    CHECK(largest_difference(found, expected) < 1e-6);
    const torch::Tensor weights = torch::randn_like(expected);
    CHECK(largest_difference(torch::autograd::grad({(found * weights).sum()}, {images})[0],
                             torch::autograd::grad({(expected * weights).sum()}, {images})[0]) <
          1e-6);

    const torch::Tensor halves = images.detach().to(torch::kBFloat16);
    CHECK((average_3x3(halves).scalar_type() == torch::kBFloat16));
    CHECK(largest_difference(average_3x3(halves), library_average(halves.to(torch::kFloat32))) <
          2e-2);
  }
}

}  // namespace evonas::evaluation
