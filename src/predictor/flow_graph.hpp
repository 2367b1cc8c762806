#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "graph/tokens.hpp"
#include "predictor/vocabulary.hpp"

namespace evonas::predictor {

/// Whether a word is of an operation that yields its operand, or the sum of several.
bool is_identity(graph::OperationToken token);

/// A graph reduced to what computes: identities and sums are contracted, so that a node that reads
/// one reads what that reads instead, and nodes with operands of which none is left are gone, but
/// for outputs. Edges count how often a node reads another, because identities can meet in a sum.
struct FlowGraph {
  struct Edge {
    std::uint32_t from = 0;
    std::uint32_t to = 0;
    float count = 1.0F;
    bool operator==(const Edge&) const = default;
  };
  std::vector<std::uint32_t> operations;  ///< of the nodes, in topological order: columns
  std::vector<float> widths;              ///< of the nodes: channels, those of the output being 1
  std::vector<Edge> edges;                ///< by reader; each pair once

  std::size_t nodes() const { return operations.size(); }
};

/// Makes flow graphs, and keeps its memory from one to the next. From one thread at a time.
class FlowReader {
 public:
  /// Replaces what is in `flow`. Operations are columns of `vocabulary`.
  void read(const graph::Tokens& tokens, const Vocabulary& vocabulary, FlowGraph& flow);

  /// The same, but every node stays, identities and all.
  static void read_uncontracted(const graph::Tokens& tokens, const Vocabulary& vocabulary,
                                FlowGraph& flow);

 private:
  struct Source {
    std::uint32_t node = 0;
    float count = 1.0F;
  };
  void add_source(std::vector<Source>& sources, Source source) const;

  std::vector<std::vector<Source>> sources_;  // of each node of the tokens: who computes its value
  std::vector<Source> read_;
};

}  // namespace evonas::predictor
