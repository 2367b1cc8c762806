#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "predictor/flow_graph.hpp"

namespace evonas::predictor {

/// The graphs of a block of architectures, row-major and padded to the largest of them: what
/// networks compute with. Memory is reused from one block to the next.
struct GraphBlock {
  std::size_t graphs = 0;
  std::size_t nodes = 0;  ///< of the largest graph
  std::vector<std::int64_t>
      operations;                ///< graphs x nodes: columns of the vocabulary, 0 at padding
  std::vector<float> adjacency;  ///< graphs x nodes x nodes: [from][to] counts the edges
  std::vector<float> mask;       ///< graphs x nodes: 1 at nodes, 0 at padding
  std::vector<float> widths;     ///< graphs x nodes: see FlowGraph::widths; 0 at padding
  std::vector<FlowGraph> flows;  ///< by graph: the same, unpadded
};

/// Whether identities are contracted (see flow_graph.hpp) or are nodes like any other.
enum class Identities { Contracted, Kept };

/// The graphs of architectures, on the threads of the arena that the caller is in.
std::vector<FlowGraph> flow_graphs(const ArchitectureView& view, const Vocabulary& vocabulary,
                                   std::span<const spaces::Genotype> architectures,
                                   Identities identities = Identities::Contracted);

/// Where one graph of a block is: `nodes` numbers of each, `nodes` x `nodes` of the adjacency.
struct GraphRows {
  std::int64_t* operations = nullptr;
  float* adjacency = nullptr;
  float* mask = nullptr;
  float* widths = nullptr;
};

/// Writes a graph to where it is in a block, zeros where it is padded. It has at most `nodes`.
void write_padded(const FlowGraph& flow, std::size_t nodes, const GraphRows& rows);

/// Fills a block with the graphs of architectures, on the threads of the arena that the caller is
/// in.
void fill_block(const ArchitectureView& view, const Vocabulary& vocabulary,
                std::span<const spaces::Genotype> architectures, GraphBlock& block,
                Identities identities = Identities::Contracted);

}  // namespace evonas::predictor
