#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "graph/cost.hpp"
#include "spaces/nasbench101.hpp"

using namespace evonas;
using namespace evonas::spaces;

namespace {

std::size_t count(const graph::Graph& graph, std::string_view op) {
  return static_cast<std::size_t>(
      std::ranges::count_if(graph.nodes(), [&](const graph::Node& node) { return node.op == op; }));
}

graph::Graph network_of(const std::string& text, const NasBench101Options& options = {},
                        const NetworkInput& input = {}) {
  const NasBench101 space(options);
  return space.network(space.parse(text), input);
}

/// A skeleton of one cell.
NasBench101Options single(std::int64_t channels) {
  return {.channels = channels, .stacks = 1, .modules_per_stack = 1};
}

std::vector<std::int64_t> convolution_channels(const graph::Graph& network) {
  std::vector<std::int64_t> result;
  for (const graph::Node& node : network.nodes()) {
    if (node.op == "Conv") result.push_back(node.integer("output_channels", 0));
  }
  return result;
}

}  // namespace

TEST_CASE("nasbench101: the cell graph has the operations on its vertices") {
  const NasBench101 space;
  const graph::Graph cell = space.cell(space.parse("111011 mp c1"));
  REQUIRE(cell.size() == 4);
  CHECK(cell[0].op == graph::kInput);
  CHECK(cell[1].op == "maxpool3x3");
  CHECK(cell[1].inputs == std::vector<graph::NodeId>{0});
  CHECK(cell[2].op == "conv1x1-bn-relu");
  CHECK(cell[2].inputs == std::vector<graph::NodeId>{0});
  CHECK(cell[3].op == "Output");
  CHECK(cell[3].inputs == std::vector<graph::NodeId>{0, 1, 2});
  CHECK(cell.outputs()[0] == 3);
}

TEST_CASE("nasbench101: published parameters of small cells") {
  CHECK(graph::cost(network_of("1")).parameters == 882'570);
  CHECK(graph::cost(network_of("110011 mp mp")).parameters == 882'570);
  CHECK(graph::cost(network_of("101111 c3 c3")).parameters == 5'969'674);
  CHECK(graph::cost(network_of("111011 c3 c3")).parameters == 6'406'538);
}

TEST_CASE("nasbench101: channels divide among what the output joins, first vertices first") {
  // Three vertices share 8 channels as 3, 3, 2, each after a projection of its own.
  CHECK(convolution_channels(network_of("1110001011 c3 c3 c3", single(8))) ==
        std::vector<std::int64_t>{8, 3, 3, 3, 3, 2, 2});
}

TEST_CASE("nasbench101: a vertex with a channel more than its reader wants is cut") {
  // Vertex 1 feeds vertices 2 and 3, which have 3 and 2 of 5 channels.
  const graph::Graph network = network_of("1000110011 c3 c3 c1", single(5));
  REQUIRE(count(network, "Slice") == 1);
  for (const graph::Node& node : network.nodes()) {
    if (node.op == "Slice") CHECK(node.shape[0] == 2);
  }
}

TEST_CASE("nasbench101: the skeleton follows its options") {
  const graph::Graph network =
      network_of("101 c3", {.channels = 16, .stacks = 2, .modules_per_stack = 3});
  // The stem, and a projection and a convolution in each of six cells.
  CHECK(count(network, "Conv") == 1 + 2 * 6);
  CHECK(count(network, "BatchNormalization") == 1 + 2 * 6);
  CHECK(count(network, "MaxPool") == 1);
  CHECK(count(network, "Gemm") == 1);
  const std::vector<std::int64_t> channels = convolution_channels(network);
  CHECK(std::ranges::count(channels, 16) == 7);
  CHECK(std::ranges::count(channels, 32) == 6);
}

TEST_CASE("nasbench101: every input size works, and odd sides are halved upwards") {
  const auto half = [](std::int64_t side) { return (side + 1) / 2; };
  for (const NetworkInput& input : {NetworkInput{3, 32, 32, 10},
                                    {1, 28, 28, 10},
                                    {3, 7, 9, 10},
                                    {1, 1, 1, 2},
                                    {2, 15, 32, 10}}) {
    CAPTURE(input.to_string());
    const graph::Graph network = network_of("111011 mp c1", {.channels = 8}, input);
    std::map<std::int64_t, graph::Shape> smallest;
    for (const graph::Node& node : network.nodes()) {
      if (node.op == "Concat") smallest[node.shape[0]] = node.shape;
    }
    CHECK(smallest.at(8) == graph::Shape{8, input.height, input.width});
    CHECK(smallest.at(16) == graph::Shape{16, half(input.height), half(input.width)});
    CHECK(smallest.at(32) == graph::Shape{32, half(half(input.height)), half(half(input.width))});
  }
}
