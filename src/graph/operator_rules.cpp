#include "graph/operator_rules.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "graph/error_text.hpp"
#include "graph/operators.hpp"

namespace evonas::graph {
namespace {

constexpr std::array<std::int64_t, 2> kOnes{1, 1};
constexpr std::array<std::int64_t, 4> kNoPadding{};
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

Shape infer_windows(const Graph& graph, NodeId id, std::int64_t channels) {
  require_image(graph, id);
  const Node& node = graph[id];
  const auto kernel = node.integers_view("kernel_shape");
  const auto strides = node.integers_view("strides", kOnes);
  const auto pads = node.integers_view("pads", kNoPadding);
  const auto dilations = node.integers_view("dilations", kOnes);
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

}  // namespace

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
  const auto kernel = graph[id].integers_view("kernel_shape");
  const auto pads = graph[id].integers_view("pads", kNoPadding);
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
  const auto sizes = graph[id].integers_view("sizes");
  return {operand(graph, id, 0)[0], sizes[0], sizes[1]};
}

Shape infer_slice(const Graph& graph, NodeId id) {
  const Node& node = graph[id];
  if (node.integers_view("axes")[0] != 1) {
    fail(graph, id, "cuts another axis than 1, the channels, which is not supported");
  }
  Shape result = operand(graph, id, 0);
  const std::int64_t start = node.integers_view("starts")[0];
  const std::int64_t end = node.integers_view("ends")[0];
  if (start >= end || end > result[0]) {
    fail(graph, id,
         fmt::format("takes the channels from {} to before {} of {}; it must take one or more that "
                     "are there",
                     start, end, result[0]));
  }
  result[0] = end - start;
  return result;
}

Shape infer_pad(const Graph& graph, NodeId id) {
  require_image(graph, id);
  const auto pads = graph[id].integers("pads", {});
  Shape result = operand(graph, id, 0);
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const std::int64_t extent = result[axis + 1];
    const std::int64_t cropped =
        std::min<std::int64_t>(pads[axis], 0) + std::min<std::int64_t>(pads[axis + 2], 0);
    if (-cropped >= extent) {
      fail(graph, id,
           fmt::format("crops {} of the {} pixels along the {}, and must leave at least one",
                       -cropped, extent, axis == 0 ? "height" : "width"));
    }
    result[axis + 1] = extent + pads[axis] + pads[axis + 2];
  }
  return result;
}

Shape infer_opaque(const Graph& graph, NodeId id) { return graph[id].integers("output_shape", {}); }

void add_opaque_cost(const Graph& /*graph*/, NodeId /*id*/, Cost& cost) { ++cost.opaque_nodes; }

void add_conv_cost(const Graph& graph, NodeId id, Cost& cost) {
  const Node& node = graph[id];
  std::int64_t weights = operand(graph, id, 0)[0] / node.integer("group", 1);
  for (const std::int64_t extent : node.integers_view("kernel_shape")) {
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

}  // namespace evonas::graph
