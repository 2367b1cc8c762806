#include "evaluation/latency_blocks/network_blocks.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "evaluation/evaluator.hpp"
#include "graph/passes.hpp"

namespace evonas::evaluation {
namespace {

using graph::Graph;
using graph::Node;
using graph::NodeId;

bool is_convolution(const Node& node, std::int64_t kernel, std::int64_t groups) {
  const std::array<std::int64_t, 2> square{kernel, kernel};
  return node.op == "Conv" && std::ranges::equal(node.integers_view("kernel_shape"), square) &&
         node.integer("group", 1) == groups;
}

/// Matches patterns in a network without normalisations. Every step along a pattern demands that
/// nothing else reads the value, so that a block is closed but for its input.
class BlockFinder {
 public:
  explicit BlockFinder(const Graph& network)
      : network_(network), consumers_(network.consumers()), taken_(network.size()) {}

  std::vector<NetworkBlock> find() {
    for (NodeId id = 0; id < network_.size(); ++id) take_inverted_residual(id);
    for (NodeId id = 0; id < network_.size(); ++id) {
      if (!taken_[id]) take_single(id);
    }
    // Blocks in the order of the network, whatever order they were found in.
    std::ranges::sort(found_, {}, &Found::at);
    std::vector<NetworkBlock> blocks;
    for (Found& found : found_) blocks.push_back(std::move(found.block));
    return blocks;
  }

 private:
  struct Found {
    NodeId at = 0;
    NetworkBlock block;
  };

  const Node& node(NodeId id) const { return network_[id]; }
  NodeId operand(NodeId id) const { return network_[id].inputs[0]; }

  std::optional<NodeId> only_reader(NodeId id) const {
    if (consumers_[id].size() != 1 || std::ranges::count(network_.outputs(), id) > 0) return {};
    return consumers_[id][0];
  }

  static bool is_activation(const Node& node) {
    constexpr std::array<std::string_view, 3> kActivations{"Relu", "Clip", "HardSwish"};
    return std::ranges::find(kActivations, node.op) != kActivations.end();
  }

  static bool is_global_pooling(const Node& node) {
    return node.op == "GlobalAveragePool" || node.op == "ReduceMean";
  }

  /// The product x * sigmoid(x) where exactly these two read `x`.
  std::optional<NodeId> swish_of(NodeId x) const {
    if (consumers_[x].size() != 2) return {};
    const auto [sigmoid, product] = std::pair(consumers_[x][0], consumers_[x][1]);
    if (node(sigmoid).op != "Sigmoid" || only_reader(sigmoid) != product) return {};
    return node(product).op == "Mul" ? std::optional(product) : std::nullopt;
  }

  /// The last node of the activation behind `x`; `x` itself where there is none.
  NodeId behind_activation(NodeId x) const {
    if (const auto swish = swish_of(x)) return *swish;
    const auto reader = only_reader(x);
    return reader && is_activation(node(*reader)) ? *reader : x;
  }

  /// The convolution whose activation ends in `x`; nothing where there is none.
  std::optional<NodeId> convolution_in_front_of(NodeId x) const {
    if (node(x).inputs.empty()) return {};
    NodeId at = operand(x);
    if (node(at).op == "Sigmoid") at = operand(at);
    if (node(at).op != "Conv" || behind_activation(at) != x) return {};
    return at;
  }

  /// The product with gates that global average, convolution, activation, convolution and gate
  /// compute of `x`; nothing where `x` has no squeeze-excitation.
  std::optional<NodeId> squeeze_excitation_of(NodeId x) const {
    if (consumers_[x].size() != 2) return {};
    for (const NodeId pool : consumers_[x]) {
      if (!is_global_pooling(node(pool))) continue;
      auto at = only_reader(pool);
      if (!at || node(*at).op != "Conv") continue;
      at = only_reader(behind_activation(*at));
      if (!at || node(*at).op != "Conv") continue;
      at = only_reader(*at);
      if (!at || (node(*at).op != "HardSigmoid" && node(*at).op != "Sigmoid")) continue;
      at = only_reader(*at);
      if (at && node(*at).op == "Mul" && std::ranges::count(consumers_[x], *at) > 0) return at;
    }
    return {};
  }

