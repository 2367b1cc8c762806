#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/fields.hpp"
#include "spaces/search_space.hpp"

namespace evonas::spaces {

namespace declared {
struct Model;
}

/// Which declaration, and how it is fitted to images and a budget it was not made for.
struct DeclaredOptions {
  std::string file;
  double width = 1.0;             ///< factor of every declared width
  std::int64_t drop_strides = 0;  ///< the first so many strides are 1
  double resolution = 1.0;        ///< factor of declared resolutions

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("file", file, "YAML file that declares the space; see configs/spaces/reference.yaml",
          required(file_path()));
    visit("width", width, "factor of every declared width", between(0.01, 100));
    visit("drop_strides", drop_strides,
          "the first so many strides above 1 become 1, for images smaller than the space was made "
          "for",
          between(0, 100));
    visit("resolution", resolution, "factor of declared resolutions", between(0.01, 100));
  }
};

/// A search space written in YAML alone: stages of blocks with choices, blocks of branches side by
/// side, and cells whose edges or nodes carry operations. configs/spaces/reference.yaml explains
/// the language.
///
/// Genotype: one gene a choice, the number of its value in the list, in the order of the
/// declaration (see declared/genes.hpp). A gene is active where the network depends on it: those of
/// blocks beyond the depth of their stage, and of settings that the chosen operation does not read,
/// are not. All genes of a cell that is used are active.
class Declared {
 public:
  /// Reads the file. Throws SpaceError with every fault of the declaration, a line each, with file
  /// and line, and where an option is out of range.
  explicit Declared(const DeclaredOptions& options);

  std::string name() const { return "declared"; }
  /// Uniform over the genotypes, inactive genes included.
  Genotype sample(Rng& rng) const;
  /// Another value of one uniformly chosen active gene.
  Genotype mutate(const Genotype& parent, Rng& rng) const;
  /// Each gene from one parent or the other (uniform crossover).
  Genotype crossover(const Genotype& a, const Genotype& b, Rng& rng) const;
  void validate(const Genotype& genotype) const;
  /// Equal exactly where the networks are made of the same layers in the same arrangement up to
  /// isomorphism: inactive genes do not count, nor do identities that change nothing, names of
  /// operations, and what no path leads through in a cell. Two layers are the same where all their
  /// numbers are; a layer that happens to equal a sequence of others is another.
  Key key(const Genotype& genotype) const;
  /// The layers of the network, one node a block; a cell only where it stands first.
  graph::Graph cell(const Genotype& genotype) const;
  /// Stem, stages, head and the classifier: global average pooling and a linear layer.
  graph::Graph network(const Genotype& genotype, const NetworkInput& input) const;
  /// The value of each gene with blanks between, "6 3 1 0"; or the digit of each, "0210".
  std::string format(const Genotype& genotype) const;
  Genotype parse(std::string_view text) const;

  /// The product of the numbers of values; nothing where it does not stay below 2^63.
  std::optional<std::uint64_t> size() const { return size_; }
  /// The first gene is the most significant. Throws SpaceError where there is no such number.
  Genotype at(std::uint64_t index) const;
  /// Every other value of every active gene.
  std::vector<Genotype> neighbours(const Genotype& genotype) const;
  std::vector<GeneDescription> describe_genes() const;
  /// The active ones outside cells: which node of a cell is which is no more than an order.
  std::vector<bool> placed_genes(const Genotype& genotype) const;

 private:
  std::size_t genes() const;
  std::size_t options(std::size_t gene) const;
  Genotype parse_digits(std::string_view text) const;
  Genotype parse_values(std::string_view text) const;

  std::shared_ptr<const declared::Model> model_;
  std::optional<std::uint64_t> size_;
};

}  // namespace evonas::spaces
