#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "contract/space_contract.hpp"
#include "graph/cost.hpp"
#include "graph/network_builder.hpp"
#include "spaces/blocks.hpp"
#include "spaces/darts.hpp"

using namespace evonas;
using namespace evonas::spaces;

namespace {

/// DARTS, second order, in NASLib's compact notation.
const std::string kSecondOrder =
    "(((0,3),(1,3),(0,3),(1,3),(1,3),(0,2),(0,2),(2,5)), "
    "((0,0),(1,0),(2,2),(1,0),(0,0),(2,2),(2,2),(1,0)))";

/// DARTS, first order.
const std::string kFirstOrder =
    "Genotype(normal=[('sep_conv_3x3', 1), ('sep_conv_3x3', 0), ('skip_connect', 0), "
    "('sep_conv_3x3', 1), ('skip_connect', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), "
    "('skip_connect', 2)], normal_concat=[2, 3, 4, 5], reduce=[('max_pool_3x3', 0), "
    "('max_pool_3x3', 1), ('skip_connect', 2), ('max_pool_3x3', 0), ('max_pool_3x3', 0), "
    "('skip_connect', 2), ('skip_connect', 2), ('avg_pool_3x3', 0)], reduce_concat=[2, 3, 4, 5])";

constexpr NetworkInput kImageNet{.channels = 3, .height = 224, .width = 224, .classes = 1000};

graph::Graph lower(const DartsOptions& options, const std::string& text,
                   const NetworkInput& input) {
  const AnySpace space{Darts(options)};
  return space.network(space.parse(text), input);
}

std::int64_t parameters(const DartsOptions& options, const std::string& text,
                        const NetworkInput& input) {
  return graph::cost(lower(options, text, input)).parameters;
}

std::size_t count(const graph::Graph& graph, std::string_view op) {
  return static_cast<std::size_t>(std::ranges::count(graph.nodes(), op, &graph::Node::op));
}

}  // namespace

TEST_CASE("published parameters of the first-order and of the second-order genotype") {
  CHECK(parameters({}, kFirstOrder, {}) == 3'169'414);
  CHECK(parameters({}, kSecondOrder, {}) == 3'349'342);
  CHECK(parameters({.skeleton = "imagenet", .channels = 48, .cells = 14}, kSecondOrder,
                   kImageNet) == 4'718'752);
}

TEST_CASE("multiply-accumulates are those counted on the authors' network in PyTorch") {
  CHECK(graph::cost(lower({}, kSecondOrder, {})).macs == 528'359'050);
  // The paper says 574 M here, by another way of counting.
  CHECK(graph::cost(
            lower({.skeleton = "imagenet", .channels = 48, .cells = 14}, kSecondOrder, kImageNet))
            .macs == 529'912'552);
}

TEST_CASE("the auxiliary heads have the published layers") {
  const std::int64_t tail = 128 * 768 * 4;
  const std::int64_t cifar = 4 * 144 * 128 + 2 * 128 + tail + 2 * 768 + 768 * 10 + 10;
  CHECK(parameters({.auxiliary = true}, kSecondOrder, {}) == 3'349'342 + cifar);
  const std::int64_t imagenet = 4 * 192 * 128 + 2 * 128 + tail + 768 * 1000 + 1000;
  const DartsOptions options{
      .skeleton = "imagenet", .channels = 48, .cells = 14, .auxiliary = true};
  CHECK(parameters(options, kSecondOrder, kImageNet) == 4'718'752 + imagenet);
}

TEST_CASE("the auxiliary head pools 8 and 7 pixels as published, and any extent to two") {
  for (const std::string skeleton : {"cifar", "imagenet"}) {
    for (std::int64_t side = 1; side <= 70; ++side) {
      CAPTURE(skeleton);
      CAPTURE(side);
      const NetworkInput input{.channels = 1, .height = side, .width = 71 - side, .classes = 7};
      const graph::Graph network =
          lower({.skeleton = skeleton, .channels = 4, .cells = 3, .auxiliary = true}, kSecondOrder,
                input);
      REQUIRE(network.outputs().size() == 2);
      CHECK(network.outputs()[0] > network.outputs()[1]);
    }
  }
  const auto pool_of = [](const DartsOptions& options, const NetworkInput& input) {
    const graph::Graph network = lower(options, kSecondOrder, input);
    const auto pool = std::ranges::find(network.nodes(), "AveragePool", &graph::Node::op);
    REQUIRE(pool != network.nodes().end());
    CHECK(pool->shape == graph::Shape{pool->shape[0], 2, 2});
    CHECK(pool->integers("kernel_shape", {}) == std::vector<std::int64_t>{5, 5});
    return pool->integers("strides", {});
  };
  CHECK(pool_of({.channels = 4, .auxiliary = true}, {}) == std::vector<std::int64_t>{3, 3});
  CHECK(pool_of({.skeleton = "imagenet", .channels = 4, .auxiliary = true}, kImageNet) ==
        std::vector<std::int64_t>{2, 2});
}

