#include <algorithm>
#include <set>

#include <doctest/doctest.h>

#include "graph/cost.hpp"
#include "graph/passes.hpp"
#include "spaces/nasbench201.hpp"

using namespace evonas;
using namespace evonas::spaces;

namespace {

constexpr const char* kAllNone = "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|";
constexpr const char* kDeadConv = "|nor_conv_3x3~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|";
constexpr const char* kAllConv3x3 =
    "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|nor_conv_3x3~0|nor_conv_3x3~1|nor_conv_3x3~2"
    "|";

std::size_t count(const graph::Graph& graph, std::string_view op) {
  return static_cast<std::size_t>(
      std::ranges::count_if(graph.nodes(), [&](const graph::Node& node) { return node.op == op; }));
}

graph::Cost cost_of(const char* arch, const NetworkInput& input = {},
                    const NasBench201Options& options = {}) {
  const NasBench201 space(options);
  return graph::cost(space.network(space.parse(arch), input));
}

}  // namespace

TEST_CASE("the cell graph puts operations on nodes") {
  const NasBench201 space;
  const graph::Graph cell = space.cell(space.parse(
      "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_3x3~0|none~1|skip_connect~2|"));
  // Input, five operations, Output; edges as in a line graph.
  REQUIRE(cell.size() == 7);
  CHECK(cell[0].op == graph::kInput);
  CHECK(cell[1].op == "avg_pool_3x3");
  CHECK(cell[1].inputs == std::vector<graph::NodeId>{0});
  CHECK(cell[2].op == "nor_conv_1x1");
  CHECK(cell[2].inputs == std::vector<graph::NodeId>{0});
  CHECK(cell[3].op == "skip_connect");
  CHECK(cell[3].inputs == std::vector<graph::NodeId>{1});
  CHECK(cell[4].op == "nor_conv_3x3");
  CHECK(cell[4].inputs == std::vector<graph::NodeId>{0});
  CHECK(cell[5].op == "skip_connect");
  CHECK(cell[5].inputs == std::vector<graph::NodeId>{2, 3});
  CHECK(cell[6].op == "Output");
  CHECK(cell[6].inputs == std::vector<graph::NodeId>{4, 5});
  CHECK(cell.outputs()[0] == 6);
}

TEST_CASE("the cell graph leaves out what no path from input to output crosses") {
  const NasBench201 space;
  CHECK(space.cell(space.parse(kDeadConv)).size() == 3);
  // Node 1 is reached by nothing, so what reads it is dead too.
  CHECK(space
            .cell(space.parse(
                "|none~0|+|none~0|nor_conv_3x3~1|+|skip_connect~0|none~1|skip_connect~2|"))
            .size() == 3);
  const graph::Graph none = space.cell(space.parse(kAllNone));
  REQUIRE(none.size() == 2);
  CHECK(none[1].op == "Output");
  CHECK(none[1].inputs.empty());
  CHECK(space.cell(space.parse(kAllConv3x3)).size() == 8);
}

TEST_CASE("costs of the published extremes") {
  // 0.073306 M parameters and 7.78305 M FLOPs without an operation; 1.531546 and 220.12 with six
  // 3x3 convolutions.
  CHECK(cost_of(kAllNone).parameters == 73'306);
  CHECK(cost_of(kAllNone).flops == 7'783'050);
  CHECK(cost_of(kAllConv3x3).parameters == 1'531'546);
  CHECK(cost_of(kAllConv3x3).flops == 220'119'690);
}

TEST_CASE("a convolution that no output depends on is counted, as in the benchmark") {
  CHECK(cost_of(kDeadConv).parameters == cost_of(kAllNone).parameters + 243'040);
  CHECK(cost_of(kDeadConv).flops == cost_of(kAllNone).flops + 35'389'440);
  const NasBench201 space;
  const graph::Graph pruned =
      graph::prune_dead_nodes(space.network(space.parse(kDeadConv), NetworkInput{}));
  CHECK(graph::cost(pruned).parameters == cost_of(kAllNone).parameters);
}

TEST_CASE("a node without an operand is a tensor of zeros") {
  const NasBench201 space;
  const graph::Graph network = space.network(space.parse(kAllNone), NetworkInput{});
  // Three nodes of each of 15 cells; only the last of a cell is read.
  CHECK(count(network, "Clip") == 45);
  for (const graph::Node& node : network.nodes()) {
    if (node.op != "Clip") continue;
    CHECK(node.real("min", 1.0) == 0.0);
    CHECK(node.real("max", 1.0) == 0.0);
  }
  CHECK(count(space.network(space.parse(kAllConv3x3), NetworkInput{}), "Clip") == 0);
}

TEST_CASE("the skeleton follows its options") {
  const NasBench201 space(NasBench201Options{.channels = 8, .cells_per_stage = 2});
  const graph::Graph network = space.network(space.parse(kAllConv3x3), {3, 32, 32, 10});
  // Stem, 6 in each of 6 cells, 3 in each of two reductions.
  CHECK(count(network, "Conv") == 1 + 36 + 6);
  CHECK(count(network, "BatchNormalization") == 1 + 36 + 4 + 1);
  CHECK(count(network, "Gemm") == 1);
  CHECK(count(network, "GlobalAveragePool") == 1);
  std::int64_t widest = 0;
  for (const graph::Node& node : network.nodes()) {
    if (node.op == "Conv") widest = std::max(widest, node.integer("output_channels", 0));
  }
  CHECK(widest == 32);
}

TEST_CASE("every input size works, and odd sides shrink as the convolutions do") {
  const NasBench201 space(NasBench201Options{.channels = 4, .cells_per_stage = 1});
  for (const char* const arch : {kAllNone, kDeadConv, kAllConv3x3}) {
    for (const NetworkInput& input : {NetworkInput{3, 32, 32, 10},
                                      {3, 14, 14, 10},
                                      {3, 7, 7, 10},
                                      {1, 28, 28, 10},
                                      {1, 1, 1, 2},
                                      {2, 2, 2, 2},
                                      {3, 15, 32, 10},
                                      {3, 32, 15, 10},
                                      {3, 33, 65, 1}}) {
      CAPTURE(input.to_string());
      const graph::Graph network = space.network(space.parse(arch), input);
      std::set<graph::Shape> shapes;
      for (const graph::Node& node : network.nodes()) shapes.insert(node.shape);
      const auto half = [](std::int64_t side) { return (side + 1) / 2; };
      CHECK(shapes.contains({16, half(half(input.height)), half(half(input.width))}));
    }
  }
}

TEST_CASE("even sides are halved by the official 2x2 average, odd ones by 3x3") {
  const NasBench201 space(NasBench201Options{.channels = 4, .cells_per_stage = 1});
  const auto kernels = [&](const NetworkInput& input) {
    std::vector<std::int64_t> result;
    const graph::Graph network = space.network(space.parse(kAllNone), input);
    for (const graph::Node& node : network.nodes()) {
      if (node.op == "AveragePool") result.push_back(node.integers("kernel_shape", {})[0]);
    }
    return result;
  };
  CHECK(kernels({3, 32, 32, 10}) == std::vector<std::int64_t>{2, 2});
  CHECK(kernels({1, 28, 28, 10}) == std::vector<std::int64_t>{2, 2});
  CHECK(kernels({3, 14, 14, 10}) == std::vector<std::int64_t>{2, 3});
  CHECK(kernels({3, 7, 7, 10}) == std::vector<std::int64_t>{3, 2});
  CHECK(kernels({3, 15, 32, 10}) == std::vector<std::int64_t>{3, 2});
}
