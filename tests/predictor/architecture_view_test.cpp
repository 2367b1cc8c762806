#include "predictor/architecture_view.hpp"

#include <set>

#include <doctest/doctest.h>

#include "predictor/flow_graph.hpp"
#include "spaces/space_list.hpp"

namespace evonas::predictor {
namespace {

graph::Tokens tokens_of(const ArchitectureView& view, const spaces::Genotype& genotype) {
  graph::Tokens tokens;
  view.tokens(genotype, tokens);
  return tokens;
}

TEST_CASE("a single cell is seen as the space has it") {
  const spaces::AnySpace space = spaces::make_space("nasbench101");
  Rng rng(1, "test");
  for (int i = 0; i < 20; ++i) {
    const spaces::Genotype genotype = space.sample(rng);
    graph::Tokens expected;
    space.tokens(genotype, expected);
    CHECK(tokens_of(space, genotype) == expected);
  }
}

TEST_CASE("the cells of DARTS are told apart") {
  const spaces::AnySpace space = spaces::make_space("darts");
  Rng rng(1, "test");
  const spaces::Genotype genotype = space.sample(rng);
  graph::Tokens plain;
  space.tokens(genotype, plain);
  const graph::Tokens seen = tokens_of(space, genotype);
  const std::size_t half = plain.operations.size() / 2;
  REQUIRE(plain.operations.size() == 2 * half);
  CHECK(seen.edges == plain.edges);
  const std::set<graph::OperationToken> normal(
      seen.operations.begin(), seen.operations.begin() + static_cast<std::ptrdiff_t>(half));
  for (std::size_t node = 0; node < half; ++node) {
    CHECK(seen.operations[node] == plain.operations[node]);
    const graph::OperationToken word = plain.operations[half + node];
    const bool is_same = is_identity(word) || word == graph::operation_token("Output");
    CHECK((seen.operations[half + node] == word) == is_same);
    if (!is_same) CHECK_FALSE(normal.contains(seen.operations[half + node]));
  }
  // The same operation is the same word all over the second cell.
  for (std::size_t a = half; a < 2 * half; ++a) {
    for (std::size_t b = half; b < 2 * half; ++b) {
      CHECK((plain.operations[a] == plain.operations[b]) ==
            (seen.operations[a] == seen.operations[b]));
    }
  }
}

TEST_CASE("the graph that is seen has the tokens' nodes in their order") {
  for (const std::string& name : spaces::ready_space_names()) {
    CAPTURE(name);
    const spaces::AnySpace space = spaces::make_space(name);
    Rng rng(1, "test");
    const spaces::Genotype genotype = space.sample(rng);
    for (const ArchitectureView& view :
         {ArchitectureView(space), ArchitectureView(space, spaces::NetworkInput{})}) {
      const graph::Tokens tokens = tokens_of(view, genotype);
      const graph::Graph graph = view.seen_graph(genotype);
      REQUIRE(graph.size() == tokens.operations.size());
      std::vector<graph::Tokens::Edge> edges;
      for (graph::NodeId id = 0; id < graph.size(); ++id) {
        for (const graph::NodeId input : graph[id].inputs) edges.push_back({input, id});
      }
      CHECK(edges == tokens.edges);
    }
  }
}

TEST_CASE("whole networks have widths, and words for what their operations do") {
  const spaces::AnySpace space = spaces::make_space("mobilenetv3");
  const ArchitectureView view(space, spaces::NetworkInput::parse("3x32x32:10"));
  Rng rng(1, "test");
  std::set<graph::OperationToken> words;
  for (int i = 0; i < 20; ++i) {
    const graph::Tokens tokens = tokens_of(view, space.sample(rng));
    CHECK(tokens.operations.size() > 60);
    CHECK(tokens.widths.size() == tokens.operations.size());
    words.insert(tokens.operations.begin(), tokens.operations.end());
  }
  CHECK(words.contains(graph::operation_token("Add")));
  CHECK_FALSE(words.contains(graph::operation_token("BatchNormalization")));
  CHECK(words.size() < 40);  // channels and groups make no words of their own
}

}  // namespace
}  // namespace evonas::predictor
