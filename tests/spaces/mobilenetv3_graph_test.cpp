#include <algorithm>
#include <string>

#include <doctest/doctest.h>

#include "graph/cost.hpp"
#include "spaces/mobilenetv3.hpp"

using namespace evonas;
using namespace evonas::spaces;

namespace {

constexpr NetworkInput kImageNet{3, 224, 224, 1000};
/// Depths, kernels and expansions of MobileNetV3-Large, with 3 for its expansions of 2.5 and 2.3.
constexpr std::string_view kNearLarge =
    "3 3 3 3 5 5 5 3 3 3 3 3 3 3 3 3 5 5 5 3 4 3 3 3 3 3 3 3 6 3 3 3 6 6 3 3 6 6 6 3 2 3 4 2 3 224";

std::int64_t count(const graph::Graph& graph, std::string_view op) {
  return std::ranges::count(graph.nodes(), op, &graph::Node::op);
}

graph::Graph network(std::string_view text, const NetworkInput& input,
                     const MobileNetV3Options& options = {}) {
  const MobileNetV3 space(options);
  return space.network(space.parse(text), input);
}

std::string with_resolution(std::string_view text, int resolution) {
  return std::string(text.substr(0, text.rfind(' ') + 1)) + std::to_string(resolution);
}

/// Parameters of a block, counted by hand: 1x1, depthwise, squeeze-excitation, 1x1, with their
/// normalisations.
std::int64_t block_parameters(std::int64_t in, std::int64_t expanded, std::int64_t kernel,
                              std::int64_t out, std::int64_t squeezed) {
  const std::int64_t gates = squeezed == 0 ? 0 : 2 * expanded * squeezed + squeezed + expanded;
  return in * expanded + 2 * expanded + kernel * kernel * expanded + 2 * expanded + gates +
         expanded * out + 2 * out;
}

}  // namespace

TEST_CASE("MobileNetV3-Large has the published parameters and multiply-accumulates") {
  const graph::Cost cost = graph::cost(mobilenetv3_large(kImageNet));
  CHECK(cost.parameters == 5'483'032);
  CHECK(cost.macs == 216'597'120);
}

TEST_CASE("the space differs from MobileNetV3-Large in three expansions and one bias") {
  const graph::Graph near = network(kNearLarge, kImageNet);
  std::int64_t expected = 5'483'032 - 1280;
  for (const std::int64_t expanded : {200, 184, 184}) {
    expected += block_parameters(80, 240, 3, 80, 0) - block_parameters(80, expanded, 3, 80, 0);
  }
  CHECK(graph::cost(near).parameters == expected);
  CHECK(count(near, "Resize") == 0);
}

TEST_CASE("a block adds the parameters counted by hand") {
  const auto parameters = [](std::string_view text) {
    return graph::cost(network(text, kImageNet)).parameters;
  };
  const std::int64_t base = parameters(kNearLarge);
  const std::string text(kNearLarge);
  const auto with = [&](std::size_t gene, char value) {
    std::string changed = text;
    changed[2 * gene] = value;
    return parameters(changed);
  };
  // A third block of unit 1; a fourth of unit 5, 3x3 with expansion 3 and squeeze-excitation.
  CHECK(with(40, '3') - base == block_parameters(24, 72, 3, 24, 0));
  CHECK(with(44, '4') - base == block_parameters(160, 480, 3, 160, 120));
  // Another kernel of the first block of unit 2, another expansion of the first block of unit 4.
  CHECK(with(4, '7') - base == (49 - 25) * 72);
  CHECK(with(32, '3') - base ==
        block_parameters(80, 240, 3, 112, 64) - block_parameters(80, 480, 3, 112, 120));
}

TEST_CASE("squeeze-excitation and activations stand where the paper has them") {
  const graph::Graph large = mobilenetv3_large(kImageNet);
  CHECK(count(large, "Conv") == 3 + 2 + 14 * 3 + 8 * 2);
  CHECK(count(large, "Mul") == 8);
  CHECK(count(large, "HardSigmoid") == 8);
  // The first block, two blocks of unit 1, three of unit 2, and one in each gate.
  CHECK(count(large, "Relu") == 1 + 2 * 5 + 8);
  CHECK(count(large, "HardSwish") == 1 + 2 * 9 + 2);
  CHECK(count(large, "Add") == 10);
}

TEST_CASE("the resolution resizes the input, rounded") {
  const auto extent = [](int resolution, const NetworkInput& input) {
    const graph::Graph graph = network(with_resolution(kNearLarge, resolution), input);
    return graph[1].op == "Resize" ? graph[1].shape : graph[0].shape;
  };
  CHECK(extent(224, kImageNet) == graph::Shape{3, 224, 224});
  CHECK(extent(128, kImageNet) == graph::Shape{3, 128, 128});
  CHECK(extent(204, {3, 32, 48, 10}) == graph::Shape{3, 29, 44});
  CHECK(extent(128, {1, 14, 14, 10}) == graph::Shape{1, 8, 8});
  CHECK(extent(132, {1, 1, 1, 10}) == graph::Shape{1, 1, 1});
  // Half a pixel rounds up: 28 * 220 / 224 is 27.5.
  CHECK(extent(220, {1, 28, 28, 10}) == graph::Shape{1, 28, 28});
}

TEST_CASE("widths follow the multiplier, in multiples of 8, and the first stride its option") {
  const graph::Graph wide = network(kNearLarge, kImageNet, {.width_multiplier = 1.2});
  // Once-for-All's network of width 1.2: 16 -> 24 (19.2), 960 -> 1152, 1280 -> 1536.
  CHECK(wide[1].shape == graph::Shape{24, 112, 112});
  CHECK(wide[wide.outputs()[0] - 1].shape == graph::Shape{1536});
  const graph::Graph narrow =
      network(kNearLarge, {1, 28, 28, 10}, {.width_multiplier = 0.25, .first_stride = 1});
  CHECK(narrow[1].shape == graph::Shape{8, 28, 28});
  CHECK(narrow[narrow.outputs()[0] - 1].shape == graph::Shape{320});
}
