#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "graph/error_text.hpp"
#include "graph/onnx_import.hpp"
#include "graph/operators.hpp"

namespace evonas::graph {
namespace {

using Integers = std::vector<std::int64_t>;

/// Kernel, strides, dilations and pads of a convolution or pooling, in full.
struct Windows {
  Integers kernel;
  Integers strides;
  Integers dilations;
  Integers pads;  ///< top, left, bottom, right

  std::int64_t extent(std::size_t axis) const { return dilations[axis] * (kernel[axis] - 1) + 1; }
};

Integers pair(const onnx::NodeProto& node, std::string_view name) {
  Integers values = integers_attribute(node, name).value_or(Integers{1, 1});
  if (values.size() != 2) throw Unsupported{node.op_type() + " in other than two dimensions"};
  for (const std::int64_t value : values) {
    if (value >= 1 && value <= kLargestExtent) continue;
    throw GraphError(fmt::format("{} has the attribute {} with {}, expected 1 to {}",
                                 describe(node), in_quotes(name), value, kLargestExtent));
  }
  return values;
}

/// A convolution's window follows from its weights, that of a pooling must be said.
Integers pooled_window(const onnx::NodeProto& node) {
  if (!integers_attribute(node, "kernel_shape")) {
    throw GraphError(fmt::format("{} has no attribute 'kernel_shape'", describe(node)));
  }
  return pair(node, "kernel_shape");
}

/// Pads that auto_pad stands for, on an image of this height and width.
Integers automatic_pads(const Windows& windows, const Shape& image, bool more_at_the_end) {
  Integers pads(4);
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const std::int64_t extent = image[axis + 1];
    const std::int64_t outputs = (extent - 1) / windows.strides[axis] + 1;
    const std::int64_t needed =
        (outputs - 1) * windows.strides[axis] + windows.extent(axis) - extent;
    const std::int64_t total = std::max<std::int64_t>(needed, 0);
    pads[axis] = more_at_the_end ? total / 2 : total - total / 2;
    pads[axis + 2] = total - pads[axis];
  }
  return pads;
}

Windows read_windows(const onnx::NodeProto& node, Integers kernel, const Shape& image) {
  Windows windows{.kernel = std::move(kernel),
                  .strides = pair(node, "strides"),
                  .dilations = pair(node, "dilations"),
                  .pads = integers_attribute(node, "pads").value_or(Integers(4))};
  const std::string automatic = text_attribute(node, "auto_pad", "NOTSET");
  if (automatic == "VALID") {
    windows.pads = Integers(4);
  } else if (automatic == "SAME_UPPER" || automatic == "SAME_LOWER") {
    windows.pads = automatic_pads(windows, image, automatic == "SAME_UPPER");
  } else if (automatic != "NOTSET") {
    throw Unsupported{node.op_type() + " with auto_pad " + automatic};
  }
  const bool in_range = std::ranges::all_of(
      windows.pads, [](std::int64_t pad) { return pad >= 0 && pad <= kLargestExtent; });
  if (windows.pads.size() != 4 || !in_range) {
    throw GraphError(fmt::format("{} needs four pads of 0 to {}", describe(node), kLargestExtent));
  }
  return windows;
}

/// ceil_mode lets a last window hang over the end: more padding there says the same.
void pad_up_to_ceiling(Windows& windows, const Shape& image) {
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const std::int64_t extent = image[axis + 1];
    const std::int64_t stride = windows.strides[axis];
    const std::int64_t padded = extent + windows.pads[axis] + windows.pads[axis + 2];
    if (windows.extent(axis) > padded) return;  // an error that shape inference words
    std::int64_t last = (padded - windows.extent(axis) + stride - 1) / stride * stride;
    if (last >= extent + windows.pads[axis]) last -= stride;  // windows begin on a pixel
    const std::int64_t missing = last + windows.extent(axis) - padded;
    windows.pads[axis + 2] += std::max<std::int64_t>(missing, 0);
  }
}

void take_over_padding(Windows& windows, const Activation& x) {
  for (std::size_t i = 0; i < 4; ++i) windows.pads[i] += x.pads[i];
}

void require_image(const onnx::NodeProto& node, const Shape& shape) {
  if (shape.size() == 3) return;
  throw GraphError(fmt::format("{} reads a value of batch x {}, expected an image", describe(node),
                               to_string(shape)));
}

}  // namespace

