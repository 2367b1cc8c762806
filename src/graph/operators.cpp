#include "graph/operators.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>

#include "graph/error_text.hpp"
#include "graph/operator_rules.hpp"

namespace evonas::graph {
namespace {

constexpr std::size_t kAnyNumber = std::numeric_limits<std::size_t>::max();
constexpr double kAnyReal = std::numeric_limits<double>::max();

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
    AttributeRule{.name = "min", .type = AttributeType::Real, .least = -kAnyReal, .most = kAnyReal},
    AttributeRule{
        .name = "max", .type = AttributeType::Real, .least = -kAnyReal, .most = kAnyReal}};
constexpr std::array kHardSigmoidAttributes{
    AttributeRule{
        .name = "alpha", .type = AttributeType::Real, .least = -kAnyReal, .most = kAnyReal},
    AttributeRule{
        .name = "beta", .type = AttributeType::Real, .least = -kAnyReal, .most = kAnyReal}};
constexpr std::array kAxisAttributes{kAxis};
constexpr std::array kMaxPoolAttributes{kKernel, kStrides, kPads, kDilations};
constexpr std::array kAveragePoolAttributes{kKernel, kStrides, kPads,
                                            AttributeRule{.name = "count_include_pad", .most = 1}};
constexpr std::array kReduceMeanAttributes{
    AttributeRule{.name = "axes", .type = AttributeType::Integers, .count = 2, .required = true},
    AttributeRule{.name = "keepdims", .most = 1}};
constexpr std::array kResizeAttributes{AttributeRule{
    .name = "sizes", .type = AttributeType::Integers, .least = 1, .count = 2, .required = true}};
constexpr std::array kSliceAttributes{
    AttributeRule{.name = "axes", .type = AttributeType::Integers, .required = true},
    AttributeRule{.name = "starts", .type = AttributeType::Integers, .required = true},
    AttributeRule{.name = "ends", .type = AttributeType::Integers, .required = true}};
constexpr std::array kPadAttributes{AttributeRule{.name = "pads",
                                                  .type = AttributeType::Integers,
                                                  .least = -static_cast<double>(kLargestExtent),
                                                  .count = 4,
                                                  .required = true}};
constexpr std::array kGemmAttributes{
    AttributeRule{.name = "output_features", .least = 1, .required = true}, kBias};
constexpr std::array kDropoutAttributes{
    AttributeRule{.name = "ratio", .type = AttributeType::Real, .most = 1}};

constexpr std::array kOpaqueAttributes{
    AttributeRule{.name = "onnx_op", .type = AttributeType::Text, .required = true},
    AttributeRule{.name = "output_shape",
                  .type = AttributeType::Integers,
                  .least = 1,
                  .count = 0,
                  .required = true}};

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
    Operator{.name = "Slice",
             .kind = Kind::Rearrangement,
             .attributes = kSliceAttributes,
             .infer = infer_slice},
    Operator{.name = "Pad",
             .kind = Kind::Rearrangement,
             .attributes = kPadAttributes,
             .infer = infer_pad},
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
    // Something that an imported file computes and this library does not know.
    Operator{.name = "Opaque",
             .kind = Kind::Unknown,
             .most_inputs = kAnyNumber,
             .attributes = kOpaqueAttributes,
             .infer = infer_opaque,
             .add_cost = add_opaque_cost,
             .ordered = true,
             .pure = false},
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
