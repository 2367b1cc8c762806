#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "graph/network_builder.hpp"
#include "spaces/blocks.hpp"
#include "spaces/darts.hpp"
#include "spaces/darts/cell.hpp"

namespace evonas::spaces {

using namespace darts_cell;

namespace {

using graph::NodeId;

constexpr std::size_t kNormal = 0;
constexpr std::size_t kReduce = 1;

/// Lays the cells out, one a call.
class Cells {
 public:
  Cells(const Genotype& genotype, double drop_path, graph::NetworkBuilder& builder)
      : genotype_(genotype), drop_path_(drop_path), builder_(builder) {}

  /// The cell of width `channels` after `before_last` and `last`, of which the first is twice as
  /// large where `after_reduction`. Operations on these two have stride 2 where the cell reduces.
  NodeId cell(NodeId before_last, NodeId last, std::int64_t channels, bool reduces,
              bool after_reduction) {
    std::vector<NodeId> nodes{after_reduction ? factorized_reduce(builder_, before_last, channels)
                                              : relu_conv_bn(builder_, before_last, channels, 1),
                              relu_conv_bn(builder_, last, channels, 1)};
    for (std::size_t node = 0; node < kNodes; ++node) {
      std::array<NodeId, 2> operands{};
      for (std::size_t side = 0; side < 2; ++side) {
        const Edge edge = edge_of(genotype_, reduces ? kReduce : kNormal, node, side);
        const auto input = static_cast<std::size_t>(edge.input);
        operands[side] =
            operation(edge.operation, nodes[input], reduces && input < kInputs ? 2 : 1);
      }
      nodes.push_back(builder_.add({operands[0], operands[1]}));
    }
    return builder_.concat({nodes.begin() + kInputs, nodes.end()});
  }

 private:
  /// The operation, and the chance to drop its path unless it is the identity.
  NodeId operation(Genotype::Gene gene, NodeId x, std::int64_t stride) {
    const NodeId y = plain_operation(gene, x, stride);
    if (y == x || drop_path_ <= 0.0) return y;
    return builder_.unary("DropPath", y, {{"ratio", drop_path_}});
  }

  NodeId plain_operation(Genotype::Gene gene, NodeId x, std::int64_t stride) {
    const graph::Window window{.kernel = 3, .stride = stride, .padding = 1};
    switch (gene) {
      case kMaxPool3x3:
        return builder_.max_pool(x, window);
      case kAvgPool3x3:
        return builder_.average_pool(x, window);
      case kSkip:
        return stride == 1 ? x : factorized_reduce(builder_, x, builder_.shape(x)[0]);
      case kSepConv3x3:
        return separable_twice(x, 3, stride);
      case kSepConv5x5:
        return separable_twice(x, 5, stride);
      default:
        return separable(x, gene == kDilConv3x3 ? 3 : 5, stride, 2);
    }
  }

  NodeId separable_twice(NodeId x, std::int64_t kernel, std::int64_t stride) {
    return separable(separable(x, kernel, stride, 1), kernel, 1, 1);
  }

  NodeId separable(NodeId x, std::int64_t kernel, std::int64_t stride, std::int64_t dilation) {
    return separable_conv_bn(builder_, builder_.relu(x), builder_.shape(x)[0], kernel, stride,
                             dilation);
  }

