#include "predictor/length_parts.hpp"

#include <algorithm>

#include <doctest/doctest.h>

#include "base/random.hpp"

namespace evonas::predictor {
namespace {

/// Entries of a block when each part is padded to its longest graph.
std::size_t padded_nodes(const LengthParts& parts, std::span<const std::size_t> nodes) {
  std::size_t sum = 0;
  for (std::size_t part = 0; part < parts.size(); ++part) {
    std::size_t longest = 0;
    for (const std::size_t graph : parts[part]) longest = std::max(longest, nodes[graph]);
    sum += longest * parts[part].size();
  }
  return sum;
}

TEST_CASE("parts hold each graph of a block once, by length, those equally long in their order") {
  for (std::uint64_t trial = 0; trial < 200; ++trial) {
    CAPTURE(trial);
    Rng rng(1, "lengths", trial);
    std::vector<std::size_t> nodes(rng.below(100));
    for (std::size_t& n : nodes) n = 1 + rng.below(trial % 2 == 0 ? 400 : 60);
    const std::size_t most = 1 + rng.below(20);
    const LengthParts parts(nodes, most);
    std::vector<std::size_t> order;
    for (std::size_t part = 0; part < parts.size(); ++part) {
      CHECK(parts[part].size() == (part + 1 < parts.size() ? most : nodes.size() - order.size()));
      order.insert(order.end(), parts[part].begin(), parts[part].end());
    }
    REQUIRE(order.size() == nodes.size());
    const bool is_short =
        std::ranges::none_of(nodes, [](std::size_t n) { return n > LengthParts::kShort; });
    for (std::size_t i = 1; i < order.size(); ++i) {
      const bool longer = !is_short && nodes[order[i - 1]] != nodes[order[i]];
      CHECK((longer ? nodes[order[i - 1]] < nodes[order[i]] : order[i - 1] < order[i]));
    }
    std::ranges::sort(order);
    for (std::size_t i = 0; i < order.size(); ++i) CHECK(order[i] == i);
  }
}

TEST_CASE("graphs of a part are about equally long") {
  Rng rng(2, "lengths");
  std::vector<std::size_t> nodes(512);
  std::size_t real = 0;
  for (std::size_t& n : nodes) real += n = 20 + rng.below(381);
  CHECK(padded_nodes(LengthParts(nodes, 16), nodes) < real + real / 16);
}

TEST_CASE("no graphs are no parts, and a part holds at least one") {
  CHECK(LengthParts({}, 7).size() == 0);
  const std::vector<std::size_t> nodes = {100, 3};
  const LengthParts parts(nodes, 0);
  REQUIRE(parts.size() == 2);
  CHECK(parts[0].front() == 1);
  CHECK(parts[1].front() == 0);
}

}  // namespace
}  // namespace evonas::predictor
