#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "spaces/genotype.hpp"

namespace evonas::spaces::hierarchical_motif {

/// Vocabulary that the files of the space hierarchical share; nobody else includes this.

/// What an edge of a level-2 motif does, as genes number it.
enum Primitive : Genotype::Gene {
  kNone,  ///< no edge; an edge of the cell has it too
  kIdentity,
  kConv1x1,
  kDwConv3x3,
  kSepConv3x3,
  kMaxPool3x3,
  kAvgPool3x3,
};
inline constexpr std::array<std::string_view, 7> kPrimitiveNames{
    "none", "identity", "conv_1x1", "dw_conv_3x3", "sep_conv_3x3", "max_pool_3x3", "avg_pool_3x3"};

/// Edges of a motif of so many nodes: one for each pair of them.
constexpr std::size_t edge_count(std::size_t nodes) { return nodes * (nodes - 1) / 2; }

/// What a motif yields for `input`; nothing where no path leads to its last node. `apply(gene, x)`
/// is what an edge yields, perhaps nothing, and `sum(values)` adds one or more.
template <class Value, class Apply, class Sum>
std::optional<Value> compute_motif(std::span<const Genotype::Gene> edges, const Value& input,
                                   Apply apply, Sum sum) {
  std::vector<std::optional<Value>> nodes{input};
  for (std::size_t edge = 0; edge < edges.size();) {
    std::vector<Value> operands;
    const std::size_t sources = nodes.size();
    for (std::size_t source = 0; source < sources; ++source, ++edge) {
      if (edges[edge] == kNone || !nodes[source]) continue;
      std::optional<Value> operand = apply(edges[edge], *nodes[source]);
      if (operand) operands.push_back(std::move(*operand));
    }
    nodes.push_back(operands.empty() ? std::optional<Value>() : sum(operands));
  }
  return nodes.back();
}

/// What the cell yields for `input`: `cell` are its edges, `motifs` those of the level-2 motifs,
/// one after the other, and `apply(primitive, x)` what a primitive other than kNone and kIdentity
/// does.
template <class Value, class Apply, class Sum>
std::optional<Value> compute_cell(std::span<const Genotype::Gene> motifs,
                                  std::size_t edges_per_motif, std::span<const Genotype::Gene> cell,
                                  const Value& input, Apply apply, Sum sum) {
  const auto primitive = [&](Genotype::Gene gene, const Value& x) -> std::optional<Value> {
    if (gene == kIdentity) return x;
    return apply(gene, x);
  };
  const auto motif = [&](Genotype::Gene number, const Value& x) {
    const std::size_t first = (static_cast<std::size_t>(number) - 1) * edges_per_motif;
    return compute_motif(motifs.subspan(first, edges_per_motif), x, primitive, sum);
  };
  return compute_motif(cell, input, motif, sum);
}

}  // namespace evonas::spaces::hierarchical_motif
