#pragma once

#include <cstdint>
#include <string>

#include "base/fields.hpp"
#include "spaces/search_space.hpp"

namespace evonas::spaces {

/// The skeleton around the two cells; the defaults are the published CIFAR-10 network.
struct DartsOptions {
  std::string skeleton = "cifar";  ///< the stem, and the auxiliary head that goes with it
  std::int64_t channels = 36;      ///< width of the operations before the first reduction
  std::int64_t cells = 20;         ///< cells in all; those at 1/3 and 2/3 of them reduce
  bool auxiliary = false;          ///< a second classifier after the second reduction
  double drop_path = 0.0;          ///< chance of a path to be dropped while training

  template <class Visitor>
  void fields(Visitor& visit) {
    visit(
        "skeleton", skeleton,
        "`cifar`: the cells start at the resolution of the images; `imagenet`: at an eighth of it",
        one_of({"cifar", "imagenet"}));
    visit("channels", channels,
          "width before the first of two reductions, each of which doubles it", between(2, 4096));
    visit("cells", cells, "cells in all; those at 1/3 and 2/3 of them reduce", between(1, 100));
    visit("auxiliary", auxiliary,
          "a second classifier after the second reduction, used while training only");
    visit("drop_path", drop_path,
          "chance of each path through an operation to be dropped while training", between(0, 0.9));
  }
};

/// DARTS (Liu, Simonyan and Yang, ICLR 2019): a normal and a reduction cell of four intermediate
/// nodes, each the sum of two operations on two different nodes before it; the cell's output joins
/// the four. About 1.08e18 genotypes.
///
/// Genotype: 32 genes, four for each intermediate node, the normal cell first: operation and input,
/// operation and input, the lower input first. Inputs: 0 is the output of the cell before last, 1
/// that of the last, 2 to 4 the intermediate nodes. Operations: 0 max_pool_3x3, 1 avg_pool_3x3, 2
/// skip_connect, 3 sep_conv_3x3, 4 sep_conv_5x5, 5 dil_conv_3x3, 6 dil_conv_5x5. The eighth
/// operation of the paper, none, only stands in the search's relaxation, never in a genotype, and
/// is refused here.
class Darts {
 public:
  /// Throws SpaceError where an option is out of range.
  explicit Darts(DartsOptions options = {});

  std::string name() const { return "darts"; }
  /// Uniform over all genotypes.
  Genotype sample(Rng& rng) const;
  /// With equal chance another operation on one edge, or another input of one edge (Real et al.,
  /// AAAI 2019), the edge and the change uniform.
  Genotype mutate(const Genotype& parent, Rng& rng) const;
  /// Each intermediate node, with its operations and inputs, from one parent or the other.
  Genotype crossover(const Genotype& a, const Genotype& b, Rng& rng) const;
  void validate(const Genotype& genotype) const;
  /// Equal exactly for genotypes whose two cells are isomorphic: intermediate nodes may change
  /// places, the two inputs of a cell may not. The order of the nodes in the cell's output does not
  /// count, because it only renumbers the channels that the next layers read. Equal keys are
  /// networks of one function and one cost in every skeleton; that two nodes which skip or pool the
  /// same inputs compute the same is not resolved.
  Key key(const Genotype& genotype) const;
  /// Both cells side by side: in each, two "Input", the eight operations, a "sum" for every
  /// intermediate node and an "Output" that joins the four; the outputs are normal, reduce.
  graph::Graph cell(const Genotype& genotype) const;
  /// The authors' networks of `NetworkCIFAR` and `NetworkImageNet` for any image: odd sides are
  /// rounded up by each reduction. The outputs are the logits and, with `auxiliary`, those of the
  /// auxiliary classifier; there the published pooling windows (5 with stride 3 of 8 pixels, stride
  /// 2 of 7) become the window that yields 2x2 from any extent.
  graph::Graph network(const Genotype& genotype, const NetworkInput& input) const;
  /// The authors' text: "Genotype(normal=[('sep_conv_3x3', 0), ...], normal_concat=range(2, 6),
  /// reduce=[...], reduce_concat=range(2, 6))", the inputs of each node in ascending order.
  std::string format(const Genotype& genotype) const;
  /// That text with any blanks between its tokens, either order of the inputs of a node, and lists
  /// for ranges; or the compact text of NASLib, "(((0, 6), (1, 4), ...), (...))", pairs of input
  /// and operation. Operations are numbered as here, which is how NASLib writes it
  /// (convert_genotype_to_compact); its reader subtracts one, for files that count `none`.
  Genotype parse(std::string_view text) const;

  std::uint64_t size() const;
  Genotype at(std::uint64_t index) const;
  /// The 96 genotypes with one other operation and the 24 with one other input.
  std::vector<Genotype> neighbours(const Genotype& genotype) const;
  std::vector<GeneDescription> describe_genes() const;

 private:
  DartsOptions options_;
};

}  // namespace evonas::spaces
