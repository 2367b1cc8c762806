#include "evaluation/training/convolution.hpp"

#include "evaluation/training/convolution_kernels.hpp"
#include "evaluation/training/kernel_tensors.hpp"

namespace evonas::evaluation {
namespace {

using kernels::channels_last;
using kernels::data;
using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Where the library catches up (measured on AVX2: layers of 64 channels tie, of 128 lose), and
// images smaller than a register tile.
constexpr std::int64_t kMostChannels = 64;
constexpr std::int64_t kFewestPixels = 8;

// Operands: images, weight. Both lie channels-last.
class NarrowConvolution : public torch::autograd::Function<NarrowConvolution> {
 public:
  static Tensor forward(AutogradContext* context, const Tensor& images, const Tensor& weight,
                        std::int64_t stride) {
    const Tensor values = channels_last(images);
    const Tensor weights = channels_last(weight);
    const kernels::ConvolutionExtent extent = extent_of(values, weights, stride);
    Tensor result =
        torch::empty({extent.images, extent.outputs, extent.result_height(), extent.result_width()},
                     values.options().memory_format(torch::MemoryFormat::ChannelsLast));
    kernels::convolve(data<float>(values), data<float>(weights), extent, data<float>(result));
    context->save_for_backward({values, weights});
    context->saved_data["stride"] = stride;
    return result;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const Tensor& images = saved[0];
    const Tensor& weight = saved[1];
    const Tensor gradient = channels_last(gradients[0]);
    const kernels::ConvolutionExtent extent =
        extent_of(images, weight, context->saved_data["stride"].toInt());
    variable_list results(3);
    if (context->needs_input_grad(0)) {
      results[0] = torch::empty_like(images);
      kernels::convolution_image_gradient(data<float>(gradient), data<float>(weight), extent,
                                          data<float>(results[0]));
    }
    if (context->needs_input_grad(1)) {
      results[1] = torch::empty_like(weight);
      kernels::convolution_weight_gradient(data<float>(images), data<float>(gradient), extent,
                                           data<float>(results[1]));
    }
    return results;
  }

 private:
  static kernels::ConvolutionExtent extent_of(const Tensor& images, const Tensor& weight,
                                              std::int64_t stride) {
    return {.images = images.size(0),
            .height = images.size(2),
            .width = images.size(3),
            .inputs = weight.size(1),
            .outputs = weight.size(0),
            .kernel = weight.size(2),
            .stride = stride};
  }
};

// Whether NarrowConvolution can compute it and is faster.
bool is_narrow(const Tensor& images, const Tensor& weight, const ConvolutionSettings& settings) {
  const auto is_pair = [](const std::vector<std::int64_t>& values, std::int64_t value) {
    return values == std::vector<std::int64_t>{value, value};
  };
  const std::int64_t inputs = weight.size(1);
  const std::int64_t outputs = weight.size(0);
  const std::int64_t kernel = weight.size(2);
  const bool fits =
      kernel % 2 == 1 && weight.size(3) == kernel && is_pair(settings.padding, kernel / 2) &&
      is_pair(settings.strides, settings.strides[0]) && is_pair(settings.dilations, 1) &&
      settings.groups == 1 && outputs % kernels::kChannelBlock == 0 &&
      (inputs % kernels::kChannelBlock == 0 || !images.requires_grad());
  return fits && inputs <= kMostChannels && outputs <= kMostChannels &&
         images.size(2) * images.size(3) >= kFewestPixels;
}

}  // namespace

Tensor convolution(const Tensor& images, const Tensor& weight, const Tensor& bias,
                   const ConvolutionSettings& settings) {
  const bool trains_floats = torch::GradMode::is_enabled() && weight.requires_grad() &&
                             images.device().is_cpu() && images.scalar_type() == torch::kFloat32 &&
                             weight.scalar_type() == torch::kFloat32;
  if (trains_floats && !bias.defined() && is_narrow(images, weight, settings)) {
    return NarrowConvolution::apply(images, weight, settings.strides[0]);
  }
  return torch::conv2d(images, weight, bias.defined() ? bias.to(weight.scalar_type()) : bias,
                       settings.strides, settings.padding, settings.dilations, settings.groups);
}

}  // namespace evonas::evaluation
