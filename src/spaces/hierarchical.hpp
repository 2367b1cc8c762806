#pragma once

#include <cstdint>

#include "base/fields.hpp"
#include "spaces/search_space.hpp"

namespace evonas::spaces {

/// Sizes of the motifs and the skeleton around the cell; the defaults are the published ones, with
/// the small network of the paper's search.
struct HierarchicalOptions {
  std::int64_t level2_motifs = 6;         ///< motifs that edges of the cell choose from
  std::int64_t level2_nodes = 4;          ///< nodes of each of them
  std::int64_t level3_nodes = 5;          ///< nodes of the cell
  std::int64_t initial_mutations = 1000;  ///< from the trivial genotype to a random one
  std::int64_t channels = 16;             ///< width of the first of three groups of cells
  std::int64_t cells_per_stage = 1;       ///< cells in each of the three groups

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("level2_motifs", level2_motifs, "motifs that the edges of the cell choose from",
          between(1, 20));
    visit("level2_nodes", level2_nodes, "nodes of each of these motifs", between(2, 8));
    visit("level3_nodes", level3_nodes, "nodes of the cell, the motif of the third level",
          between(2, 8));
    visit("initial_mutations", initial_mutations,
          "mutations that lead from chains of identities to a random architecture",
          between(1, 1'000'000));
    visit("channels", channels, "width of the first of three stages; doubles at each reduction",
          between(1, 4096));
    visit("cells_per_stage", cells_per_stage, "cells in each of the three stages", between(1, 100));
  }
};

/// Hierarchical representations (Liu, Simonyan, Vinyals, Fernando and Kavukcuoglu, ICLR 2018).
/// Level 1 is the primitive operations; a level-2 motif is a directed acyclic graph whose edges are
/// primitives; the one level-3 motif, the cell, is such a graph whose edges are level-2 motifs. The
/// value of a node is the sum of what its edges yield. (So does NASLib; the paper joins channels
/// instead, and with identities among the primitives widths multiply.)
///
/// Genotype: a gene for each pair of nodes i < j of every motif, in the order 0->1, 0->2, 1->2,
/// 0->3, ...: first the level-2 motifs, with values 0 none (no edge), 1 identity, 2 conv_1x1, 3
/// dw_conv_3x3, 4 sep_conv_3x3, 5 max_pool_3x3, 6 avg_pool_3x3; then the cell, with 0 none and n
/// for level-2 motif number n.
class Hierarchical {
 public:
  /// Throws SpaceError where an option is out of range.
  explicit Hierarchical(HierarchicalOptions options = {});

  std::string name() const { return "hierarchical"; }
  /// The paper's initialisation: `initial_mutations` mutations of the trivial genotype, in which
  /// each level-2 motif is a chain of identities and the cell a chain of the first motif.
  Genotype sample(Rng& rng) const;
  /// Level-wise: a level, 2 or 3, a motif of it and a pair of its nodes, each uniform, whose
  /// operation becomes a uniformly chosen other one, `none` included.
  Genotype mutate(const Genotype& parent, Rng& rng) const;
  /// Each motif, the cell among them, from one parent or the other.
  Genotype crossover(const Genotype& a, const Genotype& b, Rng& rng) const;
  void validate(const Genotype& genotype) const;
  /// That of the graph that cell() returns: equal exactly for isomorphic flattened cells.
  Key key(const Genotype& genotype) const;
  /// The flattened cell, every identity resolved: a node for each operation on a path from "Input"
  /// to "Output", which reads the operations whose sum is its operand (a "times" with attribute
  /// `count` where one is added to itself). Nested sums are one sum, and equal poolings of one
  /// operand one node: both preserve the function exactly. That averages are linear is not used. A
  /// cell without a path has an "Output" that reads nothing.
  graph::Graph cell(const Genotype& genotype) const;
  /// The paper's small CIFAR-10 network: 3x3 convolution, three stages of cells with separable
  /// convolutions behind each, the first two with stride 2 and twice the width, global average,
  /// linear layer. Every convolution is followed by batch normalisation and Relu. Operations off
  /// every path are left out, identities resolved; a cell without a path is a tensor of zeros.
  graph::Graph network(const Genotype& genotype, const NetworkInput& input) const;
  /// JSON: {"level_2": [motif, ...], "level_3": motif}. A motif lists for its nodes from the second
  /// on the operations of the edges from each earlier node, "motif_1" and so on in the cell.
  std::string format(const Genotype& genotype) const;
  Genotype parse(std::string_view text) const;

  /// All genotypes with one other operation.
  std::vector<Genotype> neighbours(const Genotype& genotype) const;
  std::vector<GeneDescription> describe_genes() const;

 private:
  /// Makes one mutation in place.
  void mutate_genes(std::vector<Genotype::Gene>& genes, Rng& rng) const;
  /// Genes of one level-2 motif, of the cell, and of all level-2 motifs.
  std::size_t motif_edges() const;
  std::size_t cell_edges() const;
  std::size_t level2_genes() const;
  /// Number of values of the gene at `index`.
  std::int64_t choices(std::size_t index) const;

  HierarchicalOptions options_;
};

}  // namespace evonas::spaces
