#include "predictor/graph_block.hpp"

#include <algorithm>

#include "base/parallel.hpp"

namespace evonas::predictor {
namespace {

constexpr std::size_t kFlowChunk = 64;  // architectures in one task

/// Memory of the vector is used again.
void read_flows(const ArchitectureView& view, const Vocabulary& vocabulary,
                std::span<const spaces::Genotype> architectures, Identities identities,
                std::vector<FlowGraph>& flows) {
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
}

}  // namespace

std::vector<FlowGraph> flow_graphs(const ArchitectureView& view, const Vocabulary& vocabulary,
                                   std::span<const spaces::Genotype> architectures,
                                   Identities identities) {
  std::vector<FlowGraph> flows;
  read_flows(view, vocabulary, architectures, identities, flows);
  return flows;
}

void write_padded(const FlowGraph& flow, std::size_t nodes, const GraphRows& rows) {
  const std::size_t padding = nodes - flow.nodes();
  std::fill_n(std::ranges::copy(flow.operations, rows.operations).out, padding, std::int64_t{0});
  std::fill_n(std::ranges::copy(flow.widths, rows.widths).out, padding, 0.0F);
  std::fill_n(std::fill_n(rows.mask, flow.nodes(), 1.0F), padding, 0.0F);
  std::fill_n(rows.adjacency, nodes * nodes, 0.0F);
  for (const auto& [from, to, count] : flow.edges) rows.adjacency[from * nodes + to] = count;
}

void fill_block(const ArchitectureView& view, const Vocabulary& vocabulary,
                std::span<const spaces::Genotype> architectures, GraphBlock& block,
                Identities identities) {
  read_flows(view, vocabulary, architectures, identities, block.flows);
  block.graphs = block.flows.size();
  block.nodes = 1;
  for (const FlowGraph& flow : block.flows) block.nodes = std::max(block.nodes, flow.nodes());
  block.operations.resize(block.graphs * block.nodes);
  block.adjacency.resize(block.graphs * block.nodes * block.nodes);
  block.mask.resize(block.graphs * block.nodes);
  block.widths.resize(block.graphs * block.nodes);
  for (std::size_t i = 0; i < block.graphs; ++i) {
    const std::size_t first = i * block.nodes;
    write_padded(block.flows[i], block.nodes,
                 {.operations = block.operations.data() + first,
                  .adjacency = block.adjacency.data() + first * block.nodes,
                  .mask = block.mask.data() + first,
                  .widths = block.widths.data() + first});
  }
}

}  // namespace evonas::predictor
