#include "spaces/blocks.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/quoted.hpp"
#include "spaces/search_space.hpp"

namespace evonas::spaces {

using graph::NetworkBuilder;
using graph::NodeId;

NodeId conv_bn(NetworkBuilder& builder, NodeId x, std::int64_t channels, std::int64_t kernel,
               std::int64_t stride, std::int64_t groups, std::int64_t dilation) {
  const graph::Window window{.kernel = kernel,
                             .stride = stride,
                             .padding = dilation * (kernel - 1) / 2,
                             .dilation = dilation};
  return builder.batch_normalization(builder.conv(x, channels, window, groups));
}

NodeId relu_conv_bn(NetworkBuilder& builder, NodeId x, std::int64_t channels, std::int64_t kernel,
                    std::int64_t stride) {
  return conv_bn(builder, builder.relu(x), channels, kernel, stride);
}

NodeId separable_conv_bn(NetworkBuilder& builder, NodeId x, std::int64_t channels,
                         std::int64_t kernel, std::int64_t stride, std::int64_t dilation) {
  const std::int64_t inputs = builder.shape(x)[0];
  const graph::Window window{.kernel = kernel,
                             .stride = stride,
                             .padding = dilation * (kernel - 1) / 2,
                             .dilation = dilation};
  return conv_bn(builder, builder.conv(x, inputs, window, inputs), channels, 1);
}

NodeId factorized_reduce(NetworkBuilder& builder, NodeId x, std::int64_t channels) {
  const NodeId y = builder.relu(x);
  const std::int64_t height = builder.shape(y)[1];
  const std::int64_t width = builder.shape(y)[2];
  const std::int64_t down = height > 1 ? 1 : 0;
  const std::int64_t right = width > 1 ? 1 : 0;
  const NodeId shifted =
      down + right == 0 ? y
                        : builder.pad(y, {-down, -right, down * (height % 2), right * (width % 2)});
  const graph::Window pointwise{.kernel = 1, .stride = 2};
  const NodeId first = builder.conv(y, channels / 2, pointwise);
  const NodeId second = builder.conv(shifted, channels - channels / 2, pointwise);
  return builder.batch_normalization(builder.concat({first, second}));
}

NodeId zeros_like(NetworkBuilder& builder, NodeId x) {
  return builder.unary("Clip", x, {{"min", 0.0}, {"max", 0.0}});
}

NodeId activation(NetworkBuilder& builder, NodeId x, const std::string& word) {
  if (word == "relu") return builder.relu(x);
  if (word == "relu6") return builder.unary("Clip", x, {{"min", 0.0}, {"max", 6.0}});
  if (word == "h_swish") return builder.unary("HardSwish", x);
  if (word == "swish") return builder.multiply(x, builder.unary("Sigmoid", x));
  if (word == "none") return x;
  throw SpaceError(fmt::format(
      "there is no activation {}; known: relu, relu6, h_swish, swish, none", evonas::quoted(word)));
}

NodeId squeeze_excitation(NetworkBuilder& builder, NodeId x, std::int64_t squeezed,
                          const std::string& gate) {
  const std::int64_t channels = builder.shape(x)[0];
  NodeId gates = builder.global_average_pool(x);
  gates = builder.relu(builder.conv(gates, squeezed, {.kernel = 1}, 1, /*bias=*/true));
  gates = builder.conv(gates, channels, {.kernel = 1}, 1, /*bias=*/true);
  gates = gate == "HardSigmoid"
              ? builder.unary("HardSigmoid", gates, {{"alpha", 1.0 / 6.0}, {"beta", 0.5}})
              : builder.unary(gate, gates);
  return builder.multiply(x, gates);
}

NodeId inverted_residual(NetworkBuilder& builder, NodeId x, const InvertedResidual& block) {
  const std::int64_t inputs = builder.shape(x)[0];
  NodeId y = x;
  if (block.expanded != inputs || block.expand_always) {
    y = activation(builder, conv_bn(builder, y, block.expanded, 1, 1, block.groups),
                   block.activation);
  }
  y = conv_bn(builder, y, block.expanded, block.kernel, block.stride, block.expanded);
  y = activation(builder, y, block.activation);
  if (block.squeezed > 0) y = squeeze_excitation(builder, y, block.squeezed, block.gate);
  y = conv_bn(builder, y, block.channels, 1, 1, block.groups);
  return block.stride == 1 && inputs == block.channels ? builder.add({x, y}) : y;
}

NodeId residual(NetworkBuilder& builder, NodeId x, const Residual& block) {
  const auto activated = [&](NodeId y) { return activation(builder, y, block.activation); };
  NodeId y = x;
  if (block.middle > 0) {
    y = activated(conv_bn(builder, y, block.middle, 1));
    y = activated(conv_bn(builder, y, block.middle, block.kernel, block.stride, block.groups));
    y = conv_bn(builder, y, block.channels, 1);
  } else {
    y = activated(conv_bn(builder, y, block.channels, block.kernel, block.stride));
    y = conv_bn(builder, y, block.channels, block.kernel);
  }
  if (block.squeezed > 0) y = squeeze_excitation(builder, y, block.squeezed, block.gate);
  const bool fits = block.stride == 1 && builder.shape(x)[0] == block.channels;
  const NodeId shortcut = fits ? x : conv_bn(builder, x, block.channels, 1, block.stride);
  return activated(builder.add({shortcut, y}));
}

std::int64_t round_channels(double channels, std::int64_t divisor) {
  const auto half_up = static_cast<std::int64_t>(channels + static_cast<double>(divisor) / 2.0);
  const std::int64_t rounded = std::max(divisor, half_up / divisor * divisor);
  return static_cast<double>(rounded) < 0.9 * channels ? rounded + divisor : rounded;
}

}  // namespace evonas::spaces
