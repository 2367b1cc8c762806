#include "evaluation/training/average_3x3.hpp"

#include "evaluation/training/kernel_tensors.hpp"
#include "evaluation/training/window_sums.hpp"

namespace evonas::evaluation {
namespace kernels {
namespace {

torch::Tensor window_sums(const torch::Tensor& images, bool gradient) {
  const torch::Tensor values = channels_last(images);
  const torch::Tensor result = torch::empty_like(values);
  const ImageExtent extent{.images = values.size(0),
                           .height = values.size(2),
                           .width = values.size(3),
                           .channels = values.size(1)};
  dispatch(values,
           [&]<class T>(T*) { window_sums(data<T>(values), extent, gradient, data<T>(result)); });
  return result;
}

class Average3x3 : public torch::autograd::Function<Average3x3> {
 public:
  static torch::Tensor forward(torch::autograd::AutogradContext* /*context*/,
                               const torch::Tensor& images) {
    return window_sums(images, false);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* /*context*/,
                                                 const torch::autograd::variable_list& gradients) {
    return {window_sums(gradients[0], true)};
  }
};

}  // namespace
}  // namespace kernels

torch::Tensor average_3x3(const torch::Tensor& images) {
  if (images.device().is_cpu()) return kernels::Average3x3::apply(images);
  return torch::avg_pool2d(images, {3, 3}, {1, 1}, {1, 1}, /*ceil_mode=*/false,
                           /*count_include_pad=*/false);
}

}  // namespace evonas::evaluation
