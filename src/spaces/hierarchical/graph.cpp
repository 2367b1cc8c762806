#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "graph/network_builder.hpp"
#include "graph/passes.hpp"
#include "spaces/blocks.hpp"
#include "spaces/hierarchical.hpp"
#include "spaces/hierarchical/motif.hpp"

namespace evonas::spaces {

using namespace hierarchical_motif;

namespace {

using graph::NodeId;
using Gene = Genotype::Gene;

bool is_pooling(Gene primitive) { return primitive == kMaxPool3x3 || primitive == kAvgPool3x3; }

/// A sum of the input (term 0) and of results of operations (terms from 1 on): how often each is
/// added.
using Sum = std::map<std::size_t, std::int64_t>;

/// The operations of a cell whose identities are resolved, in a topological order.
class FlatCell {
 public:
  struct Operation {
    Gene primitive = kNone;
    Sum operand;
  };

  Sum apply(Gene primitive, const Sum& operand) {
    if (is_pooling(primitive)) {
      // Without weights: the same on the same operand. With them, each has its own.
      const auto same = std::ranges::find_if(operations_, [&](const Operation& other) {
        return other.primitive == primitive && other.operand == operand;
      });
      if (same != operations_.end()) {
        return {{static_cast<std::size_t>(same - operations_.begin()) + 1, 1}};
      }
    }
    operations_.push_back({.primitive = primitive, .operand = operand});
    return {{operations_.size(), 1}};
  }

  static Sum add(const std::vector<Sum>& sums) {
    Sum result;
    for (const Sum& sum : sums) {
      for (const auto& [term, count] : sum) result[term] += count;
    }
    return result;
  }

  /// The graph of what `output` depends on.
  graph::Graph graph(const Sum& output) const {
    std::vector<bool> used(operations_.size() + 1);
    const auto use = [&](const Sum& sum) {
      for (const auto& [term, count] : sum) used[term] = true;
    };
    use(output);
    for (std::size_t term = operations_.size(); term > 0; --term) {
      if (used[term]) use(operations_[term - 1].operand);
    }

    graph::Graph graph;
    std::vector<NodeId> nodes(operations_.size() + 1);
    nodes[0] = graph.add_input({}, "input");
    const auto producers = [&](const Sum& sum) {
      std::vector<NodeId> result;
      for (const auto& [term, count] : sum) {
        result.push_back(count == 1 ? nodes[term]
                                    : graph.add("times", {nodes[term]}, {{"count", count}}));
      }
      return result;
    };
    for (std::size_t term = 1; term <= operations_.size(); ++term) {
      if (!used[term]) continue;
      const auto& [primitive, operand] = operations_[term - 1];
      nodes[term] = graph.add(std::string(kPrimitiveNames[static_cast<std::size_t>(primitive)]),
                              producers(operand));
    }
    graph.set_outputs({graph.add("Output", producers(output), {}, "output")});
    return graph;
  }

 private:
  std::vector<Operation> operations_;
};

NodeId separable(graph::NetworkBuilder& builder, NodeId x, std::int64_t channels,
                 std::int64_t stride) {
  return builder.relu(separable_conv_bn(builder, x, channels, 3, stride));
}

NodeId operation(graph::NetworkBuilder& builder, Gene primitive, NodeId x) {
  const std::int64_t channels = builder.shape(x)[0];
  switch (primitive) {
    case kConv1x1:
      return builder.relu(conv_bn(builder, x, channels, 1));
    case kDwConv3x3:
      return builder.relu(conv_bn(builder, x, channels, 3, 1, channels));
    case kSepConv3x3:
      return separable(builder, x, channels, 1);
    case kMaxPool3x3:
      return builder.max_pool(x, {.kernel = 3, .padding = 1});
    default:
      return builder.average_pool(x, {.kernel = 3, .padding = 1});
  }
}

}  // namespace

graph::Graph Hierarchical::cell(const Genotype& genotype) const {
  validate(genotype);
  FlatCell flat;
  const std::optional<Sum> output = compute_cell(
      genotype.genes().first(level2_genes()), motif_edges(), genotype.genes().last(cell_edges()),
      Sum{{0, 1}},
      [&](Gene primitive, const Sum& operand) { return flat.apply(primitive, operand); },
      FlatCell::add);
  return flat.graph(output.value_or(Sum{}));
}

graph::Graph Hierarchical::network(const Genotype& genotype, const NetworkInput& input) const {
  validate(genotype);
  graph::NetworkBuilder builder;
  const auto add_cell = [&](NodeId x) {
    const std::optional<NodeId> output = compute_cell(
        genotype.genes().first(level2_genes()), motif_edges(), genotype.genes().last(cell_edges()),
        x, [&](Gene primitive, NodeId y) { return operation(builder, primitive, y); },
        [&](const std::vector<NodeId>& nodes) {
          return nodes.size() == 1 ? nodes[0] : builder.add(nodes);
        });
    return output ? *output : zeros_like(builder, x);
  };
  std::int64_t channels = options_.channels;
  NodeId x = builder.input({input.channels, input.height, input.width});
  x = builder.relu(conv_bn(builder, x, channels, 3));
  for (int stage = 0; stage < 3; ++stage) {
    for (std::int64_t i = 0; i < options_.cells_per_stage; ++i) x = add_cell(x);
    const bool last = stage == 2;
    if (!last) channels *= 2;
    x = separable(builder, x, channels, last ? 1 : 2);
  }
  const NodeId features = builder.flatten(builder.global_average_pool(x));
  return graph::prune_dead_nodes(builder.finish(builder.gemm(features, input.classes)));
}

}  // namespace evonas::spaces
