#include "spaces/declared/layer.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "spaces/blocks.hpp"

namespace evonas::spaces::declared {
namespace {

using graph::NetworkBuilder;
using graph::NodeId;

NodeId build_conv(NetworkBuilder& builder, NodeId x, const Layer& layer) {
  if (layer.normalised) {
    return conv_bn(builder, x, layer.channels, layer.kernel, layer.stride, layer.groups,
                   layer.dilation);
  }
  const graph::Window window{.kernel = layer.kernel,
                             .stride = layer.stride,
                             .padding = layer.dilation * (layer.kernel - 1) / 2,
                             .dilation = layer.dilation};
  return builder.conv(x, layer.channels, window, layer.groups, /*bias=*/true);
}

NodeId build_separable(NetworkBuilder& builder, NodeId x, const Layer& layer) {
  const std::int64_t inputs = builder.shape(x)[0];
  x = conv_bn(builder, x, inputs, layer.kernel, layer.stride, inputs, layer.dilation);
  x = conv_bn(builder, activation(builder, x, layer.activation), layer.channels, 1);
  return activation(builder, x, layer.activation);
}

NodeId build_inverted_residual(NetworkBuilder& builder, NodeId x, const Layer& layer) {
  return inverted_residual(builder, x,
                           {.expanded = layer.middle,
                            .channels = layer.channels,
                            .kernel = layer.kernel,
                            .stride = layer.stride,
                            .squeezed = layer.squeezed,
                            .gate = layer.gate,
                            .activation = layer.activation,
                            .groups = layer.groups});
}

NodeId build_residual(NetworkBuilder& builder, NodeId x, const Layer& layer) {
  return residual(builder, x,
                  {.middle = layer.middle,
                   .channels = layer.channels,
                   .kernel = layer.kernel,
                   .stride = layer.stride,
                   .groups = layer.groups,
                   .squeezed = layer.squeezed,
                   .gate = layer.gate,
                   .activation = layer.activation});
}

/// Windows of odd sides are centred on pixels unless they are not padded; those of even sides never
/// are. A window that is not padded is never larger than the image.
NodeId build_pool(NetworkBuilder& builder, NodeId x, const Layer& layer) {
  const graph::Shape& shape = builder.shape(x);
  const bool centred = layer.kernel % 2 == 1 && layer.padded;
  const std::int64_t kernel = centred ? layer.kernel : std::min({layer.kernel, shape[1], shape[2]});
  const graph::Window window{
      .kernel = kernel, .stride = layer.stride, .padding = centred ? (kernel - 1) / 2 : 0};
  return layer.operation == Operation::MaxPool ? builder.max_pool(x, window)
                                               : builder.average_pool(x, window);
}

NodeId build_zero(NetworkBuilder& builder, NodeId x, const Layer& layer) {
  if (layer.stride > 1) x = builder.max_pool(x, {.kernel = 1, .stride = layer.stride});
  return zeros_like(builder, x);
}

NodeId pooled_features(NetworkBuilder& builder, NodeId x) {
  return builder.shape(x).size() == 1 ? x : builder.flatten(builder.global_average_pool(x));
}

}  // namespace

graph::Attributes attributes_of(const Layer& layer) {
  graph::Attributes attributes;
  if (layer.operation == Operation::Sum) return attributes;
  const auto set = [&](const char* name, std::int64_t value, std::int64_t usual) {
    if (value != usual) attributes.emplace(name, value);
  };
  set("channels", layer.channels, 0);
  set("stride", layer.stride, 1);
  set("kernel", layer.kernel, 0);
  set("middle", layer.middle, 0);
  set("groups", layer.groups, 1);
  set("dilation", layer.dilation, 1);
  set("squeezed", layer.squeezed, 0);
  if (!layer.gate.empty()) attributes.emplace("gate", layer.gate);
  if (!layer.activation.empty()) attributes.emplace("activation", layer.activation);
  if (!layer.padded) attributes.emplace("padding", "valid");
  if (!layer.normalised) attributes.emplace("normalization", "none");
  return attributes;
}

void append_text(std::string& text, const Layer& layer) {
  fmt::format_to(std::back_inserter(text), "{} {} {} {} {} {} {} {} {} {} {}{}{};",
                 static_cast<int>(layer.operation), layer.inputs, layer.channels, layer.stride,
                 layer.kernel, layer.middle, layer.groups, layer.dilation, layer.squeezed,
                 layer.gate, layer.activation, layer.padded ? "" : " valid",
                 layer.normalised ? "" : " none");
}

NodeId build(NetworkBuilder& builder, NodeId x, const Layer& layer) {
  switch (layer.operation) {
    case Operation::Conv:
      return activation(builder, build_conv(builder, x, layer), layer.activation);
    case Operation::PreactConv:
      return build_conv(builder, activation(builder, x, layer.activation), layer);
    case Operation::Separable:
      return build_separable(builder, x, layer);
    case Operation::InvertedResidual:
      return build_inverted_residual(builder, x, layer);
    case Operation::Basic:
    case Operation::Bottleneck:
      return build_residual(builder, x, layer);
    case Operation::MaxPool:
    case Operation::AveragePool:
      return build_pool(builder, x, layer);
    case Operation::GlobalPool:
      return pooled_features(builder, x);
    case Operation::Flatten:
      return builder.shape(x).size() == 1 ? x : builder.flatten(x);
    case Operation::Linear:
      return activation(builder, builder.gemm(pooled_features(builder, x), layer.channels),
                        layer.activation);
    case Operation::None:
      return build_zero(builder, x, layer);
    case Operation::Identity:
    case Operation::Cell:
    case Operation::Sum:
    case Operation::Concat:
      break;
  }
  return x;
}

Layer projection(std::int64_t inputs, std::int64_t channels, std::int64_t stride) {
  return {.operation = Operation::Conv,
          .inputs = inputs,
          .channels = channels,
          .stride = stride,
          .kernel = 1,
          .activation = "none"};
}

}  // namespace evonas::spaces::declared