void OnnxImporter::conv(const Node& node) {
  const Activation x = padded_activation(node, 0);
  const Constant& weight = constant(node, 1);
  if (weight.shape().size() != 4) throw Unsupported{"Conv in other than two dimensions"};
  require_image(node, shape(x.node));
  const Integers kernel{weight.shape()[2], weight.shape()[3]};
  if (integers_attribute(node, "kernel_shape").value_or(kernel) != kernel) {
    throw GraphError(fmt::format("{} has a kernel_shape that is not its weight's {}x{}",
                                 describe(node), kernel[0], kernel[1]));
  }
  Windows windows = read_windows(node, kernel, shape(x.node));
  take_over_padding(windows, x);
  const bool biased = has_operand(node, 2);
  const std::int64_t groups = integer_attribute(node, "group", 1);
  const Constant* bias = biased ? &constant(node, 2) : nullptr;
  const NodeId id = append(node, "Conv", {x.node},
                           {{"kernel_shape", windows.kernel},
                            {"strides", windows.strides},
                            {"pads", windows.pads},
                            {"dilations", windows.dilations},
                            {"group", groups},
                            {"output_channels", weight.shape()[0]},
                            {"bias", std::int64_t{biased}}});
  const std::int64_t channels = shape(id)[0];
  keep_weight(id, "weight", {channels, shape(x.node)[0] / groups, kernel[0], kernel[1]}, weight);
  if (biased) keep_weight(id, "bias", {channels}, *bias);
  define_first(node, id);
}

void OnnxImporter::gemm(const Node& node) {
  const NodeId x = activation(node, 0);
  const Constant& weight = constant(node, 1);
  const bool transposed = integer_attribute(node, "transB", 0) == 0;
  const bool plain = real_attribute(node, "alpha", 1) == 1 && real_attribute(node, "beta", 1) == 1;
  if (!plain || integer_attribute(node, "transA", 0) != 0 || weight.shape().size() != 2) {
    throw Unsupported{"Gemm with alpha, beta or transA"};
  }
  const bool biased = has_operand(node, 2);
  const Constant* bias = biased ? &constant(node, 2) : nullptr;
  const NodeId id = append(
      node, "Gemm", {x},
      {{"output_features", weight.shape()[transposed ? 1 : 0]}, {"bias", std::int64_t{biased}}});
  keep_weight(id, "weight", {shape(id)[0], shape(x)[0]}, weight, transposed);
  if (biased) keep_weight(id, "bias", {shape(id)[0]}, *bias);
  define_first(node, id);
}

void OnnxImporter::matmul(const Node& node) {
  const NodeId x = activation(node, 0);
  const Constant& weight = constant(node, 1);
  if (weight.shape().size() != 2) throw Unsupported{"MatMul with other than a matrix"};
  const std::int64_t features = weight.shape()[1];
  // A constant row that only this product is added to is its bias.
  const Node* add = only_reader(node);
  const Constant* bias = nullptr;
  if (add != nullptr && add->op_type() == "Add" && add->input_size() == 2) {
    const int other = add->input(0) == node.output(0) ? 1 : 0;
    if (is_constant(*add, other)) bias = &constant(*add, other);
    if (bias != nullptr && bias->count() != features) bias = nullptr;
  }
  const NodeId id = append(
      node, "Gemm", {x}, {{"output_features", features}, {"bias", std::int64_t{bias != nullptr}}});
  keep_weight(id, "weight", {features, shape(x)[0]}, weight, /*transposed=*/true);
  if (bias != nullptr) {
    keep_weight(id, "bias", {features}, *bias);
    done_.insert(add);
  }
  define_first(bias == nullptr ? node : *add, id);
}

void OnnxImporter::batch_normalization(const Node& node) {
  const NodeId x = activation(node, 0);
  if (integer_attribute(node, "training_mode", 0) != 0 ||
      integer_attribute(node, "spatial", 1) == 0) {
    throw Unsupported{"BatchNormalization as in training, or for each pixel"};
  }
  refuse_further_outputs(node);
  std::array<const Constant*, 4> weights{};
  for (int i = 0; i < 4; ++i) weights[static_cast<std::size_t>(i)] = &constant(node, i + 1);
  const NodeId id = append(node, "BatchNormalization", {x},
                           {{"epsilon", real_attribute(node, "epsilon", 1e-5)},
                            {"momentum", real_attribute(node, "momentum", 0.9)}});
  constexpr std::array<std::string_view, 4> kRoles{"weight", "bias", "mean", "variance"};
  for (std::size_t i = 0; i < 4; ++i) keep_weight(id, kRoles[i], {shape(id)[0]}, *weights[i]);
  define_first(node, id);
}

