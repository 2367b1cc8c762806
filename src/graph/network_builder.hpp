#pragma once

#include <cstdint>
#include <vector>

#include "graph/graph.hpp"

namespace evonas::graph {

/// Square two-dimensional window of a convolution or a pooling.
struct Window {
  std::int64_t kernel = 1;
  std::int64_t stride = 1;
  std::int64_t padding = 0;
  std::int64_t dilation = 1;
};

/// Writes network-grain graphs, inferring every shape on the way, so that a space reads the shape
/// of what it has built so far. Every call returns the new node and throws GraphError where the
/// operands do not fit.
class NetworkBuilder {
 public:
  NodeId input(Shape shape);
  NodeId conv(NodeId x, std::int64_t output_channels, Window window, std::int64_t groups = 1,
              bool bias = false);
  NodeId batch_normalization(NodeId x, double epsilon = 1e-5, double momentum = 0.9);
  NodeId relu(NodeId x);
  /// Any operator with one operand: "HardSwish", "Sigmoid", "Flatten", ...
  NodeId unary(std::string op, NodeId x, Attributes attributes = {});
  NodeId add(std::vector<NodeId> xs);
  NodeId multiply(NodeId x, NodeId y);
  NodeId concat(std::vector<NodeId> xs);
  NodeId max_pool(NodeId x, Window window);
  /// `count_include_pad` false divides by the number of real pixels under the window.
  NodeId average_pool(NodeId x, Window window, bool count_include_pad = false);
  NodeId global_average_pool(NodeId x);
  /// Bilinear resampling of an image to another height and width.
  NodeId resize(NodeId x, std::int64_t height, std::int64_t width);
  /// The first `channels` channels.
  NodeId first_channels(NodeId x, std::int64_t channels);
  /// Zeros around an image, `pads` {top, left, bottom, right}; a negative number crops.
  NodeId pad(NodeId x, std::vector<std::int64_t> pads);
  NodeId flatten(NodeId x);
  NodeId gemm(NodeId x, std::int64_t output_features, bool bias = true);

  const Shape& shape(NodeId id) const { return graph_[id].shape; }

  /// The finished graph; the builder is empty afterwards. `auxiliary` are outputs after the first,
  /// used while training only.
  Graph finish(NodeId output, std::vector<NodeId> auxiliary = {});

 private:
  NodeId append(std::string op, std::vector<NodeId> inputs, Attributes attributes = {});

  Graph graph_;
};

}  // namespace evonas::graph
