#include "predictor/computation_graph.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/parallel.hpp"
#include "graph/cost.hpp"
#include "graph/operators.hpp"
#include "graph/passes.hpp"

namespace evonas::predictor {
namespace {

constexpr std::size_t kNetworkChunk = 16;  // architectures in one task

/// What numbers are divided by, so that those of usual networks lie between 0 and 1.
constexpr double kChannelDoublings = 10.0;
constexpr double kExtentDoublings = 8.0;
constexpr double kLargeKernel = 8.0;
constexpr double kStepDoublings = 2.0;
constexpr double kNodeDecades = 8.0;
constexpr double kWholeDecades = 10.0;
constexpr double kNodeDoublings = 10.0;

float doublings(std::int64_t value, double unit) {
  return static_cast<float>(std::log2(static_cast<double>(std::max<std::int64_t>(1, value))) /
                            unit);
}

float decades(std::int64_t value, double unit) {
  return static_cast<float>(std::log10(1.0 + static_cast<double>(value)) / unit);
}

std::uint32_t operator_number(std::string_view name) {
  const std::span<const graph::Operator> known = graph::operators();
  return static_cast<std::uint32_t>(std::ranges::find(known, name, &graph::Operator::name) -
                                    known.begin());
}

/// Entry `i` of a list attribute; `fallback` where there is none.
std::int64_t list_entry(const graph::Node& node, std::string_view attribute, std::size_t i,
                        std::int64_t fallback) {
  const std::span<const std::int64_t> list = node.integers_view(attribute);
  return i < list.size() ? list[i] : fallback;
}

std::int64_t extent(const graph::Shape& shape, std::size_t i) {
  return i < shape.size() ? shape[i] : 1;
}

/// Nothing but zeros: how a cell says `none` (spaces::zeros_like()), which is the operator of ReLU6
/// otherwise.
bool yields_zeros(const graph::Node& node) {
  return node.op == "Clip" && node.real("min", -1.0) == 0.0 && node.real("max", 1.0) == 0.0;
}

std::array<float, kNodeNumbers> numbers_of(const graph::Graph& network, graph::NodeId id,
                                           const graph::Cost& cost) {
  const graph::Node& node = network[id];
  const std::int64_t groups = node.integer("group", 1);
  const bool depthwise = groups > 1 && extent(network[node.inputs.front()].shape, 0) == groups;
  const auto kernel = [&](std::size_t i) {
    return static_cast<float>(static_cast<double>(list_entry(node, "kernel_shape", i, 0)) /
                              kLargeKernel);
  };
  return {doublings(extent(node.shape, 0), kChannelDoublings),
          doublings(extent(node.shape, 1), kExtentDoublings),
          doublings(extent(node.shape, 2), kExtentDoublings),
          kernel(0),
          kernel(1),
          doublings(list_entry(node, "strides", 0, 1), kStepDoublings),
          doublings(list_entry(node, "dilations", 0, 1), kStepDoublings),
          depthwise ? 1.0F : 0.0F,
          doublings(groups, kChannelDoublings),
          decades(cost.macs, kNodeDecades),
          decades(cost.parameters, kNodeDecades),
          decades(cost.activation_bytes, kNodeDecades),
          yields_zeros(node) ? 1.0F : 0.0F};
}

}  // namespace

ComputationGraph computation_graph(graph::Graph network) {
  const graph::Graph used = graph::folded_network(std::move(network));
  ComputationGraph result;
  graph::Cost total;
  std::vector<std::int64_t> depths(used.size(), 1);  // nodes on the longest path to each
  for (graph::NodeId id = 0; id < used.size(); ++id) {
    const graph::Node& node = used[id];
    const graph::Cost cost = graph::node_cost(used, id);
    total.parameters += cost.parameters;
    total.macs += cost.macs;
    result.operators.push_back(operator_number(node.op));
    const std::array<float, kNodeNumbers> numbers = numbers_of(used, id, cost);
    result.numbers.insert(result.numbers.end(), numbers.begin(), numbers.end());
    for (const graph::NodeId input : node.inputs) {
      result.edges.push_back({.from = input, .to = id});
      depths[id] = std::max(depths[id], depths[input] + 1);
    }
  }
  const std::int64_t deepest = depths.empty() ? 1 : *std::ranges::max_element(depths);
  result.whole = {decades(total.parameters, kWholeDecades), decades(total.macs, kWholeDecades),
                  doublings(static_cast<std::int64_t>(used.size()), kNodeDoublings),
                  doublings(deepest, kNodeDoublings)};
  return result;
}

std::vector<ComputationGraph> computation_graphs(const spaces::AnySpace& space,
                                                 const spaces::NetworkInput& input,
                                                 std::span<const spaces::Genotype> architectures) {
  std::vector<ComputationGraph> graphs(architectures.size());
  parallel_for(
      architectures.size(),
      [&](std::size_t i) { graphs[i] = computation_graph(space.network(architectures[i], input)); },
      kNetworkChunk);
  return graphs;
}

std::size_t operator_columns() { return graph::operators().size() + 1; }

Key operators_key() {
  KeyStream key;
  for (const graph::Operator& known : graph::operators()) {
    key.add(known.name);
    key.add("\n");
  }
  return key.key();
}

std::vector<float> spectrum_quantiles(std::span<const double> eigenvalues, std::size_t count) {
  std::vector<float> quantiles(count);
  const auto last = static_cast<double>(eigenvalues.size() - 1);
  for (std::size_t i = 0; i < count; ++i) {
    const double at =
        count < 2 ? 0.0 : last * static_cast<double>(i) / static_cast<double>(count - 1);
    const auto below = static_cast<std::size_t>(at);
    const std::size_t above = std::min(below + 1, eigenvalues.size() - 1);
    const double share = at - static_cast<double>(below);
    quantiles[i] =
        static_cast<float>((1.0 - share) * eigenvalues[below] + share * eigenvalues[above]);
  }
  return quantiles;
}

}  // namespace evonas::predictor
