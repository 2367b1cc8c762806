#include "graph/operators.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "graph/error_text.hpp"

namespace evonas::graph {
namespace {

constexpr std::size_t kAnyNumber = std::numeric_limits<std::size_t>::max();
constexpr double kReal = std::numeric_limits<double>::max();

const Shape& operand(const Graph& graph, NodeId id, std::size_t index) {
  return graph[graph[id].inputs[index]].shape;
}

void require_image(const Graph& graph, NodeId id) {
  if (operand(graph, id, 0).size() == 3) return;
  fail(graph, id, "needs an operand of channels x height x width");
}

void require_vector(const Graph& graph, NodeId id) {
  if (operand(graph, id, 0).size() == 1) return;
  fail(graph, id, "needs an operand with one extent, features; put a Flatten before it");
}

// ONNX counts the batch dimension, so the channels are axis 1.
void require_axis_1(const Graph& graph, NodeId id, std::int64_t fallback) {
  const std::int64_t axis = graph[id].integer("axis", fallback);
  if (axis != 1) fail(graph, id, fmt::format("has axis {}, only axis 1 is supported", axis));
}

Shape same_shape(const Graph& graph, NodeId id) { return operand(graph, id, 0); }

Shape infer_input(const Graph& graph, NodeId id) {
  const Shape& shape = graph[id].shape;
  if (shape.size() != 1 && shape.size() != 3) {
    fail(graph, id,
         fmt::format("has the shape {}; an input of a network needs one of channels x height x "
                     "width, or of features",
                     to_string(shape)));
  }
  return shape;
}

Shape infer_windows(const Graph& graph, NodeId id, std::int64_t channels) {
  require_image(graph, id);
  const Node& node = graph[id];
  const auto kernel = node.integers("kernel_shape", {});
  const auto strides = node.integers("strides", {1, 1});
  const auto pads = node.integers("pads", {0, 0, 0, 0});
  const auto dilations = node.integers("dilations", {1, 1});
  Shape result{channels};
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const std::int64_t padded = operand(graph, id, 0)[axis + 1] + pads[axis] + pads[axis + 2];
    const std::int64_t window = dilations[axis] * (kernel[axis] - 1) + 1;
    if (window > padded) {
      fail(graph, id,
           fmt::format("has a window of {} along the {}, which is more than the padded extent of "
                       "{}; use a smaller kernel or dilation, or more padding",
                       window, axis == 0 ? "height" : "width", padded));
    }
    result.push_back((padded - window) / strides[axis] + 1);
  }
  return result;
}

Shape infer_conv(const Graph& graph, NodeId id) {
  require_image(graph, id);
  const std::int64_t channels = operand(graph, id, 0)[0];
  const std::int64_t outputs = graph[id].integer("output_channels", 0);
  const std::int64_t groups = graph[id].integer("group", 1);
  if (channels % groups != 0 || outputs % groups != 0) {
    fail(graph, id,
         fmt::format("has {} groups, which must divide both the {} input channels and the {} "
                     "output channels",
                     groups, channels, outputs));
  }
  return infer_windows(graph, id, outputs);
}

Shape infer_pool(const Graph& graph, NodeId id) {
  require_image(graph, id);
  const auto kernel = graph[id].integers("kernel_shape", {});
  const auto pads = graph[id].integers("pads", {0, 0, 0, 0});
  for (std::size_t i = 0; i < pads.size(); ++i) {
    // A window must never lie in the padding alone: it would have no pixel to pool.
    if (pads[i] < kernel[i % 2]) continue;
    fail(graph, id,
         fmt::format("has a padding of {}, which must be smaller than the kernel of {}", pads[i],
                     kernel[i % 2]));
  }
  return infer_windows(graph, id, operand(graph, id, 0)[0]);
}

Shape infer_global_pool(const Graph& graph, NodeId id) {
  require_image(graph, id);
  return {operand(graph, id, 0)[0], 1, 1};
}

Shape infer_reduce_mean(const Graph& graph, NodeId id) {
  require_image(graph, id);
  const auto axes = graph[id].integers("axes", {});
  if (axes != std::vector<std::int64_t>{2, 3}) {
    fail(graph, id,
         fmt::format("has the axes [{}], only [2, 3], height and width, are supported",
                     fmt::join(axes, ", ")));
  }
  const std::int64_t channels = operand(graph, id, 0)[0];
  return graph[id].integer("keepdims", 1) == 1 ? Shape{channels, 1, 1} : Shape{channels};
}

Shape infer_broadcast(const Graph& graph, NodeId id) {
  Shape result = operand(graph, id, 0);
  for (std::size_t i = 1; i < graph[id].inputs.size(); ++i) {
    const Shape& other = operand(graph, id, i);
    bool fits = other.size() == result.size();
    for (std::size_t axis = 0; fits && axis < result.size(); ++axis) {
      fits = result[axis] == other[axis] || result[axis] == 1 || other[axis] == 1;
      result[axis] = std::max(result[axis], other[axis]);
    }
    if (!fits) {
      fail(graph, id,
           fmt::format("cannot combine operand {} with those before it; extents must be equal, or "
                       "1 to be repeated",
                       i));
    }
  }
  return result;
}

Shape infer_concat(const Graph& graph, NodeId id) {
  require_axis_1(graph, id, 1);
  Shape result = operand(graph, id, 0);
  for (std::size_t i = 1; i < graph[id].inputs.size(); ++i) {
    const Shape& other = operand(graph, id, i);
    if (other.size() != result.size() ||
        !std::equal(result.begin() + 1, result.end(), other.begin() + 1)) {
      fail(graph, id,
           fmt::format("cannot join operand {} to those before it; all extents but the channels "
                       "must be equal",
                       i));
    }
    result[0] = checked_sum(graph, id, result[0], other[0]);
  }
  return result;
}

Shape infer_gemm(const Graph& graph, NodeId id) {
  require_vector(graph, id);
  return {graph[id].integer("output_features", 0)};
}

Shape infer_flatten(const Graph& graph, NodeId id) {
  require_axis_1(graph, id, 1);
  return {element_count(graph, id, operand(graph, id, 0))};
}

Shape infer_clip(const Graph& graph, NodeId id) {
  const double low = graph[id].real("min", -kReal);
  const double high = graph[id].real("max", kReal);
  if (low > high) fail(graph, id, fmt::format("has min {} above max {}", low, high));
  return same_shape(graph, id);
}

Shape infer_softmax(const Graph& graph, NodeId id) {
  const auto rank = static_cast<std::int64_t>(operand(graph, id, 0).size());
  const std::int64_t axis = graph[id].integer("axis", -1);
  if (axis == 0 || axis < -rank || axis > rank) {
    fail(graph, id, fmt::format("has axis {}, expected -{}..-1 or 1..{}", axis, rank, rank));
  }
  return same_shape(graph, id);
}

Shape infer_resize(const Graph& graph, NodeId id) {
  require_image(graph, id);
  const auto sizes = graph[id].integers("sizes", {});
  return {operand(graph, id, 0)[0], sizes[0], sizes[1]};
}

void add_weights(const Graph& graph, NodeId id, std::int64_t weights, std::int64_t positions,
                 Cost& cost) {
  const std::int64_t channels = graph[id].shape[0];
  const std::int64_t bias = graph[id].integer("bias", 0) * channels;
  const std::int64_t parameters = checked_sum(graph, id, weights, bias);
  const std::int64_t macs = checked_product(graph, id, parameters, positions);
  cost.parameters = checked_sum(graph, id, cost.parameters, parameters);
  cost.macs = checked_sum(graph, id, cost.macs, macs);
  cost.flops = checked_sum(graph, id, cost.flops, macs);
}

void add_conv_cost(const Graph& graph, NodeId id, Cost& cost) {
  const Node& node = graph[id];
  std::int64_t weights = operand(graph, id, 0)[0] / node.integer("group", 1);
  for (const std::int64_t extent : node.integers("kernel_shape", {})) {
    weights = checked_product(graph, id, weights, extent);
  }
  weights = checked_product(graph, id, weights, node.shape[0]);
  add_weights(graph, id, weights, node.shape[1] * node.shape[2], cost);
}

void add_gemm_cost(const Graph& graph, NodeId id, Cost& cost) {
  const std::int64_t weights =
      checked_product(graph, id, operand(graph, id, 0)[0], graph[id].shape[0]);
  add_weights(graph, id, weights, 1, cost);
}

void add_normalization_cost(const Graph& graph, NodeId id, Cost& cost) {
  const std::int64_t parameters = 2 * graph[id].shape[0];
  cost.parameters = checked_sum(graph, id, cost.parameters, parameters);
}

void add_product_cost(const Graph& graph, NodeId id, Cost& cost) {
  cost.flops = checked_sum(graph, id, cost.flops, element_count(graph, id, graph[id].shape));
}

constexpr AttributeRule kKernel{.name = "kernel_shape",
                                .type = AttributeType::Integers,
                                .least = 1,
                                .count = 2,
                                .required = true};
constexpr AttributeRule kStrides{
    .name = "strides", .type = AttributeType::Integers, .least = 1, .count = 2};
constexpr AttributeRule kPads{.name = "pads", .type = AttributeType::Integers, .count = 4};
constexpr AttributeRule kDilations{
    .name = "dilations", .type = AttributeType::Integers, .least = 1, .count = 2};
constexpr AttributeRule kBias{.name = "bias", .most = 1};
constexpr AttributeRule kAxis{.name = "axis", .least = -4, .most = 4};

constexpr std::array kConvAttributes{
    kKernel,
    kStrides,
    kPads,
    kDilations,
    AttributeRule{.name = "group", .least = 1},
    AttributeRule{.name = "output_channels", .least = 1, .required = true},
    kBias};
constexpr std::array kBatchNormalizationAttributes{
    AttributeRule{.name = "epsilon", .type = AttributeType::Real, .most = 1},
    AttributeRule{.name = "momentum", .type = AttributeType::Real, .most = 1}};
constexpr std::array kClipAttributes{
    AttributeRule{.name = "min", .type = AttributeType::Real, .least = -kReal, .most = kReal},
    AttributeRule{.name = "max", .type = AttributeType::Real, .least = -kReal, .most = kReal}};
constexpr std::array kHardSigmoidAttributes{
    AttributeRule{.name = "alpha", .type = AttributeType::Real, .least = -kReal, .most = kReal},
    AttributeRule{.name = "beta", .type = AttributeType::Real, .least = -kReal, .most = kReal}};
constexpr std::array kAxisAttributes{kAxis};
constexpr std::array kMaxPoolAttributes{kKernel, kStrides, kPads, kDilations};
constexpr std::array kAveragePoolAttributes{kKernel, kStrides, kPads,
                                            AttributeRule{.name = "count_include_pad", .most = 1}};
constexpr std::array kReduceMeanAttributes{
    AttributeRule{.name = "axes", .type = AttributeType::Integers, .count = 2, .required = true},
    AttributeRule{.name = "keepdims", .most = 1}};
constexpr std::array kResizeAttributes{AttributeRule{
    .name = "sizes", .type = AttributeType::Integers, .least = 1, .count = 2, .required = true}};
constexpr std::array kGemmAttributes{
    AttributeRule{.name = "output_features", .least = 1, .required = true}, kBias};
constexpr std::array kDropoutAttributes{
    AttributeRule{.name = "ratio", .type = AttributeType::Real, .most = 1}};

using Kind = OperatorKind;

constexpr std::array kOperators{
    Operator{.name = kInput,
             .kind = Kind::Input,
             .least_inputs = 0,
             .most_inputs = 0,
             .infer = infer_input,
             .pure = false},
    Operator{.name = "Conv",
             .kind = Kind::Convolution,
             .attributes = kConvAttributes,
             .infer = infer_conv,
             .add_cost = add_conv_cost,
             .pure = false},
    Operator{.name = "BatchNormalization",
             .kind = Kind::Normalization,
             .attributes = kBatchNormalizationAttributes,
             .infer = same_shape,
             .add_cost = add_normalization_cost,
             .pure = false},
    Operator{.name = "Relu", .infer = same_shape},
    Operator{.name = "Clip", .attributes = kClipAttributes, .infer = infer_clip},
    Operator{.name = "HardSwish", .infer = same_shape},
    Operator{.name = "HardSigmoid", .attributes = kHardSigmoidAttributes, .infer = same_shape},
    Operator{.name = "Sigmoid", .infer = same_shape},
    Operator{.name = "Softmax", .attributes = kAxisAttributes, .infer = infer_softmax},
    Operator{.name = "Add",
             .kind = Kind::Combination,
             .least_inputs = 2,
             .most_inputs = kAnyNumber,
             .infer = infer_broadcast},
    Operator{.name = "Mul",
             .kind = Kind::Combination,
             .least_inputs = 2,
             .most_inputs = 2,
             .infer = infer_broadcast,
             .add_cost = add_product_cost},
    Operator{.name = "Sub",
             .kind = Kind::Combination,
             .least_inputs = 2,
             .most_inputs = 2,
             .infer = infer_broadcast,
             .ordered = true},
    Operator{.name = "Div",
             .kind = Kind::Combination,
             .least_inputs = 2,
             .most_inputs = 2,
             .infer = infer_broadcast,
             .ordered = true},
    Operator{.name = "Concat",
             .kind = Kind::Combination,
             .most_inputs = kAnyNumber,
             .attributes = kAxisAttributes,
             .infer = infer_concat,
             .ordered = true},
    Operator{.name = "MaxPool",
             .kind = Kind::Pooling,
             .attributes = kMaxPoolAttributes,
             .infer = infer_pool},
    Operator{.name = "AveragePool",
             .kind = Kind::Pooling,
             .attributes = kAveragePoolAttributes,
             .infer = infer_pool},
    Operator{.name = "GlobalAveragePool", .kind = Kind::Pooling, .infer = infer_global_pool},
    Operator{.name = "ReduceMean",
             .kind = Kind::Pooling,
             .attributes = kReduceMeanAttributes,
             .infer = infer_reduce_mean},
    Operator{.name = "Gemm",
             .kind = Kind::Linear,
             .attributes = kGemmAttributes,
             .infer = infer_gemm,
             .add_cost = add_gemm_cost,
             .pure = false},
    Operator{.name = "Resize",
             .kind = Kind::Rearrangement,
             .attributes = kResizeAttributes,
             .infer = infer_resize},
    Operator{.name = "Flatten",
             .kind = Kind::Rearrangement,
             .attributes = kAxisAttributes,
             .infer = infer_flatten,
             .view = true},
    Operator{.name = "Identity", .kind = Kind::Rearrangement, .infer = same_shape, .view = true},
    Operator{.name = "DropPath",
             .kind = Kind::Rearrangement,
             .attributes = kDropoutAttributes,
             .infer = same_shape,
             .pure = false,
             .view = true},
    // Chance makes two Dropout of one node differ while training; it costs nothing at inference.
    Operator{.name = "Dropout",
             .kind = Kind::Rearrangement,
             .attributes = kDropoutAttributes,
             .infer = same_shape,
             .pure = false,
             .view = true},
};

}  // namespace

const Operator* find_operator(std::string_view name) {
  const auto* found = std::ranges::find(kOperators, name, &Operator::name);
  return found == kOperators.end() ? nullptr : found;
}

std::span<const Operator> operators() { return kOperators; }

void fail(const Graph& graph, NodeId id, std::string_view what) {
  throw GraphError(fmt::format("{} {}", describe(graph, id), what));
}

std::int64_t checked_sum(const Graph& graph, NodeId id, std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  if (__builtin_add_overflow(a, b, &result)) {
    fail(graph, id, "costs more than 64 bits can count; use smaller extents");
  }
  return result;
}

std::int64_t checked_product(const Graph& graph, NodeId id, std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  if (__builtin_mul_overflow(a, b, &result)) {
    fail(graph, id, "costs more than 64 bits can count; use smaller extents");
  }
  return result;
}

std::int64_t element_count(const Graph& graph, NodeId id, const Shape& shape) {
  std::int64_t count = 1;
  for (const std::int64_t extent : shape) count = checked_product(graph, id, count, extent);
  return count;
}

}  // namespace evonas::graph
