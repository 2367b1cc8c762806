#include "evaluation/training/plain_operators.hpp"

#include <limits>
#include <map>
#include <string_view>

#include "evaluation/training/average_3x3.hpp"

namespace evonas::evaluation {
namespace {

using graph::Node;
using torch::Tensor;

PlainOperator make_max_pool(const Node& node) {
  const auto kernel = node.integers("kernel_shape", {1, 1});
  const auto strides = node.integers("strides", {1, 1});
  const auto dilations = node.integers("dilations", {1, 1});
  return [=, padding = Padding(node)](std::span<const Tensor> x) {
    return torch::max_pool2d(padding.apply(x[0], -std::numeric_limits<double>::infinity()), kernel,
                             strides, padding.even, dilations);
  };
}

PlainOperator make_average_pool(const Node& node) {
  const auto kernel = node.integers("kernel_shape", {1, 1});
  const auto strides = node.integers("strides", {1, 1});
  const bool include = node.integer("count_include_pad", 0) != 0;
  const Padding padding(node);
  const std::vector<std::int64_t> unit = {1, 1};
  const std::vector<std::int64_t> threes = {3, 3};
  if (kernel == threes && strides == unit && padding.uneven.empty() && padding.even == unit &&
      !include) {
    return [](std::span<const Tensor> x) { return average_3x3(x[0]); };
  }
  if (padding.uneven.empty() || include) {
    return [=](std::span<const Tensor> x) {
      return torch::avg_pool2d(padding.apply(x[0], 0.0), kernel, strides, padding.even, false,
                               include);
    };
  }
  // Uneven padding that does not count: the sum over the window divided by the real pixels in it.
  return [=](std::span<const Tensor> x) {
    const std::vector<std::int64_t> none = {0, 0};
    const Tensor ones = torch::ones({1, 1, x[0].size(2), x[0].size(3)}, x[0].options());
    const Tensor sums = torch::avg_pool2d(padding.apply(x[0], 0.0), kernel, strides, none);
    const Tensor shares = torch::avg_pool2d(padding.apply(ones, 0.0), kernel, strides, none);
    return sums / shares;
  };
}

PlainOperator make_clip(const Node& node) {
  const double low = node.real("min", -std::numeric_limits<double>::infinity());
  const double high = node.real("max", std::numeric_limits<double>::infinity());
  return [=](std::span<const Tensor> x) { return torch::clamp(x[0], low, high); };
}

PlainOperator make_hard_sigmoid(const Node& node) {
  const double alpha = node.real("alpha", 0.2);
  const double beta = node.real("beta", 0.5);
  return [=](std::span<const Tensor> x) { return torch::clamp(x[0] * alpha + beta, 0.0, 1.0); };
}

PlainOperator make_reduce_mean(const Node& node) {
  const auto axes = node.integers("axes", {2, 3});
  const bool keep = node.integer("keepdims", 1) != 0;
  return [=](std::span<const Tensor> x) {
    return x[0].mean(axes, keep, torch::kFloat32).to(x[0].scalar_type());
  };
}

PlainOperator make_resize(const Node& node) {
  const auto sizes = node.integers("sizes", {});
  return [=](std::span<const Tensor> x) {
    return torch::upsample_bilinear2d(x[0], sizes, /*align_corners=*/false);
  };
}

// What reads images expects them without gaps.
PlainOperator make_slice(const Node& node) {
  const std::int64_t start = node.integers("starts", {0})[0];
  const std::int64_t end = node.integers("ends", {0})[0];
  return [=](std::span<const Tensor> x) {
    const Tensor part = x[0].slice(1, start, end);
    return part.dim() == 4 ? part.contiguous(torch::MemoryFormat::ChannelsLast) : part.contiguous();
  };
}

PlainOperator make_pad(const Node& node) {
  const auto pads = node.integers("pads", {0, 0, 0, 0});
  const std::vector<std::int64_t> sides = {pads[1], pads[3], pads[0], pads[2]};
  return [=](std::span<const Tensor> x) { return torch::constant_pad_nd(x[0], sides, 0.0); };
}

using Maker = PlainOperator (*)(const Node&);

template <Tensor (*function)(const Tensor&)>
PlainOperator make_unary(const Node&) {
  return [](std::span<const Tensor> x) { return function(x[0]); };
}

// One line each.
const std::map<std::string_view, Maker>& makers() {
  static const std::map<std::string_view, Maker> table = {
      {"Relu", make_unary<torch::relu>},
      {"Sigmoid", make_unary<torch::sigmoid>},
      {"HardSwish", make_unary<torch::hardswish>},
      {"HardSigmoid", make_hard_sigmoid},
      {"Clip", make_clip},
      {"ReduceMean", make_reduce_mean},
      {"Resize", make_resize},
      {"Slice", make_slice},
      {"Pad", make_pad},
      {"MaxPool", make_max_pool},
      {"AveragePool", make_average_pool},
      {"Identity",
       [](const Node&) -> PlainOperator { return [](std::span<const Tensor> x) { return x[0]; }; }},
      {"Softmax",
       [](const Node& node) -> PlainOperator {
         return [axis = node.integer("axis", -1)](std::span<const Tensor> x) {
           return torch::softmax(x[0], axis);
         };
       }},
      {"Mul",
       [](const Node&) -> PlainOperator {
         return [](std::span<const Tensor> x) { return x[0] * x[1]; };
       }},
      {"Sub",
       [](const Node&) -> PlainOperator {
         return [](std::span<const Tensor> x) { return x[0] - x[1]; };
       }},
      {"Div",
       [](const Node&) -> PlainOperator {
         return [](std::span<const Tensor> x) { return x[0] / x[1]; };
       }},
      {"Concat",
       [](const Node&) -> PlainOperator {
         return [](std::span<const Tensor> x) {
           return torch::cat(at::TensorList(x.data(), x.size()), 1);
         };
       }},
      {"GlobalAveragePool",
       [](const Node&) -> PlainOperator {
         return [](std::span<const Tensor> x) {
           return x[0].mean({2, 3}, /*keepdim=*/true, torch::kFloat32).to(x[0].scalar_type());
         };
       }},
      {"Flatten",
       [](const Node&) -> PlainOperator {
         return [](std::span<const Tensor> x) { return x[0].flatten(1); };
       }},
  };
  return table;
}

}  // namespace

PlainOperator plain_operator(const Node& node) {
  const auto maker = makers().find(node.op);
  return maker == makers().end() ? PlainOperator() : maker->second(node);
}

std::vector<std::string> plain_operator_names() {
  std::vector<std::string> names;
  for (const auto& [name, unused] : makers()) names.emplace_back(name);
  return names;
}

Padding::Padding(const Node& node) {
  const auto pads = node.integers("pads", {0, 0, 0, 0});
  if (pads[0] == pads[2] && pads[1] == pads[3]) {
    even = {pads[0], pads[1]};
  } else {
    uneven = {pads[1], pads[3], pads[0], pads[2]};
  }
}

Tensor Padding::apply(const Tensor& x, double value) const {
  return uneven.empty() ? x : torch::constant_pad_nd(x, uneven, value);
}

}  // namespace evonas::evaluation
