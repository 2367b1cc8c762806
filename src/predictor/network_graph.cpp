#include "predictor/network_graph.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "base/parallel.hpp"
#include "graph/cost.hpp"
#include "graph/operators.hpp"
#include "graph/passes.hpp"
#include "predictor/position_code.hpp"

namespace evonas::predictor {
namespace {

constexpr std::size_t kNetworksTogether = 16;  // networks in one task
constexpr double kBytesOfElement = 4.0;        // of float32, in which graph::Cost counts
constexpr std::size_t kCodeOfNumber = 10;      // values: five frequencies
constexpr double kGiga = 1e9;

double elements_of(const graph::Shape& shape) {
  double count = 1.0;
  for (const std::int64_t extent : shape) count *= static_cast<double>(extent);
  return count;
}

std::int64_t column_of(const graph::Node& node) {
  const std::span<const graph::Operator> all = graph::operators();
  return std::ranges::find(all, node.op, &graph::Operator::name) - all.begin();
}

std::array<double, 8> attributes_of(const graph::Node& node) {
  std::array<double, 8> attributes{};
  const std::span<const std::int64_t> kernel = node.integers_view("kernel_shape");
  if (kernel.size() == 2) {
    // Operators with a kernel have the other attributes too, whether they are written down or not.
    const std::vector<std::int64_t> ones = {1, 1};
    const std::span<const std::int64_t> strides = node.integers_view("strides", ones);
    const std::span<const std::int64_t> dilations = node.integers_view("dilations", ones);
    attributes[0] = static_cast<double>(kernel[0]);
    attributes[1] = static_cast<double>(kernel[1]);
    attributes[2] = static_cast<double>(strides[0]);
    attributes[3] = static_cast<double>(strides[1]);
    for (const std::int64_t pad : node.integers_view("pads")) {
      attributes[4] += static_cast<double>(pad) / 4.0;
    }
    attributes[5] = static_cast<double>(dilations[0]);
    attributes[6] = static_cast<double>(node.integer("group", node.op == "Conv" ? 1 : 0));
  }
  if (node.op == "Conv" || node.op == "Gemm") {
    attributes[7] = static_cast<double>(node.integer("bias", 0));
  }
  return attributes;
}

NetworkNode network_node(const graph::Graph& network, graph::NodeId id) {
  const graph::Node& node = network[id];
  const graph::Cost cost = graph::node_cost(network, id);
  NetworkNode result{.column = column_of(node),
                     .attributes = attributes_of(node),
                     .shape = {1.0, 0.0, 0.0, 0.0},
                     .macs = static_cast<double>(cost.macs),
                     .parameters = static_cast<double>(cost.parameters),
                     .written = static_cast<double>(cost.activation_bytes) / kBytesOfElement};
  for (std::size_t i = 0; i < std::min<std::size_t>(3, node.shape.size()); ++i) {
    result.shape.at(i + 1) = static_cast<double>(node.shape[i]);
  }
  for (const graph::NodeId input : node.inputs) result.read += elements_of(network[input].shape);
  return result;
}

float log_of_one_more(double number, double unit) {
  return static_cast<float>(std::log2(1.0 + number) / unit);
}

}  // namespace

NetworkGraph network_graph(graph::Graph network) {
  const graph::Graph used = graph::folded_network(std::move(network));
  NetworkGraph result;
  for (graph::NodeId id = 0; id < used.size(); ++id) {
    result.nodes.push_back(network_node(used, id));
    const NetworkNode& node = result.nodes.back();
    result.macs += node.macs;
    result.parameters += node.parameters;
    result.memory += node.written + node.parameters;
    std::vector<graph::NodeId> inputs = used[id].inputs;
    std::ranges::sort(inputs);
    inputs.erase(std::unique(inputs.begin(), inputs.end()), inputs.end());
    for (const graph::NodeId input : inputs) result.edges.push_back({input, id});
  }
  return result;
}

std::vector<NetworkGraph> network_graphs(const spaces::AnySpace& space,
                                         const spaces::NetworkInput& input,
                                         std::span<const spaces::Genotype> architectures) {
  std::vector<NetworkGraph> graphs(architectures.size());
  parallel_for(
      architectures.size(),
      [&](std::size_t i) { graphs[i] = network_graph(space.network(architectures[i], input)); },
      kNetworksTogether);
  return graphs;
}

std::size_t network_operators() { return graph::operators().size(); }

Key network_graph_key() {
  KeyStream key;
  for (const graph::Operator& known : graph::operators()) key.add(std::string(known.name) + "\n");
  key.add(std::to_string(kNodeLogarithms) + " " + std::to_string(kNodeCodes));
  return key.key();
}

void logarithms_of(const NetworkNode& node, std::span<float, kNodeLogarithms> numbers) {
  constexpr double kSmallUnit = 8.0;
  constexpr double kLargeUnit = 16.0;
  std::size_t at = 0;
  for (const double number : node.attributes) numbers[at++] = log_of_one_more(number, kSmallUnit);
  for (const double extent : node.shape) numbers[at++] = log_of_one_more(extent, kSmallUnit);
  for (const double cost : {node.macs, node.parameters, node.read, node.written}) {
    numbers[at++] = log_of_one_more(cost, kLargeUnit);
  }
}

void logarithms_of(const NetworkGraph& network, std::span<float, kNetworkLogarithms> numbers) {
  constexpr double kCostUnit = 24.0;
  constexpr double kNodesUnit = 8.0;
  numbers[0] = log_of_one_more(network.macs, kCostUnit);
  numbers[1] = log_of_one_more(network.parameters, kCostUnit);
  numbers[2] = log_of_one_more(network.memory, kCostUnit);
  numbers[3] = log_of_one_more(static_cast<double>(network.nodes.size()), kNodesUnit);
}

void codes_of(const NetworkNode& node, std::span<float, kNodeCodes> codes) {
  std::ranges::fill(codes, 0.0F);
  std::size_t at = 0;
  const bool has_kernel = node.attributes[0] > 0.0;
  const bool has_bias = node.macs > 0.0;
  for (std::size_t i = 0; i < node.attributes.size(); ++i, at += kCodeOfNumber) {
    if (i + 1 < node.attributes.size() ? !has_kernel : !has_bias) continue;
    ordered_code(node.attributes.at(i), std::span<float>(codes).subspan(at, kCodeOfNumber));
  }
  for (const double extent : node.shape) {
    ordered_code(extent, std::span<float>(codes).subspan(at, kCodeOfNumber));
    at += kCodeOfNumber;
  }
}

void codes_of(const NetworkGraph& network, std::span<float, kNetworkCodes> codes) {
  std::size_t at = 0;
  for (const double number :
       {1.0, network.macs / kGiga, network.parameters / kGiga, network.memory / kGiga}) {
    ordered_code(number, std::span<float>(codes).subspan(at, kCodeOfNumber));
    at += kCodeOfNumber;
  }
}

}  // namespace evonas::predictor
