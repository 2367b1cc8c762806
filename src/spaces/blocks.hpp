#pragma once

#include <cstdint>
#include <string>

#include "graph/network_builder.hpp"

namespace evonas::spaces {

/// Building blocks that several search spaces lower their choices to. Each appends to the builder
/// and returns its last node. Convolutions have no bias where a batch normalisation follows, and
/// windows are padded so that stride 1 keeps the extent ("same" padding for odd kernels).

/// Conv, BatchNormalization.
graph::NodeId conv_bn(graph::NetworkBuilder& builder, graph::NodeId x, std::int64_t channels,
                      std::int64_t kernel, std::int64_t stride = 1, std::int64_t groups = 1,
                      std::int64_t dilation = 1);

/// Relu, Conv, BatchNormalization.
graph::NodeId relu_conv_bn(graph::NetworkBuilder& builder, graph::NodeId x, std::int64_t channels,
                           std::int64_t kernel, std::int64_t stride = 1);

/// Depthwise convolution, 1x1 Conv, BatchNormalization: a depthwise separable convolution, which
/// has no activation of its own.
graph::NodeId separable_conv_bn(graph::NetworkBuilder& builder, graph::NodeId x,
                                std::int64_t channels, std::int64_t kernel, std::int64_t stride = 1,
                                std::int64_t dilation = 1);

/// Halves height and width, rounded up, without a window that mixes pixels: Relu, two 1x1
/// convolutions with stride 2, the second on the operand shifted by one pixel both ways, joined,
/// BatchNormalization (Liu et al., "DARTS", ICLR 2019). `channels` is at least 2. Where a side is
/// odd, the shifted convolution would yield one pixel less: it reads a zero past the last pixel,
/// which leaves even sides as published and keeps both halves on one grid. A side of one pixel is
/// not shifted: only padding would be left of it.
graph::NodeId factorized_reduce(graph::NetworkBuilder& builder, graph::NodeId x,
                                std::int64_t channels);

/// A tensor of zeros shaped like `x`, free of parameters and of FLOPs.
graph::NodeId zeros_like(graph::NetworkBuilder& builder, graph::NodeId x);

/// An activation by the word that spaces use for it: "relu", "relu6", "h_swish", "swish", "none".
/// Throws SpaceError for another word.
graph::NodeId activation(graph::NetworkBuilder& builder, graph::NodeId x, const std::string& word);

/// Squeeze-and-excitation (Hu et al., CVPR 2018) as MobileNetV3 has it: global average, 1x1
/// convolution to `squeezed` channels, Relu, 1x1 convolution back, `gate` ("HardSigmoid" with slope
/// 1/6, or "Sigmoid"), product with `x`. Both convolutions have a bias.
graph::NodeId squeeze_excitation(graph::NetworkBuilder& builder, graph::NodeId x,
                                 std::int64_t squeezed, const std::string& gate = "HardSigmoid");

/// One inverted residual block (Sandler et al., CVPR 2018; Howard et al., ICCV 2019).
struct InvertedResidual {
  std::int64_t expanded = 0;  ///< channels of the depthwise convolution
  std::int64_t channels = 0;  ///< channels out
  std::int64_t kernel = 3;
  std::int64_t stride = 1;
  std::int64_t squeezed = 0;  ///< channels of the squeeze-and-excitation; 0 is without
  std::string gate = "HardSigmoid";
  std::string activation = "relu6";
  bool expand_always = false;  ///< a 1x1 expansion also where `expanded` is the input's width
  std::int64_t groups = 1;     ///< of the 1x1 convolutions
};

/// 1x1 expansion (left out where it would not widen), depthwise convolution,
/// squeeze-and-excitation after the depthwise activation, linear 1x1 projection, and the sum with
/// `x` where stride is 1 and the width stays.
graph::NodeId inverted_residual(graph::NetworkBuilder& builder, graph::NodeId x,
                                const InvertedResidual& block);

/// One residual block (He et al., CVPR 2016; with groups Xie et al., CVPR 2017).
struct Residual {
  std::int64_t middle = 0;  ///< channels between the 1x1 convolutions of a bottleneck; 0 is basic
  std::int64_t channels = 0;
  std::int64_t kernel = 3;
  std::int64_t stride = 1;
  std::int64_t groups = 1;    ///< of the convolution between the 1x1 ones of a bottleneck
  std::int64_t squeezed = 0;  ///< channels of the squeeze-and-excitation; 0 is without
  std::string gate = "Sigmoid";
  std::string activation = "relu";
};

/// Basic: two convolutions, the first with the stride. Bottleneck: 1x1, convolution with the
/// stride, 1x1. Then squeeze-and-excitation, the sum with `x`, which a 1x1 convolution and
/// normalisation bring to size where it differs, and the activation.
graph::NodeId residual(graph::NetworkBuilder& builder, graph::NodeId x, const Residual& block);

/// The multiple of `divisor` nearest to `channels`, never less than `divisor` nor below 0.9 of
/// `channels`: how MobileNet papers round widths.
std::int64_t round_channels(double channels, std::int64_t divisor = 8);

}  // namespace evonas::spaces
