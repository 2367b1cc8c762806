#include "predictor/vocabulary.hpp"

#include <doctest/doctest.h>

#include "spaces/space_list.hpp"

namespace evonas::predictor {
namespace {

TEST_CASE("operations have columns in the order of their tokens, each one") {
  const Vocabulary vocabulary({20, 30, 10, 30});
  REQUIRE(vocabulary.width() == 4);
  CHECK(vocabulary.column(10) == 0);
  CHECK(vocabulary.column(20) == 1);
  CHECK(vocabulary.column(30) == 2);
  CHECK(vocabulary.key() == Vocabulary({10, 20, 30}).key());
  CHECK(vocabulary.key() != Vocabulary({10, 20}).key());
}

TEST_CASE("operations that the vocabulary lacks share its last column") {
  const Vocabulary vocabulary({4, 7});
  CHECK(vocabulary.column(5) == 2);
  CHECK(vocabulary.column(6) == 2);
  CHECK(Vocabulary().column(5) == 0);
}

TEST_CASE("every space has cells with one operation a node, each in its vocabulary") {
  graph::Tokens tokens;
  for (const std::string& name : spaces::ready_space_names()) {
    CAPTURE(name);
    const spaces::AnySpace space = spaces::make_space(name);
    Rng rng(1, "test");
    const spaces::Genotype genotype = space.sample(rng);
    const graph::Graph cell = space.cell(genotype);
    space.tokens(genotype, tokens);
    const Vocabulary vocabulary(tokens.operations);
    std::size_t operands = 0;
    for (const graph::Node& node : cell.nodes()) operands += node.inputs.size();
    CHECK(tokens.operations.size() == cell.size());
    CHECK(tokens.edges.size() == operands);
    for (const graph::OperationToken operation : tokens.operations) {
      CHECK(vocabulary.column(operation) < vocabulary.width() - 1);
    }
  }
}

}  // namespace
}  // namespace evonas::predictor