void OnnxImporter::max_pool(const Node& node) {
  const NodeId x = activation(node, 0);
  refuse_further_outputs(node);
  require_image(node, shape(x));
  Windows windows = read_windows(node, pooled_window(node), shape(x));
  if (integer_attribute(node, "ceil_mode", 0) != 0) pad_up_to_ceiling(windows, shape(x));
  Attributes attributes{
      {"kernel_shape", windows.kernel}, {"strides", windows.strides}, {"pads", windows.pads}};
  if (windows.dilations != Integers{1, 1}) attributes.emplace("dilations", windows.dilations);
  define_first(node, append(node, "MaxPool", {x}, std::move(attributes)));
}

void OnnxImporter::average_pool(const Node& node) {
  const NodeId x = activation(node, 0);
  require_image(node, shape(x));
  Windows windows = read_windows(node, pooled_window(node), shape(x));
  const bool counted = integer_attribute(node, "count_include_pad", 0) != 0;
  if (windows.dilations != Integers{1, 1}) throw Unsupported{"AveragePool with dilations"};
  if (integer_attribute(node, "ceil_mode", 0) != 0) {
    const Integers before = windows.pads;
    pad_up_to_ceiling(windows, shape(x));
    if (counted && windows.pads != before) {
      throw Unsupported{"AveragePool with ceil_mode and count_include_pad"};
    }
  }
  define_first(node, append(node, "AveragePool", {x},
                            {{"kernel_shape", windows.kernel},
                             {"strides", windows.strides},
                             {"pads", windows.pads},
                             {"count_include_pad", std::int64_t{counted}}}));
}

void OnnxImporter::global_average_pool(const Node& node) {
  define_first(node, append(node, "GlobalAveragePool", {activation(node, 0)}));
}

void OnnxImporter::global_max_pool(const Node& node) {
  const NodeId x = activation(node, 0);
  require_image(node, shape(x));
  define_first(node, append(node, "MaxPool", {x},
                            {{"kernel_shape", Integers{shape(x)[1], shape(x)[2]}},
                             {"strides", Integers{1, 1}},
                             {"pads", Integers(4)}}));
}

bool OnnxImporter::only_convolutions_read(const Node& node) const {
  const auto readers = readers_.find(node.output(0));
  return readers != readers_.end() && !output_names_.contains(node.output(0)) &&
         std::ranges::all_of(readers->second, [&](const Node* reader) {
           return reader->op_type() == "Conv" && reader->input(0) == node.output(0);
         });
}

void OnnxImporter::pad(const Node& node) {
  const bool as_attribute = opset_ < 11;
  if (text_attribute(node, "mode", "constant") != "constant" || has_operand(node, 3)) {
    throw Unsupported{"Pad with a mode or axes"};
  }
  const NodeId x = activation(node, 0);
  const Integers all = as_attribute ? integers_attribute(node, "pads").value_or(Integers{})
                                    : fixed_integers(node, 1);
  double value = real_attribute(node, "value", 0);
  if (!as_attribute && has_operand(node, 2)) value = constant(node, 2).scalar().value_or(NAN);
  if (value != 0) throw Unsupported{"Pad with other than zeros"};
  // Batch, channels, height, width: first what comes before, then what comes after.
  if (all.size() != 8 || all[0] != 0 || all[1] != 0 || all[4] != 0 || all[5] != 0) {
    throw Unsupported{"Pad of other than height and width"};
  }
  const std::array<std::int64_t, 4> pads{all[2], all[3], all[6], all[7]};
  const bool grows =
      std::ranges::all_of(pads, [](std::int64_t pad) { return pad >= 0 && pad <= kLargestExtent; });
  if (grows && only_convolutions_read(node)) {
    return define(node.output(0), Activation{.node = x, .pads = pads});
  }
  define_first(node, append(node, "Pad", {x}, {{"pads", Integers(pads.begin(), pads.end())}}));
}

}  // namespace evonas::graph
