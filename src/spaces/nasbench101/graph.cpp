#include <algorithm>
#include <array>
#include <vector>

#include "graph/network_builder.hpp"
#include "spaces/blocks.hpp"
#include "spaces/nasbench101.hpp"
#include "spaces/nasbench101/cell.hpp"

namespace evonas::spaces {
namespace {

using graph::NodeId;
using nasbench101::Cell;
using Channels = std::array<std::int64_t, nasbench101::kMostVertices>;

constexpr std::uint8_t kConv3x3 = 0;
constexpr std::uint8_t kConv1x1 = 1;

/// The output channels of each interior vertex, by the authors' rule.
Channels interior_channels(const Cell& cell, std::int64_t output_channels) {
  Channels channels{};
  const std::size_t output = cell.output();
  const auto joined = static_cast<std::int64_t>(std::popcount(cell.sources[output] & ~1U));
  if (joined == 0) return channels;
  std::int64_t extra = output_channels % joined;
  for (std::size_t vertex = 1; vertex < output; ++vertex) {
    if (!cell.edge(vertex, output)) continue;
    channels[vertex] = output_channels / joined + (extra > 0 ? 1 : 0);
    --extra;
  }
  for (std::size_t vertex = output - 1; vertex > 0; --vertex) {
    if (cell.edge(vertex, output)) continue;
    for (std::size_t reader = vertex + 1; reader < output; ++reader) {
      if (cell.edge(vertex, reader)) {
        channels[vertex] = std::max(channels[vertex], channels[reader]);
      }
    }
  }
  return channels;
}

/// The tokens of the operations, of the input and of the output.
struct CellTokens {
  std::array<graph::OperationToken, nasbench101::kOperations> operations{};
  graph::OperationToken input = graph::operation_token(graph::kInput);
  graph::OperationToken output = graph::operation_token("Output");

  CellTokens() {
    for (std::size_t i = 0; i < operations.size(); ++i) {
      operations[i] = graph::operation_token(nasbench101::kOperationNames[i]);
    }
  }
};

/// Convolution, batch normalisation, Relu: the authors' order.
NodeId conv_bn_relu(graph::NetworkBuilder& builder, NodeId x, std::int64_t channels,
                    std::int64_t kernel) {
  return builder.relu(conv_bn(builder, x, channels, kernel));
}

/// Halves the extents, rounding up: TensorFlow's padding "same", behind the last pixel.
NodeId halve(graph::NetworkBuilder& builder, NodeId x) {
  const graph::Shape& shape = builder.shape(x);
  using Integers = std::vector<std::int64_t>;
  return builder.unary("MaxPool", x,
                       {{"kernel_shape", Integers{2, 2}},
                        {"strides", Integers{2, 2}},
                        {"pads", Integers{0, 0, shape[1] % 2, shape[2] % 2}}});
}

/// The cell once, on the builder's node `input`.
class Module {
 public:
  Module(const Cell& cell, graph::NetworkBuilder& builder, NodeId input, std::int64_t channels)
      : cell_(cell),
        builder_(builder),
        output_channels_(channels),
        channels_(interior_channels(cell, channels)),
        nodes_{input} {}

  NodeId output() {
    for (std::size_t vertex = 1; vertex < cell_.output(); ++vertex) {
      nodes_[vertex] = operation(vertex, operand(vertex));
    }
    std::vector<NodeId> joined;
    for (std::size_t vertex = 1; vertex < cell_.output(); ++vertex) {
      if (cell_.edge(vertex, cell_.output())) joined.push_back(nodes_[vertex]);
    }
    if (joined.empty()) return projection(output_channels_);
    const NodeId result = joined.size() == 1 ? joined[0] : builder_.concat(joined);
    if (!cell_.edge(0, cell_.output())) return result;
    return builder_.add({result, projection(output_channels_)});
  }

