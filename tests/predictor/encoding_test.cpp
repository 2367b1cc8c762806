#include "predictor/encoding.hpp"

#include <numeric>

#include <doctest/doctest.h>

#include "spaces/space_list.hpp"

namespace evonas::predictor {
namespace {

TEST_CASE("a graph is encoded by its operations and by who reads whom") {
  const graph::Tokens tokens{.operations = {30, 10, 10, 20}, .edges = {{0, 1}, {0, 2}, {1, 3}}};
  const Vocabulary vocabulary({20, 30, 10, 30});
  REQUIRE(vocabulary.width() == 4);
  EncodedGraph encoded;
  encoded.adjacency.assign(100, 7.0F);  // what an earlier graph has left
  encode(tokens, vocabulary, encoded);
  CHECK(encoded.nodes == 4);
  CHECK(encoded.operations == std::vector<float>{0, 0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0});
  CHECK(encoded.adjacency == std::vector<float>{0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0});
}

TEST_CASE("operations that the vocabulary lacks share its last column") {
  EncodedGraph encoded;
  encode({.operations = {5, 6}, .edges = {}}, Vocabulary({4, 7}), encoded);
  CHECK(encoded.operations == std::vector<float>{0, 0, 1, 0, 0, 1});
}

TEST_CASE("every space has cells that can be encoded, with one operation a node") {
  graph::Tokens tokens;
  EncodedGraph encoded;
  for (const std::string& name : spaces::ready_space_names()) {
    CAPTURE(name);
    const spaces::AnySpace space = spaces::make_space(name);
    Rng rng(1, "test");
    const spaces::Genotype genotype = space.sample(rng);
    const graph::Graph cell = space.cell(genotype);
    space.tokens(genotype, tokens);
    encode(tokens, Vocabulary(tokens.operations), encoded);
    std::size_t operands = 0;
    for (const graph::Node& node : cell.nodes()) operands += node.inputs.size();
    CHECK(encoded.nodes == cell.size());
    CHECK(tokens.edges.size() == operands);
    CHECK(std::accumulate(encoded.operations.begin(), encoded.operations.end(), 0.0F) ==
          static_cast<float>(cell.size()));
  }
}

}  // namespace
}  // namespace evonas::predictor
