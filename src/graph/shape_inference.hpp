#pragma once

#include "graph/graph.hpp"

namespace evonas::graph {

/// Operators of network graphs, ONNX names, semantics and attributes. What stands in a weight
/// tensor in ONNX is an attribute; [x] is what holds where an attribute is absent.
///
/// - Conv: kernel_shape (height, width), output_channels, strides [1, 1], pads (top, left, bottom,
///   right) [0, 0, 0, 0], dilations [1, 1], group [1], bias (0 or 1) [0]
/// - Gemm: output_features, bias [0]; the operand is {features}
/// - MaxPool: kernel_shape, strides, pads, dilations; AveragePool: kernel_shape, strides, pads,
///   count_include_pad [0]; both round down. GlobalAveragePool; ReduceMean: axes (2 and 3 only),
///   keepdims [1]
/// - BatchNormalization: epsilon [1e-5], momentum [0.9]
/// - Resize: sizes (height, width); bilinear, half-pixel centres
/// - Slice: axes (1 only: channels or features), starts, ends, one number each
/// - Relu, HardSwish, Sigmoid; Clip: min, max [no bound]; HardSigmoid: alpha [0.2], beta [0.5];
///   Softmax: axis [-1], the batch being axis 0
/// - Add (two operands or more, as ONNX Sum), Mul, Sub, Div: operands of as many extents, each
///   equal or 1, which is repeated; Concat: axis (1 only: channels or features)
/// - Flatten: axis (1 only); Identity; Dropout: ratio [0.5]; Input
/// - Opaque: onnx_op, output_shape; an operator of an imported file that this library does not know
///
/// Any other attribute is an error. Extents are 1 to 2^31, activations at most 2^40 elements.

/// Output shape of one network-grain node from the shapes of its inputs, by ONNX semantics. Throws
/// GraphError naming the node, its operator and the shapes it got, for an unknown operator, missing
/// or misfit attributes, or operands that do not fit together.
Shape infer_shape(const Graph& graph, NodeId id);

/// Infers the shape of every node of a network-grain graph whose inputs carry shapes. Throws as
/// infer_shape().
void infer_shapes(Graph& graph);

/// Whether `op` is an operator of network graphs; the graph input is one.
bool is_network_operator(std::string_view op);

}  // namespace evonas::graph