 private:
  /// The sum of what a vertex reads, each with the vertex's channels.
  NodeId operand(std::size_t vertex) {
    std::vector<NodeId> terms;
    for (std::size_t source = 1; source < vertex; ++source) {
      if (cell_.edge(source, vertex)) terms.push_back(truncated(nodes_[source], channels_[vertex]));
    }
    if (cell_.edge(0, vertex)) terms.push_back(projection(channels_[vertex]));
    return terms.size() == 1 ? terms[0] : builder_.add(terms);
  }

  NodeId operation(std::size_t vertex, NodeId x) {
    switch (cell_.ops[vertex]) {
      case kConv3x3:
        return conv_bn_relu(builder_, x, channels_[vertex], 3);
      case kConv1x1:
        return conv_bn_relu(builder_, x, channels_[vertex], 1);
      default:
        return builder_.max_pool(x, {.kernel = 3, .padding = 1});
    }
  }

  NodeId projection(std::int64_t channels) {
    return conv_bn_relu(builder_, nodes_[0], channels, 1);
  }

  NodeId truncated(NodeId x, std::int64_t channels) {
    return builder_.shape(x)[0] == channels ? x : builder_.first_channels(x, channels);
  }

  const Cell& cell_;
  graph::NetworkBuilder& builder_;
  std::int64_t output_channels_;
  Channels channels_;
  std::array<NodeId, nasbench101::kMostVertices> nodes_;
};

}  // namespace

graph::Graph NasBench101::cell(const Genotype& genotype) const {
  const Cell cell = nasbench101::cell_of(genotype);
  graph::Graph graph;
  graph.add_input({}, "input");
  for (std::size_t vertex = 1; vertex < cell.vertices; ++vertex) {
    std::vector<NodeId> sources;
    for (std::size_t source = 0; source < vertex; ++source) {
      if (cell.edge(source, vertex)) sources.push_back(static_cast<NodeId>(source));
    }
    const bool last = vertex == cell.output();
    graph.add(last ? "Output" : std::string(nasbench101::kOperationNames[cell.ops[vertex]]),
              std::move(sources), {}, last ? "output" : "vertex_" + std::to_string(vertex));
  }
  graph.set_outputs({static_cast<NodeId>(cell.output())});
  return graph;
}

void NasBench101::tokens(const Genotype& genotype, graph::Tokens& tokens) const {
  static const CellTokens words;
  constexpr std::int64_t kAllChannels =
      1024;  // shares of it, rounded as channels are, are fine enough
  const Cell cell = nasbench101::cell_of(genotype);
  const Channels channels = interior_channels(cell, kAllChannels);
  tokens.clear();
  for (std::size_t vertex = 0; vertex < cell.vertices; ++vertex) {
    const bool end = vertex == 0 || vertex == cell.output();
    for (std::size_t source = 0; source < vertex; ++source) {
      if (!cell.edge(source, vertex)) continue;
      tokens.edges.push_back({static_cast<NodeId>(source), static_cast<NodeId>(vertex)});
    }
    tokens.operations.push_back(vertex == 0               ? words.input
                                : vertex == cell.output() ? words.output
                                                          : words.operations[cell.ops[vertex]]);
    tokens.widths.push_back(
        end ? 1.0F : static_cast<float>(channels[vertex]) / static_cast<float>(kAllChannels));
  }
}

graph::Graph NasBench101::network(const Genotype& genotype, const NetworkInput& input) const {
  // One form for all isomorphic cells, so that they are one network.
  const Cell cell =
      nasbench101::cell_of(nasbench101::canonical_code(nasbench101::cell_of(genotype)));
  graph::NetworkBuilder builder;
  std::int64_t channels = options_.channels;
  NodeId x = builder.input({input.channels, input.height, input.width});
  x = conv_bn_relu(builder, x, channels, 3);
  for (std::int64_t stack = 0; stack < options_.stacks; ++stack) {
    if (stack > 0) {
      x = halve(builder, x);
      channels *= 2;
    }
    for (std::int64_t module = 0; module < options_.modules_per_stack; ++module) {
      x = Module(cell, builder, x, channels).output();
    }
  }
  return builder.finish(
      builder.gemm(builder.flatten(builder.global_average_pool(x)), input.classes));
}

}  // namespace evonas::spaces