  /// Takes the block whose depthwise convolution is `depthwise`, if it is one.
  void take_inverted_residual(NodeId depthwise) {
    const Node& middle = node(depthwise);
    if (middle.op != "Conv") return;
    const std::int64_t channels = middle.shape[0];
    const std::int64_t kernel = middle.integers_view("kernel_shape")[0];
    if (!is_convolution(middle, kernel, channels) ||
        node(operand(depthwise)).shape[0] != channels) {
      return;
    }
    NodeId first = depthwise;
    const NodeId before = operand(depthwise);
    if (only_reader(before) == depthwise) {
      const auto expansion = convolution_in_front_of(before);
      if (expansion && is_convolution(node(*expansion), 1, 1)) first = *expansion;
    }
    const NodeId activated = behind_activation(depthwise);
    const auto scaled = squeeze_excitation_of(activated);
    const auto projection = only_reader(scaled.value_or(activated));
    if (!projection || !is_convolution(node(*projection), 1, 1) ||
        behind_activation(*projection) != *projection) {
      return;
    }
    const NodeId input = operand(first);
    NodeId last = *projection;
    const auto sum = only_reader(last);
    const bool skip = sum && node(*sum).op == "Add" && node(*sum).inputs.size() == 2 &&
                      std::ranges::count(node(*sum).inputs, input) == 1;
    if (skip) last = *sum;
    take_between(input, last);
    found_.push_back({.at = last,
                      .block = {.kind = NetworkBlock::Kind::InvertedResidual,
                                .input = node(input).shape,
                                .output = node(last).shape,
                                .expansion = static_cast<double>(channels) /
                                             static_cast<double>(node(input).shape[0]),
                                .kernel = kernel,
                                .stride = middle.integers("strides", {1, 1})[0],
                                .skip = skip,
                                .squeeze = scaled.has_value(),
                                .h_swish = node(activated).op == "HardSwish",
                                .node = middle.name}});
  }

  /// Everything that `last` depends on and `input` does not belongs to one block.
  void take_between(NodeId input, NodeId last) {
    std::vector<NodeId> open{last};
    while (!open.empty()) {
      const NodeId id = open.back();
      open.pop_back();
      if (id == input || taken_[id]) continue;
      taken_[id] = true;
      open.insert(open.end(), node(id).inputs.begin(), node(id).inputs.end());
    }
  }

  void take_single(NodeId id) {
    const Node& single = node(id);
    if (single.op == "Conv" && single.integer("group", 1) == 1) {
      take_between(operand(id), behind_activation(id));
      found_.push_back(
          {.at = id,
           .block = {
               .input = node(operand(id)).shape, .output = single.shape, .node = single.name}});
    } else if (single.op == "Gemm") {
      NodeId input = operand(id);
      if (node(input).op == "Flatten") input = operand(input);
      if (is_global_pooling(node(input))) input = operand(input);
      found_.push_back({.at = id,
                        .block = {.kind = NetworkBlock::Kind::Classifier,
                                  .input = node(input).shape,
                                  .output = single.shape,
                                  .node = single.name}});
    } else if (!goes_along(single)) {
      throw EvaluationError(
          fmt::format("node '{}' ({} to {}) belongs to none of the blocks that latency tables of "
                      "blocks know: convolutions with one group, inverted residual blocks and "
                      "classifiers; measure this network or use a look-up by operation",
                      single.name, single.op, graph::to_string(single.shape)));
    }
  }

  bool goes_along(const Node& single) const {
    if (single.op == "Resize") return node(single.inputs[0]).op == graph::kInput;
    constexpr std::array<std::string_view, 3> kFree{graph::kInput, "Flatten", "Softmax"};
    return std::ranges::find(kFree, single.op) != kFree.end() || is_activation(single) ||
           is_global_pooling(single);
  }

  const Graph& network_;
  std::vector<std::vector<NodeId>> consumers_;
  std::vector<bool> taken_;
  std::vector<Found> found_;
};

}  // namespace

std::vector<NetworkBlock> network_blocks(Graph network) {
  const Graph folded = graph::folded_network(graph::inference_network(std::move(network)));
  return BlockFinder(folded).find();
}

}  // namespace evonas::evaluation
