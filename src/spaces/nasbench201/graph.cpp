#include <vector>

#include "graph/network_builder.hpp"
#include "spaces/blocks.hpp"
#include "spaces/nasbench201.hpp"
#include "spaces/nasbench201/cell.hpp"

namespace evonas::spaces {
namespace {

using graph::NodeId;

constexpr graph::Window kPointwise{.kernel = 1};
constexpr graph::Window kSame3x3{.kernel = 3, .padding = 1};
constexpr graph::Window kReduce3x3{.kernel = 3, .stride = 2, .padding = 1};
constexpr graph::Window kHalve{.kernel = 2, .stride = 2};

/// Lays the official skeleton out, one part a call.
class Skeleton {
 public:
  Skeleton(const Genotype& genotype, graph::NetworkBuilder& builder)
      : genotype_(genotype), builder_(builder) {}

  NodeId cell(NodeId input) {
    std::array<NodeId, kNodes> nodes{input};
    for (std::size_t node = 1; node < kNodes; ++node) {
      std::vector<NodeId> operands;
      for (std::size_t edge = 0; edge < kEdges.size(); ++edge) {
        if (kEdges[edge].target == node && genotype_[edge] != kNone) {
          operands.push_back(operation(genotype_[edge], nodes[kEdges[edge].source]));
        }
      }
      nodes[node] = operands.empty()       ? zeros_like(builder_, input)
                    : operands.size() == 1 ? operands[0]
                                           : builder_.add(operands);
    }
    return nodes.back();
  }

  /// The basic block of ResNet with stride 2 (He et al., CVPR 2016) between two stages.
  NodeId reduction(NodeId x, std::int64_t channels) {
    const NodeId a = relu_conv_bn(builder_, x, channels, 3, 2);
    const NodeId b = relu_conv_bn(builder_, a, channels, 3);
    // On an odd side a 2x2 window would drop the last pixels and yield one row fewer than the
    // convolutions; 3x3 averages are centred on the pixels that the convolutions are centred on.
    const bool even = builder_.shape(x)[1] % 2 == 0 && builder_.shape(x)[2] % 2 == 0;
    const NodeId pooled = builder_.average_pool(x, even ? kHalve : kReduce3x3);
    return builder_.add({builder_.conv(pooled, channels, kPointwise), b});
  }

 private:
  NodeId operation(Genotype::Gene gene, NodeId x) {
    switch (gene) {
      case kConv1x1:
        return relu_conv_bn(builder_, x, builder_.shape(x)[0], 1);
      case kConv3x3:
        return relu_conv_bn(builder_, x, builder_.shape(x)[0], 3);
      case kAvgPool3x3:
        return builder_.average_pool(x, kSame3x3);
      default:
        return x;
    }
  }

  const Genotype& genotype_;
  graph::NetworkBuilder& builder_;
};

/// Which edges carry data from the input to the output.
std::array<bool, kEdges.size()> live_edges(const Genotype& genotype) {
  std::array<bool, kNodes> reached{true};
  std::array<bool, kNodes> used{};
  used.back() = true;
  for (std::size_t edge = 0; edge < kEdges.size(); ++edge) {
    const auto [source, target] = kEdges[edge];
    if (genotype[edge] != kNone && reached[source]) reached[target] = true;
  }
  for (std::size_t edge = kEdges.size(); edge-- > 0;) {
    const auto [source, target] = kEdges[edge];
    if (genotype[edge] != kNone && used[target]) used[source] = true;
  }
  std::array<bool, kEdges.size()> live{};
  for (std::size_t edge = 0; edge < kEdges.size(); ++edge) {
    const auto [source, target] = kEdges[edge];
    live[edge] = genotype[edge] != kNone && reached[source] && used[target];
  }
  return live;
}

/// The tokens of the operations, of the input and of the output.
struct CellTokens {
  std::array<graph::OperationToken, kOperations> operations{};
  graph::OperationToken input = graph::operation_token(graph::kInput);
  graph::OperationToken output = graph::operation_token("Output");

  CellTokens() {
    for (Genotype::Gene gene = 0; gene < kOperations; ++gene) {
      operations[static_cast<std::size_t>(gene)] = graph::operation_token(operation_name(gene));
    }
  }
};

}  // namespace

graph::Graph NasBench201::cell(const Genotype& genotype) const {
  validate(genotype);
  const std::array<bool, kEdges.size()> live = live_edges(genotype);
  graph::Graph graph;
  std::array<std::vector<NodeId>, kNodes> producers;
  producers[0] = {graph.add_input({}, "input")};
  for (std::size_t edge = 0; edge < kEdges.size(); ++edge) {
    const auto [source, target] = kEdges[edge];
    if (!live[edge]) continue;
    producers[target].push_back(
        graph.add(std::string(operation_name(genotype[edge])), producers[source], {},
                  "edge_" + std::to_string(source) + "_" + std::to_string(target)));
  }
  graph.set_outputs({graph.add("Output", producers.back(), {}, "output")});
  return graph;
}

void NasBench201::tokens(const Genotype& genotype, graph::Tokens& tokens) const {
  static const CellTokens words;
  validate(genotype);
  const std::array<bool, kEdges.size()> live = live_edges(genotype);
  // Of each node of the cell the operations that arrive there, as token numbers; in `kEdges` they
  // stand together, so a first and a count say which.
  struct Producers {
    NodeId first = 0;
    NodeId count = 0;
  };
  std::array<Producers, kNodes> producers{{{.first = 0, .count = 1}}};
  tokens.clear();
  tokens.operations.push_back(words.input);
  const auto read = [&](const Producers& sources, NodeId reader) {
    for (NodeId i = 0; i < sources.count; ++i) tokens.edges.push_back({sources.first + i, reader});
  };
  for (std::size_t edge = 0; edge < kEdges.size(); ++edge) {
    if (!live[edge]) continue;
    const auto [source, target] = kEdges[edge];
    const auto id = static_cast<NodeId>(tokens.operations.size());
    if (producers[target].count++ == 0) producers[target].first = id;
    tokens.operations.push_back(words.operations[static_cast<std::size_t>(genotype[edge])]);
    read(producers[source], id);
  }
  read(producers.back(), static_cast<NodeId>(tokens.operations.size()));
  tokens.operations.push_back(words.output);
}

graph::Graph NasBench201::network(const Genotype& genotype, const NetworkInput& input) const {
  validate(genotype);
  graph::NetworkBuilder builder;
  Skeleton skeleton(genotype, builder);
  std::int64_t channels = options_.channels;
  NodeId x = builder.input({input.channels, input.height, input.width});
  x = builder.batch_normalization(builder.conv(x, channels, kSame3x3));
  for (int stage = 0; stage < 3; ++stage) {
    if (stage > 0) {
      channels *= 2;
      x = skeleton.reduction(x, channels);
    }
    for (std::int64_t cell = 0; cell < options_.cells_per_stage; ++cell) x = skeleton.cell(x);
  }
  x = builder.relu(builder.batch_normalization(x));
  return builder.finish(
      builder.gemm(builder.flatten(builder.global_average_pool(x)), input.classes));
}

}  // namespace evonas::spaces
