#pragma once

#include <cstdint>
#include <string>

#include "base/fields.hpp"
#include "spaces/search_space.hpp"

namespace evonas::spaces {

/// The skeleton around the cell, with the published one as defaults, and how cells are drawn.
struct NasBench101Options {
  std::int64_t channels = 128;         ///< width of the stem and of the first stack; doubles after
  std::int64_t stacks = 3;             ///< stacks of cells
  std::int64_t modules_per_stack = 3;  ///< cells in each stack
  std::string sampling = "unique";     ///< "unique" or "random"

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("channels", channels, "width of the first stack of cells; doubles with each further one",
          between(4, 4096));
    visit("stacks", stacks, "stacks of cells, with max-pooling between", between(1, 5));
    visit("modules_per_stack", modules_per_stack, "cells in each stack", between(1, 100));
    visit("sampling", sampling,
          "unique: each of the 423,624 cells as likely as any other; random: edges and operations "
          "by chance until valid, which draws cells with many isomorphic forms more often",
          one_of({"unique", "random"}));
  }
};

/// NAS-Bench-101 (Ying et al., ICML 2019): a cell of at most 7 vertices and 9 edges, input and
/// output among the vertices, with one of three operations on each interior vertex; 423,624 cells
/// up to isomorphism.
///
/// Genotype: the upper triangle of the adjacency matrix row by row, one gene (0 or 1) for each pair
/// of vertices, then one gene for each interior vertex: 0 conv3x3-bn-relu, 1 conv1x1-bn-relu,
/// 2 maxpool3x3. It is always pruned, as the authors prune: every vertex lies on a path from input
/// to output. So a genotype is one drawing of a network: isomorphic cells with another order of
/// their vertices are other genotypes with the same key.
class NasBench101 {
 public:
  /// Throws SpaceError where an option is out of range.
  explicit NasBench101(NasBench101Options options = {});

  std::string name() const { return "nasbench101"; }
  /// By the option `sampling`: uniformly over the cells of at(), or as the field usually does, a
  /// matrix of seven vertices whose 21 edges are there with probability 1/2 and uniform operations,
  /// pruned, and drawn again until it is valid.
  Genotype sample(Rng& rng) const;
  /// A uniformly chosen one of these, until it is valid: flip an edge (what lies off every path
  /// then is pruned), change an operation, and, below seven vertices, insert a vertex with an edge
  /// from one vertex and one to a later one. The insertion stands for what the usual mutation of
  /// unpruned matrices reaches by way of vertices off every path. Always another network.
  Genotype mutate(const Genotype& parent, Rng& rng) const;
  /// Each edge and operation from one parent or the other (uniform crossover), until valid.
  Genotype crossover(const Genotype& a, const Genotype& b, Rng& rng) const;
  void validate(const Genotype& genotype) const;
  /// Equal exactly for isomorphic cells.
  Key key(const Genotype& genotype) const;
  /// "Input", the interior vertices with the authors' names of their operations, and "Output".
  graph::Graph cell(const Genotype& genotype) const;
  void tokens(const Genotype& genotype, graph::Tokens& tokens) const;
  /// The official network: a 3x3 convolution, stacks of cells with 2x2 max-pooling between, global
  /// average, dense layer. Channels as in the authors' `compute_vertex_channels`: the interior
  /// vertices that the output concatenates share its channels, others have as many as their widest
  /// reader; the input enters through 1x1 projections, and vertices with one channel more than
  /// their reader wants are cut. Where channels do not divide evenly, the earlier vertices get one
  /// more, so the order of the vertices matters: it is that of at(), which makes isomorphic cells
  /// one network and parameters the published ones, whatever form a cell is given in. Batch
  /// normalisation has this engine's momentum, not the published 0.997, which is too slow for short
  /// training.
  graph::Graph network(const Genotype& genotype, const NetworkInput& input) const;
  /// The columns `adjacency` and `ops` of published tables with a blank between:
  /// "100110100001001010101 c3 mp c3 c3 c1", or "1" for the cell without interior vertices.
  std::string format(const Genotype& genotype) const;
  /// Also reads cells that are not pruned, and prunes them.
  Genotype parse(std::string_view text) const;

  std::uint64_t size() const;
  /// Cells in the order of the authors' generator: by the number of vertices, then edges, then
  /// operations, each in the form that comes first among its isomorphic ones, which is the one that
  /// was trained. The first call enumerates the space in a tenth of a second.
  Genotype at(std::uint64_t index) const;
  /// All that mutate() reaches, at most 68.
  std::vector<Genotype> neighbours(const Genotype& genotype) const;

  std::vector<std::string> annotation_names() const { return {"hash"}; }
  /// The official MD5 hash of the cell.
  std::vector<std::string> annotations(const Genotype& genotype) const;

 private:
  NasBench101Options options_;
};

}  // namespace evonas::spaces
