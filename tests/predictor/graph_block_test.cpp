#include "predictor/graph_block.hpp"

#include <doctest/doctest.h>

#include "predictor/flow_graph.hpp"
#include "spaces/space_list.hpp"

namespace evonas::predictor {
namespace {

TEST_CASE("a block holds the flow graphs of its architectures, padded to the largest") {
  for (const std::string& name : spaces::ready_space_names()) {
    CAPTURE(name);
    const spaces::AnySpace space = spaces::make_space(name);
    const ArchitectureView view(space);
    std::vector<spaces::Genotype> architectures;
    graph::Tokens tokens;
    for (std::uint64_t i = 0; i < 100; ++i) {
      Rng rng(3, "block", i);
      architectures.push_back(space.sample(rng));
    }
    const Vocabulary vocabulary = operations_of(view, architectures);
    GraphBlock block;
    fill_block(space, vocabulary, architectures, block);
    fill_block(space, vocabulary, architectures, block);  // what is left of the first is gone
    REQUIRE(block.graphs == architectures.size());
    FlowReader reader;
    FlowGraph flow;
    std::size_t largest = 0;
    for (std::size_t i = 0; i < architectures.size(); ++i) {
      view.tokens(architectures[i], tokens);
      reader.read(tokens, vocabulary, flow);
      largest = std::max(largest, flow.nodes());
      float edges = 0.0F;
      for (std::size_t from = 0; from < block.nodes; ++from) {
        const std::size_t at = i * block.nodes + from;
        const bool real = from < flow.nodes();
        CHECK(block.mask[at] == (real ? 1.0F : 0.0F));
        CHECK(block.operations[at] == (real ? flow.operations[from] : 0));
        CHECK(block.widths[at] == (real ? flow.widths[from] : 0.0F));
        for (std::size_t to = 0; to < block.nodes; ++to) {
          edges += block.adjacency[at * block.nodes + to];
        }
      }
      for (const auto& [from, to, count] : flow.edges) {
        CHECK(block.adjacency[(i * block.nodes + from) * block.nodes + to] == count);
        edges -= count;
      }
      CHECK(edges == 0.0F);
    }
    CHECK(block.nodes == largest);
  }
}

}  // namespace
}  // namespace evonas::predictor