TEST_CASE("every operation but the identity may be dropped") {
  const std::string skips =
      "(((0,2),(1,2),(0,2),(1,2),(0,2),(1,2),(0,2),(1,3)), "
      "((0,2),(1,2),(0,2),(2,2),(0,2),(3,2),(0,2),(4,0)))";
  CHECK(count(lower({.cells = 3}, skips, {}), "DropPath") == 0);
  // One normal cell with one convolution; in both reducing cells five skips halve and one pools.
  const graph::Graph network = lower({.cells = 3, .drop_path = 0.2}, skips, {});
  CHECK(count(network, "DropPath") == 1 + 2 * 6);
  for (const graph::Node& node : network.nodes()) {
    if (node.op == "DropPath") CHECK(node.real("ratio", 0) == 0.2);
  }
  CHECK(graph::cost(network).parameters == graph::cost(lower({.cells = 3}, skips, {})).parameters);
}

TEST_CASE("a factorized reduction rounds odd sides up and shifts by one pixel") {
  for (const graph::Shape& sides :
       std::vector<graph::Shape>{{8, 8}, {7, 8}, {5, 3}, {2, 1}, {1, 1}}) {
    const std::int64_t height = sides[0];
    const std::int64_t width = sides[1];
    CAPTURE(height);
    CAPTURE(width);
    graph::NetworkBuilder builder;
    const graph::NodeId x = builder.input({5, height, width});
    const graph::Graph network = builder.finish(factorized_reduce(builder, x, 7));
    CHECK(network[network.outputs()[0]].shape ==
          graph::Shape{7, (height + 1) / 2, (width + 1) / 2});
    const auto pad = std::ranges::find(network.nodes(), "Pad", &graph::Node::op);
    CHECK(graph::cost(network).parameters == 5 * 7 + 2 * 7);
    if (height == 1 && width == 1) {  // nothing to shift
      CHECK(pad == network.nodes().end());
      continue;
    }
    REQUIRE(pad != network.nodes().end());
    CHECK(pad->integers("pads", {}) ==
          std::vector<std::int64_t>{height > 1 ? -1 : 0, width > 1 ? -1 : 0,
                                    height > 1 && height % 2 == 1 ? 1 : 0,
                                    width > 1 && width % 2 == 1 ? 1 : 0});
  }
}

TEST_CASE("the cells stand where the authors put them, for any number of them") {
  for (std::int64_t cells = 1; cells <= 9; ++cells) {
    CAPTURE(cells);
    const graph::Graph network =
        lower({.channels = 4, .cells = cells}, kSecondOrder, {1, 28, 28, 10});
    // A cell is a Concat of four; reducing twice leaves a quarter of the side, rounded up.
    std::vector<graph::Shape> shapes;
    for (const graph::Node& node : network.nodes()) {
      if (node.op == "Concat" && node.inputs.size() == 4) shapes.push_back(node.shape);
    }
    REQUIRE(shapes.size() == static_cast<std::size_t>(cells));
    for (std::int64_t i = 0; i < cells; ++i) {
      std::int64_t factor = 1;
      if (i >= cells / 3) factor *= 2;
      if (i >= 2 * cells / 3 && 2 * cells / 3 > cells / 3) factor *= 2;
      CHECK(shapes[static_cast<std::size_t>(i)] ==
            graph::Shape{4 * 4 * factor, 28 / factor, 28 / factor});
    }
  }
}

TEST_CASE("the cell graph holds both cells, edge by edge") {
  const Darts space;
  const graph::Graph cell = space.cell(space.parse(kSecondOrder));
  CHECK(cell.size() == 2 * (2 + 8 + 4 + 1));
  REQUIRE(cell.outputs().size() == 2);
  CHECK(cell[cell.outputs()[0]].name == "normal_output");
  CHECK(cell[cell.outputs()[1]].name == "reduce_output");
  CHECK(count(cell, "sep_conv_3x3") == 5);
  CHECK(count(cell, "max_pool_3x3") == 5);
  CHECK(count(cell, "skip_connect") == 5);
  CHECK(count(cell, "dil_conv_3x3") == 1);
}

TEST_CASE("every skeleton passes the contract") {
  tests::SpaceContract contract{.walk_steps = 2'000, .networks = 5, .enumerated = 1'000};
  tests::check_space(
      AnySpace(Darts({.channels = 6, .cells = 5, .auxiliary = true, .drop_path = 0.3})), contract);
  tests::check_space(
      AnySpace(Darts({.skeleton = "imagenet", .channels = 7, .cells = 2, .auxiliary = true})),
      contract);
}

TEST_CASE("options out of range are refused") {
  CHECK_THROWS_AS(Darts({.skeleton = "cifar10"}), SpaceError);
  CHECK_THROWS_AS(Darts({.channels = 1}), SpaceError);
  CHECK_THROWS_AS(Darts({.channels = 4097}), SpaceError);
  CHECK_THROWS_AS(Darts({.cells = 0}), SpaceError);
  CHECK_THROWS_AS(Darts({.cells = 101}), SpaceError);
  CHECK_THROWS_AS(Darts({.drop_path = -0.1}), SpaceError);
  CHECK_THROWS_AS(Darts({.drop_path = 0.95}), SpaceError);
  CHECK_THROWS_AS(Darts({.drop_path = std::numeric_limits<double>::quiet_NaN()}), SpaceError);
}
