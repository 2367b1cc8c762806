#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/fields.hpp"
#include "spaces/search_space.hpp"

namespace evonas::spaces {

/// The skeleton around the searched blocks; the defaults are the published one.
struct MobileNetV3Options {
  double width_multiplier = 1.0;        ///< scales every width; widths are multiples of 8
  std::int64_t first_stride = 2;        ///< stride of the first convolution; 1 suits small images
  bool search_resolution = true;        ///< whether the extent of the input is searched
  std::int64_t least_resolution = 128;  ///< the lowest that is searched, of 224 parts
  std::int64_t resolution_step = 4;     ///< between those that are, down from 224

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("width_multiplier", width_multiplier,
          "scales every width, to multiples of 8; published networks have 1 and 1.2",
          between(0.1, 10));
    visit("first_stride", first_stride, "stride of the first convolution; 1 suits small images",
          between(1, 2));
    visit("search_resolution", search_resolution,
          "search the side of the input too, 128/224 to 224/224 of the images; false keeps theirs");
    visit("least_resolution", least_resolution,
          "lowest side that is searched, of 224 parts; Once-for-All's predictors know 160 and more",
          between(128, 224));
    visit("resolution_step", resolution_step,
          "distance between the sides that are searched, down from 224: a multiple of 4",
          between(4, 96));
  }
};

/// The MobileNetV3 space of Once-for-All (Cai et al., "Once-for-All: Train One Network and
/// Specialize it for Efficient Deployment", ICLR 2020): five units of two to four inverted residual
/// blocks; each block has a depthwise kernel of 3, 5 or 7 and an expansion of 3, 4 or 6; the input
/// is resized to 128, 132, ..., 224 of 224 parts, or to fewer of them. Widths, strides, activations
/// and squeeze-excitation of the units are those of MobileNetV3-Large (Howard et al., ICCV 2019).
///
/// Genotype: 20 kernels (four blocks a unit), 20 expansions, 5 depths and the resolution, each gene
/// the value itself. Blocks beyond the depth of their unit are inactive: their genes are part of
/// the genotype, wait there for the unit to grow, and change neither the network nor its key.
class MobileNetV3 {
 public:
  /// Throws SpaceError where an option is out of range, or the step is no multiple of 4.
  explicit MobileNetV3(MobileNetV3Options options = {});

  std::string name() const { return "mobilenetv3"; }
  /// Every gene uniform over its choices.
  Genotype sample(Rng& rng) const;
  /// A uniformly chosen neighbour: another value of one active gene, so the network changes.
  Genotype mutate(const Genotype& parent, Rng& rng) const;
  /// Each gene from one parent or the other (uniform crossover).
  Genotype crossover(const Genotype& a, const Genotype& b, Rng& rng) const;
  void validate(const Genotype& genotype) const;
  /// Equal exactly where the active genes are. (On small images two resolutions may round to one
  /// extent; they keep different keys, as the key does not depend on the input.)
  Key key(const Genotype& genotype) const;
  /// A chain: "Input", "resolution_R" where that is searched, one "mbconv_kK_eE" for each active
  /// block with its unit as an attribute, "Output".
  graph::Graph cell(const Genotype& genotype) const;
  /// The published skeleton. Begins with a Resize to round(extent * resolution / 224) where that is
  /// another extent than the input's.
  graph::Graph network(const Genotype& genotype, const NetworkInput& input) const;
  /// Once-for-All's own dictionary as JSON: {"ks":[20],"e":[20],"d":[5],"r":[224]}.
  std::string format(const Genotype& genotype) const;
  /// Reads what format() writes, with "r" left out (224) or "wid" null besides, or 46 numbers with
  /// a blank between two: kernels, expansions, depths, resolution. Throws SpaceError.
  Genotype parse(std::string_view text) const;

  /// Every other value of every active gene, in the order of the genes.
  std::vector<Genotype> neighbours(const Genotype& genotype) const;
  std::vector<GeneDescription> describe_genes() const;
  /// All but kernels and expansions of blocks beyond the depth of their unit.
  std::vector<bool> placed_genes(const Genotype& genotype) const;

 private:
  MobileNetV3Options options_;
  std::vector<Genotype::Gene> resolutions_;  ///< choices of the resolution, ascending
};

/// MobileNetV3-Large of the paper (Howard et al., "Searching for MobileNetV3", ICCV 2019, table 1):
/// the skeleton of the space with the kernels and expanded widths of the published table, three of
/// which no expansion of the space gives, and a bias in the convolution behind the pooling.
/// 5,483,032 parameters for 1000 classes. Throws SpaceError for a width multiplier out of range.
graph::Graph mobilenetv3_large(const NetworkInput& input, double width_multiplier = 1.0);

}  // namespace evonas::spaces
