#pragma once

#include <cstdint>

#include "base/fields.hpp"
#include "spaces/search_space.hpp"

namespace evonas::spaces {

/// The skeleton around the cell; the defaults are the published one.
struct NasBench201Options {
  std::int64_t channels = 16;        ///< width of the first of the three stages; doubles twice
  std::int64_t cells_per_stage = 5;  ///< cells in each of the three stages

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("channels", channels, "width of the first of three stages; doubles at each reduction",
          between(1, 4096));
    visit("cells_per_stage", cells_per_stage, "cells in each of the three stages", between(1, 100));
  }
};

/// NAS-Bench-201 (Dong and Yang, ICLR 2020): a cell of four nodes whose six edges each carry one of
/// five operations; 15,625 genotypes in 6,466 classes.
///
/// Genotype: one gene an edge in the order of the arch string, 0->1, 0->2, 1->2, 0->3, 1->3, 2->3;
/// values 0 none, 1 skip_connect, 2 nor_conv_1x1, 3 nor_conv_3x3, 4 avg_pool_3x3.
class NasBench201 {
 public:
  /// Throws SpaceError where an option is out of range.
  explicit NasBench201(NasBench201Options options = {});

  std::string name() const { return "nasbench201"; }
  Genotype sample(Rng& rng) const;
  /// Another operation on one uniformly chosen edge.
  Genotype mutate(const Genotype& parent, Rng& rng) const;
  /// Each edge from one parent or the other (uniform crossover).
  Genotype crossover(const Genotype& a, const Genotype& b, Rng& rng) const;
  void validate(const Genotype& genotype) const;
  /// Equal exactly for the cells that the benchmark calls one: 6,466 classes by the authors'
  /// CellStructure.to_unique_str with zeros considered, which resolves `none` and `skip_connect`
  /// and sorts the operands of each sum. Cells of one class compute the same function (up to the
  /// shifts of BatchNormalization behind a zero), but may differ in parameters and FLOPs: the
  /// benchmark keeps convolutions that the output does not depend on. The reverse does not hold:
  /// sums of zeros, and sums inside sums, are not resolved further, so 4,930 functions have 6,466
  /// keys. A look-up in a table that the first call fills.
  Key key(const Genotype& genotype) const;
  /// One node for each edge with an operation, between "Input" and "Output", in the order of the
  /// arch string; `none` and operations off every path from input to output are left out (White et
  /// al., "NN-Former", CVPR 2025). A cell without a path has an "Output" that reads nothing.
  graph::Graph cell(const Genotype& genotype) const;
  void tokens(const Genotype& genotype, graph::Tokens& tokens) const;
  /// The official skeleton: stem, three stages of cells, a ResNet basic block with stride 2 between
  /// them, head. A node without an operand is a tensor of zeros. Convolutions that no output
  /// depends on stay in the graph, as the published parameters and FLOPs count them. On odd sides,
  /// which the benchmark does not have, the shortcut of a reduction averages 3x3 pixels, padding
  /// excluded, instead of 2x2.
  graph::Graph network(const Genotype& genotype, const NetworkInput& input) const;
  /// "|nor_conv_3x3~0|+|none~0|skip_connect~1|+|...|".
  std::string format(const Genotype& genotype) const;
  Genotype parse(std::string_view text) const;

  std::uint64_t size() const { return 15625; }
  Genotype at(std::uint64_t index) const;
  /// The 24 cells with one other operation.
  std::vector<Genotype> neighbours(const Genotype& genotype) const;
  std::vector<GeneDescription> describe_genes() const;

 private:
  NasBench201Options options_;
};

}  // namespace evonas::spaces
