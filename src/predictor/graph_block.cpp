#include "predictor/graph_block.hpp"

#include <algorithm>

#include "base/parallel.hpp"

namespace evonas::predictor {
namespace {

constexpr std::size_t kFlowChunk = 64;  // architectures in one task

}  // namespace

void fill_block(const ArchitectureView& view, const Vocabulary& vocabulary,
                std::span<const spaces::Genotype> architectures, GraphBlock& block,
                Identities identities) {
  std::vector<FlowGraph>& flows = block.flows;
  flows.resize(architectures.size());
  parallel_chunks(architectures.size(), kFlowChunk, [&](std::size_t first, std::size_t count) {
    FlowReader reader;
    graph::Tokens tokens;
    for (std::size_t i = first; i < first + count; ++i) {
      view.tokens(architectures[i], tokens);
      if (identities == Identities::Contracted) {
        reader.read(tokens, vocabulary, flows[i]);
      } else {
        FlowReader::read_uncontracted(tokens, vocabulary, flows[i]);
      }
    }
  });
  block.graphs = flows.size();
  block.nodes = 1;
  for (const FlowGraph& flow : flows) block.nodes = std::max(block.nodes, flow.nodes());
  block.operations.assign(block.graphs * block.nodes, 0);
  block.adjacency.assign(block.graphs * block.nodes * block.nodes, 0.0F);
  block.mask.assign(block.graphs * block.nodes, 0.0F);
  block.widths.assign(block.graphs * block.nodes, 0.0F);
  for (std::size_t i = 0; i < flows.size(); ++i) {
    const std::size_t first = i * block.nodes;
    for (std::size_t node = 0; node < flows[i].nodes(); ++node) {
      block.operations[first + node] = flows[i].operations[node];
      block.mask[first + node] = 1.0F;
      block.widths[first + node] = flows[i].widths[node];
    }
    for (const auto [from, to, count] : flows[i].edges) {
      block.adjacency[(first + from) * block.nodes + to] = count;
    }
  }
}

}  // namespace evonas::predictor
