#include "graph/network_builder.hpp"

#include <utility>

#include <fmt/format.h>

#include "graph/operators.hpp"
#include "graph/shape_inference.hpp"

namespace evonas::graph {
namespace {

using Integers = std::vector<std::int64_t>;

Attributes window_attributes(const Window& window) {
  const std::int64_t padding = window.padding;
  // One by one, because the elements of a list in braces would be copied.
  Attributes attributes;
  attributes.emplace("kernel_shape", Integers{window.kernel, window.kernel});
  attributes.emplace("strides", Integers{window.stride, window.stride});
  attributes.emplace("pads", Integers{padding, padding, padding, padding});
  return attributes;
}

Attributes dilated_window_attributes(const Window& window) {
  Attributes attributes = window_attributes(window);
  attributes.emplace("dilations", Integers{window.dilation, window.dilation});
  return attributes;
}

/// Dilations are written only where they are not 1, so that shape inference rejects what an
/// operator cannot do.
Attributes pool_attributes(const Window& window) {
  return window.dilation == 1 ? window_attributes(window) : dilated_window_attributes(window);
}

}  // namespace

NodeId NetworkBuilder::append(std::string op, std::vector<NodeId> inputs, Attributes attributes) {
  const NodeId id = graph_.add(std::move(op), std::move(inputs), std::move(attributes));
  graph_.set_shape(id, infer_shape(graph_, id));
  return id;
}

NodeId NetworkBuilder::input(Shape shape) {
  const NodeId id = graph_.add_input(std::move(shape));
  infer_shape(graph_, id);
  return id;
}

NodeId NetworkBuilder::conv(NodeId x, std::int64_t output_channels, Window window,
                            std::int64_t groups, bool bias) {
  Attributes attributes = dilated_window_attributes(window);
  attributes.emplace("output_channels", output_channels);
  attributes.emplace("group", groups);
  attributes.emplace("bias", std::int64_t{bias});
  return append("Conv", {x}, std::move(attributes));
}

NodeId NetworkBuilder::batch_normalization(NodeId x, double epsilon, double momentum) {
  return append("BatchNormalization", {x}, {{"epsilon", epsilon}, {"momentum", momentum}});
}

NodeId NetworkBuilder::relu(NodeId x) { return append("Relu", {x}); }

NodeId NetworkBuilder::unary(std::string op, NodeId x, Attributes attributes) {
  return append(std::move(op), {x}, std::move(attributes));
}

NodeId NetworkBuilder::add(std::vector<NodeId> xs) { return append("Add", std::move(xs)); }

NodeId NetworkBuilder::multiply(NodeId x, NodeId y) { return append("Mul", {x, y}); }

NodeId NetworkBuilder::concat(std::vector<NodeId> xs) {
  return append("Concat", std::move(xs), {{"axis", std::int64_t{1}}});
}

NodeId NetworkBuilder::max_pool(NodeId x, Window window) {
  return append("MaxPool", {x}, pool_attributes(window));
}

NodeId NetworkBuilder::average_pool(NodeId x, Window window, bool count_include_pad) {
  Attributes attributes = pool_attributes(window);
  attributes.emplace("count_include_pad", std::int64_t{count_include_pad});
  return append("AveragePool", {x}, std::move(attributes));
}

NodeId NetworkBuilder::global_average_pool(NodeId x) { return append("GlobalAveragePool", {x}); }

NodeId NetworkBuilder::resize(NodeId x, std::int64_t height, std::int64_t width) {
  return append("Resize", {x}, {{"sizes", Integers{height, width}}});
}

NodeId NetworkBuilder::first_channels(NodeId x, std::int64_t channels) {
  return append("Slice", {x},
                {{"axes", Integers{1}}, {"starts", Integers{0}}, {"ends", Integers{channels}}});
}

NodeId NetworkBuilder::pad(NodeId x, std::vector<std::int64_t> pads) {
  return append("Pad", {x}, {{"pads", std::move(pads)}});
}

NodeId NetworkBuilder::flatten(NodeId x) {
  return append("Flatten", {x}, {{"axis", std::int64_t{1}}});
}

NodeId NetworkBuilder::gemm(NodeId x, std::int64_t output_features, bool bias) {
  return append("Gemm", {x}, {{"output_features", output_features}, {"bias", std::int64_t{bias}}});
}

Graph NetworkBuilder::finish(NodeId output, std::vector<NodeId> auxiliary) {
  auxiliary.insert(auxiliary.begin(), output);
  graph_.set_outputs(std::move(auxiliary));
  return std::exchange(graph_, Graph{});
}

}  // namespace evonas::graph
