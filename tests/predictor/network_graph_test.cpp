#include "predictor/network_graph.hpp"

#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "graph/cost.hpp"
#include "graph/operators.hpp"
#include "graph/passes.hpp"
#include "predictor/cost_regression.hpp"
#include "predictor/position_code.hpp"
#include "spaces/space_list.hpp"

namespace evonas::predictor {
namespace {

std::int64_t operator_column(std::string_view name) {
  return graph::find_operator(name) - graph::operators().data();
}

/// A convolution with its normalisation, an activation, and a sum of both sides of it.
graph::Graph network_with_sum() {
  graph::Graph network;
  const graph::NodeId input = network.add_input({3, 8, 6});
  const graph::NodeId conv = network.add("Conv", {input},
                                         {{"kernel_shape", std::vector<std::int64_t>{3, 5}},
                                          {"strides", std::vector<std::int64_t>{2, 1}},
                                          {"pads", std::vector<std::int64_t>{1, 2, 1, 2}},
                                          {"output_channels", std::int64_t{4}}});
  network.set_shape(conv, {4, 4, 6});
  const graph::NodeId normal = network.add("BatchNormalization", {conv});
  network.set_shape(normal, {4, 4, 6});
  const graph::NodeId same = network.add("Identity", {normal});
  network.set_shape(same, {4, 4, 6});
  const graph::NodeId relu = network.add("Relu", {same});
  network.set_shape(relu, {4, 4, 6});
  const graph::NodeId sum = network.add("Add", {relu, normal});
  network.set_shape(sum, {4, 4, 6});
  network.set_outputs({sum});
  return network;
}

TEST_CASE("a network is the operators that run, with what they do and cost") {
  const NetworkGraph network = network_graph(network_with_sum());
  REQUIRE(network.nodes.size() == 4);  // normalisation is folded, the identity gone
  const NetworkNode& conv = network.nodes[1];
  CHECK(network.nodes[0].column == operator_column("Input"));
  CHECK(conv.column == operator_column("Conv"));
  CHECK(network.nodes[2].column == operator_column("Relu"));
  CHECK(network.nodes[3].column == operator_column("Add"));
  CHECK((conv.attributes == std::array<double, 8>{3, 5, 2, 1, 1.5, 1, 1, 1}));
  CHECK((conv.shape == std::array<double, 4>{1, 4, 4, 6}));
  CHECK(conv.parameters == 4 * (3 * 15 + 1));
  CHECK(conv.macs == 4 * 24 * (3 * 15 + 1));
  CHECK(conv.read == 3 * 8 * 6);
  CHECK(conv.written == 4 * 4 * 6);
  CHECK((network.nodes[3].attributes == std::array<double, 8>{}));
  CHECK(network.nodes[3].read == 2 * 4 * 4 * 6);
  CHECK(network.macs == conv.macs);
  CHECK(network.memory == 3 * 4 * 4 * 6 + conv.parameters);
  std::vector<std::pair<std::uint32_t, std::uint32_t>> edges;
  for (const auto& [from, to] : network.edges) edges.emplace_back(from, to);
  CHECK((edges ==
         std::vector<std::pair<std::uint32_t, std::uint32_t>>{{0, 1}, {1, 2}, {1, 3}, {2, 3}}));
}

TEST_CASE("networks of a space have the costs of their graphs") {
  const spaces::AnySpace space = spaces::make_space("mobilenetv3");
  const auto input = spaces::NetworkInput::parse("3x32x32:10");
  Rng rng(1, "test");
  std::vector<spaces::Genotype> architectures;
  for (int i = 0; i < 5; ++i) architectures.push_back(space.sample(rng));
  const std::vector<NetworkGraph> networks = network_graphs(space, input, architectures);
  for (std::size_t i = 0; i < networks.size(); ++i) {
    const graph::Graph folded =
        graph::fold_batch_normalization(space.network(architectures[i], input)).graph;
    const graph::Cost cost = graph::cost(graph::simplify(folded));
    CHECK(networks[i].macs == static_cast<double>(cost.macs));
    CHECK(networks[i].parameters == static_cast<double>(cost.parameters));
    for (const auto& [from, to] : networks[i].edges) CHECK(from < to);
  }
}

TEST_CASE("nodes are told by logarithms, or by the codes of NAR-Former V2") {
  const NetworkGraph network = network_graph(network_with_sum());
  std::array<float, kNodeLogarithms> numbers{};
  logarithms_of(network.nodes[1], numbers);
  CHECK(numbers[0] == doctest::Approx(std::log2(4.0) / 8.0));
  CHECK(numbers[12] == doctest::Approx(std::log2(1.0 + network.nodes[1].macs) / 16.0));
  std::array<float, kNodeCodes> codes{};
  codes_of(network.nodes[1], codes);
  std::array<float, 10> expected{};
  ordered_code(5.0, expected);
  CHECK(std::equal(expected.begin(), expected.end(), codes.begin() + 10));
  ordered_code(6.0, expected);  // the width of the output
  CHECK(std::equal(expected.begin(), expected.end(), codes.begin() + 110));
  codes_of(network.nodes[2], codes);  // no attributes: zeros, which are no codes
  CHECK(std::all_of(codes.begin(), codes.begin() + 80, [](float value) { return value == 0.0F; }));
  std::array<float, kNetworkCodes> totals{};
  codes_of(network, totals);
  ordered_code(1.0, expected);
  CHECK(std::equal(expected.begin(), expected.end(), totals.begin()));
}

TEST_CASE("a regression on costs finds the power that labels follow") {
  const spaces::AnySpace space = spaces::make_space("mobilenetv3");
  const auto input = spaces::NetworkInput::parse("3x64x64:10");
  Rng rng(2, "test");
  std::vector<spaces::Genotype> architectures;
  for (int i = 0; i < 40; ++i) architectures.push_back(space.sample(rng));
  const std::vector<NetworkGraph> networks = network_graphs(space, input, architectures);
  std::vector<Label> labels;
  for (std::size_t i = 0; i < 20; ++i) {
    labels.push_back({architectures[i], 1e-4 * std::sqrt(1.0 + networks[i].macs)});
  }
  for (const auto costs : {CostRegression::Costs::Flops, CostRegression::Costs::FlopsAndMemory}) {
    CostRegression regression(space, input, costs);
    regression.fit(labels, {});
    const std::vector<Prediction> predictions = regression.predict(architectures);
    for (std::size_t i = 20; i < 40; ++i) {
      CHECK(predictions[i].mean ==
            doctest::Approx(1e-4 * std::sqrt(1.0 + networks[i].macs)).epsilon(0.01));
      CHECK(predictions[i].deviation < 0.01 * predictions[i].mean);
    }
  }
}

}  // namespace
}  // namespace evonas::predictor
