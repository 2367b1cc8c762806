#include "predictor/flow_graph.hpp"

#include <doctest/doctest.h>

#include "spaces/space_list.hpp"

namespace evonas::predictor {
namespace {

graph::OperationToken token(std::string_view word) { return graph::operation_token(word); }

TEST_CASE("identities are contracted, and edges count what meets") {
  // The input goes through two identities into one node, and directly into it.
  const graph::Tokens tokens{.operations = {token(graph::kInput), token("skip_connect"),
                                            token("skip_connect"), token("conv"), token("Output")},
                             .edges = {{0, 1}, {1, 2}, {0, 3}, {1, 3}, {2, 3}, {3, 4}, {2, 4}}};
  const Vocabulary vocabulary(tokens.operations);
  FlowGraph flow;
  FlowReader().read(tokens, vocabulary, flow);
  const auto column = [&](std::string_view word) {
    return static_cast<std::uint32_t>(vocabulary.column(token(word)));
  };
  CHECK(flow.operations ==
        std::vector<std::uint32_t>{column(graph::kInput), column("conv"), column("Output")});
  CHECK(flow.edges == std::vector<FlowGraph::Edge>{{0, 1, 3.0F}, {1, 2, 1.0F}, {0, 2, 1.0F}});
  CHECK(flow.widths == std::vector<float>{1.0F, 1.0F, 1.0F});

  FlowReader::read_uncontracted(tokens, vocabulary, flow);
  CHECK(flow.nodes() == 5);
  CHECK(flow.operations[1] == column("skip_connect"));
  CHECK(flow.edges ==
        std::vector<FlowGraph::Edge>{{0, 1}, {1, 2}, {0, 3}, {1, 3}, {2, 3}, {3, 4}, {2, 4}});
  CHECK(flow.widths == std::vector<float>(5, 1.0F));
}

TEST_CASE("inputs and outputs stay where nothing is between them") {
  const graph::Tokens tokens{
      .operations = {token(graph::kInput), token("Output")}, .edges = {}, .widths = {1.0F, 0.5F}};
  FlowGraph flow;
  flow.edges.push_back({});  // what an earlier graph has left
  FlowReader().read(tokens, Vocabulary(tokens.operations), flow);
  CHECK(flow.nodes() == 2);
  CHECK(flow.edges.empty());
  CHECK(flow.widths == std::vector<float>{1.0F, 0.5F});
}

TEST_CASE("cells of NAS-Bench-201 that compute the same have flow graphs of equal size") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const Vocabulary vocabulary;
  FlowReader reader;
  const auto read = [&](std::string_view text) {
    graph::Tokens tokens;
    space.tokens(space.parse(text), tokens);
    FlowGraph flow;
    reader.read(tokens, vocabulary, flow);
    return flow;
  };
  const FlowGraph direct = read("|nor_conv_3x3~0|+|none~0|none~1|+|none~0|skip_connect~1|none~2|");
  const FlowGraph shifted =
      read("|skip_connect~0|+|none~0|nor_conv_3x3~1|+|none~0|none~1|skip_connect~2|");
  CHECK(direct.edges == shifted.edges);
  CHECK(direct.nodes() == 3);
}

TEST_CASE("NAS-Bench-101 knows the widths of its cells") {
  const spaces::AnySpace space = spaces::make_space("nasbench101");
  graph::Tokens tokens;
  // Both convolutions feed the output, so each has half of its channels.
  space.tokens(space.parse("110011 c3 c1"), tokens);
  REQUIRE(tokens.widths.size() == 4);
  CHECK(tokens.widths == std::vector<float>{1.0F, 0.5F, 0.5F, 1.0F});
}

}  // namespace
}  // namespace evonas::predictor
