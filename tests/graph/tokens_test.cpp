#include "graph/tokens.hpp"

#include <set>

#include <doctest/doctest.h>

namespace evonas::graph {
namespace {

TEST_CASE("tokens tell operators and attributes apart, and not names") {
  const std::set<OperationToken> tokens{
      operation_token("Conv"),
      operation_token("Relu"),
      operation_token("Conv", {{"group", std::int64_t{2}}}),
      operation_token("Conv", {{"group", std::int64_t{3}}}),
      operation_token("Conv", {{"kernel", std::int64_t{2}}}),
      operation_token("Conv", {{"group", std::string("two")}}),
      operation_token("Conv", {{"pads", std::vector<std::int64_t>{1, 2}}}),
      operation_token("Conv", {{"pads", std::vector<std::int64_t>{12}}})};
  CHECK(tokens.size() == 8);
}

TEST_CASE("the tokens of a graph are its operations and its edges, in order") {
  Graph graph;
  const NodeId x = graph.add_input({}, "x");
  const NodeId a = graph.add("a", {x});
  const NodeId b = graph.add("b", {x, a}, {{"k", 1.5}}, "any name");
  graph.set_outputs({graph.add("Output", {b, b})});
  Tokens tokens{.operations = {1}, .edges = {{3, 4}}};
  tokenize(graph, tokens);
  CHECK(tokens.operations ==
        std::vector<OperationToken>{operation_token(kInput), operation_token("a"),
                                    operation_token("b", {{"k", 1.5}}), operation_token("Output")});
  CHECK(tokens.edges == std::vector<Tokens::Edge>{{0, 1}, {0, 2}, {1, 2}, {2, 3}, {2, 3}});
}

}  // namespace
}  // namespace evonas::graph