  const Genotype& genotype_;
  double drop_path_;
  graph::NetworkBuilder& builder_;
};

/// The auxiliary classifier: 2x2 averages, 1x1 and 2x2 convolutions, linear layer.
NodeId auxiliary_head(graph::NetworkBuilder& builder, NodeId x, bool imagenet,
                      std::int64_t classes) {
  using Integers = std::vector<std::int64_t>;
  x = builder.relu(x);
  const std::int64_t height = std::max<std::int64_t>(builder.shape(x)[1], 2);
  const std::int64_t width = std::max<std::int64_t>(builder.shape(x)[2], 2);
  if (builder.shape(x) != graph::Shape{builder.shape(x)[0], height, width}) {
    x = builder.resize(x, height, width);  // one pixel is repeated
  }
  // Stride 3 of 8 pixels and 2 of 7, as published; a window that takes the rest.
  const Integers strides{std::max<std::int64_t>(height * 3 / 8, 1),
                         std::max<std::int64_t>(width * 3 / 8, 1)};
  x = builder.unary("AveragePool", x,
                    {{"kernel_shape", Integers{height - strides[0], width - strides[1]}},
                     {"strides", strides},
                     {"pads", Integers(4)},
                     {"count_include_pad", std::int64_t{0}}});
  x = builder.relu(conv_bn(builder, x, 128, 1));
  x = builder.conv(x, 768, {.kernel = 2});
  // The authors' ImageNet networks lack this normalisation, by an oversight that they kept.
  if (!imagenet) x = builder.batch_normalization(x);
  return builder.gemm(builder.flatten(builder.relu(x)), classes);
}

/// The two tensors that the first cell reads.
std::pair<NodeId, NodeId> stem(graph::NetworkBuilder& builder, NodeId x, bool imagenet,
                               std::int64_t channels) {
  if (!imagenet) {
    x = conv_bn(builder, x, 3 * channels, 3);
    return {x, x};
  }
  x = builder.relu(conv_bn(builder, x, channels / 2, 3, 2));
  const NodeId quarter = conv_bn(builder, x, channels, 3, 2);
  return {quarter, relu_conv_bn(builder, quarter, channels, 3, 2)};
}

/// Adds one of the two cells to a cell-grain graph; returns its output.
NodeId add_cell(graph::Graph& graph, const Genotype& genotype, std::size_t cell) {
  const auto named = [&](std::string_view what) {
    return fmt::format("{}_{}", kCellNames[cell], what);
  };
  std::vector<NodeId> nodes;
  for (std::int64_t input = 0; input < static_cast<std::int64_t>(kInputs); ++input) {
    nodes.push_back(graph.add(std::string(graph::kInput), {}, {{"index", input}},
                              named(fmt::format("input_{}", input))));
  }
  for (std::size_t node = 0; node < kNodes; ++node) {
    std::vector<NodeId> operands;
    for (std::size_t side = 0; side < 2; ++side) {
      const Edge edge = edge_of(genotype, cell, node, side);
      operands.push_back(
          graph.add(std::string(kOperationNames[static_cast<std::size_t>(edge.operation)]),
                    {nodes[static_cast<std::size_t>(edge.input)]}, {},
                    named(fmt::format("edge_{}_{}", edge.input, node + kInputs))));
    }
    nodes.push_back(graph.add("sum", operands, {}, named(fmt::format("node_{}", node + kInputs))));
  }
  return graph.add("Output", {nodes.begin() + kInputs, nodes.end()}, {}, named("output"));
}

}  // namespace

graph::Graph Darts::cell(const Genotype& genotype) const {
  validate(genotype);
  graph::Graph graph;
  const NodeId normal = add_cell(graph, genotype, kNormal);
  const NodeId reduce = add_cell(graph, genotype, kReduce);
  graph.set_outputs({normal, reduce});
  return graph;
}

graph::Graph Darts::network(const Genotype& genotype, const NetworkInput& input) const {
  validate(genotype);
  const bool imagenet = options_.skeleton == "imagenet";
  graph::NetworkBuilder builder;
  Cells cells(genotype, options_.drop_path, builder);
  std::int64_t channels = options_.channels;
  auto [before_last, last] =
      stem(builder, builder.input({input.channels, input.height, input.width}), imagenet, channels);
  std::vector<NodeId> auxiliary;
  bool after_reduction = imagenet;  // the second half of that stem reduces
  for (std::int64_t i = 0; i < options_.cells; ++i) {
    const bool reduces = i == options_.cells / 3 || i == 2 * options_.cells / 3;
    if (reduces) channels *= 2;
    const NodeId next = cells.cell(before_last, last, channels, reduces, after_reduction);
    before_last = std::exchange(last, next);
    after_reduction = reduces;
    if (options_.auxiliary && i == 2 * options_.cells / 3) {
      auxiliary.push_back(auxiliary_head(builder, last, imagenet, input.classes));
    }
  }
  const NodeId features = builder.flatten(builder.global_average_pool(last));
  return builder.finish(builder.gemm(features, input.classes), std::move(auxiliary));
}

}  // namespace evonas::spaces
