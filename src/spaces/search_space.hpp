#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/key.hpp"
#include "base/random.hpp"
#include "graph/graph.hpp"
#include "graph/tokens.hpp"
#include "spaces/genotype.hpp"
#include "spaces/network_input.hpp"

namespace evonas::spaces {

/// A genotype or an architecture text that a space does not accept; one clear sentence.
class SpaceError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A gene in words.
struct GeneDescription {
  std::string name;  ///< "0->1", "depth of unit 2"
  /// What each value stands for, from 0; none where the value itself says it.
  std::vector<std::string> values;

  std::string text_of(Genotype::Gene value) const;
};

/// What a search space provides. All members are const and safe to call from many threads at once.
///
/// - `name()`: the word configurations use.
/// - `sample(rng)`: a random architecture.
/// - `mutate(parent, rng)`: a valid architecture one small step from `parent`, never `parent`
/// itself.
/// - `crossover(a, b, rng)`: a valid child of both.
/// - `validate(genotype)`: throws SpaceError with one clear sentence unless it is in the space.
/// - `key(genotype)`: equal exactly for the same network, up to isomorphism and to the equivalences
///   that the space is known for.
/// - `cell(genotype)`: the graph at cell grain.
/// - `network(genotype, input)`: the graph at network grain, shapes inferred; one or more outputs,
/// each of shape {classes}: the first is the result, the others are auxiliary classifiers used
/// while training only.
/// - `format(genotype)` and `parse(text)`: the space's published notation where one exists, JSON
///   otherwise; `parse(format(g)) == g`, and `parse` throws SpaceError.
///
/// Optional: `size()` and `at(index)` for spaces that can be enumerated (a size of nothing: this
/// one cannot), `neighbours(genotype)` for the complete neighbourhood under `mutate`, in a fixed
/// order, `annotation_names()` with `annotations(genotype)` for texts that only this space knows
/// about an architecture, `describe_genes()` where a position in the genotype means the same in all
/// of them, `placed_genes(genotype)` besides where genes choose at fixed places of the network,
/// which may lack some, `own_input(genotype)` where `network()` has no use for the input that is
/// asked for, and `tokens(genotype, tokens)` for a space that has a faster way to the tokens of its
/// cells than their graph.
template <class S>
concept SearchSpace = requires(const S& space, const Genotype& genotype, Rng& rng,
                               const NetworkInput& input, std::string_view text) {
  { space.name() } -> std::convertible_to<std::string>;
  { space.sample(rng) } -> std::same_as<Genotype>;
  { space.mutate(genotype, rng) } -> std::same_as<Genotype>;
  { space.crossover(genotype, genotype, rng) } -> std::same_as<Genotype>;
  { space.validate(genotype) } -> std::same_as<void>;
  { space.key(genotype) } -> std::same_as<Key>;
  { space.cell(genotype) } -> std::same_as<graph::Graph>;
  { space.network(genotype, input) } -> std::same_as<graph::Graph>;
  { space.format(genotype) } -> std::same_as<std::string>;
  { space.parse(text) } -> std::same_as<Genotype>;
};

/// A search space that can be enumerated.
template <class S>
concept EnumerableSpace = SearchSpace<S> && requires(const S& space, std::uint64_t index) {
  { space.size() } -> std::convertible_to<std::optional<std::uint64_t>>;
  { space.at(index) } -> std::same_as<Genotype>;
};

/// A search space that lists neighbourhoods.
template <class S>
concept NeighbourhoodSpace = SearchSpace<S> && requires(const S& space, const Genotype& genotype) {
  { space.neighbours(genotype) } -> std::same_as<std::vector<Genotype>>;
};

/// A search space with texts of its own about an architecture, such as its published hash. They are
/// columns in lists of architectures: `annotation_names()` gives their names, lower-case words, and
/// `annotations(genotype)` as many texts in the same order.
template <class S>
concept AnnotatedSpace = SearchSpace<S> && requires(const S& space, const Genotype& genotype) {
  { space.annotation_names() } -> std::same_as<std::vector<std::string>>;
  { space.annotations(genotype) } -> std::same_as<std::vector<std::string>>;
};

/// A search space that says what its genes are: one description for each, in their order.
template <class S>
concept DescribedSpace = SearchSpace<S> && requires(const S& space) {
  { space.describe_genes() } -> std::same_as<std::vector<GeneDescription>>;
};

/// A search space with genes that choose at fixed places of the network, as the kernel of the
/// second block of a stage: `placed_genes(genotype)` says of each gene whether it does and the
/// network has its place. Predictors read these choices besides the cell.
template <class S>
concept PlacedSpace = DescribedSpace<S> && requires(const S& space, const Genotype& genotype) {
  { space.placed_genes(genotype) } -> std::same_as<std::vector<bool>>;
};

/// A search space whose networks read what they read, whatever is asked for: `own_input(genotype)`
/// says what that is.
template <class S>
concept OwnInputSpace = SearchSpace<S> && requires(const S& space, const Genotype& genotype) {
  { space.own_input(genotype) } -> std::same_as<NetworkInput>;
};

/// A search space that writes the tokens of cells without building their graph: the operations and
/// edges that graph::tokenize() finds in cell(genotype), and widths where it knows them.
template <class S>
concept TokenizedSpace = SearchSpace<S> &&
    requires(const S& space, const Genotype& genotype, graph::Tokens& tokens) {
  { space.tokens(genotype, tokens) } -> std::same_as<void>;
};

/// Any search space, by value; copies share the (immutable) space. Checks both sides of every call:
/// genotypes that come in are validated, and so are those a space hands out, so that a faulty
/// plug-in is named at once. Safe to use from many threads.
class AnySpace {
 public:
  template <SearchSpace S>
  explicit AnySpace(S space) : space_(std::make_shared<Model<S>>(std::move(space))) {}

  std::string name() const { return space_->name(); }
  Genotype sample(Rng& rng) const;
  Genotype mutate(const Genotype& parent, Rng& rng) const;
  Genotype crossover(const Genotype& a, const Genotype& b, Rng& rng) const;
  void validate(const Genotype& genotype) const { space_->validate(genotype); }
  Key key(const Genotype& genotype) const;
  graph::Graph cell(const Genotype& genotype) const;
  /// Replaces what is in `tokens` by what predictors read of the cell.
  void tokens(const Genotype& genotype, graph::Tokens& tokens) const;
  graph::Graph network(const Genotype& genotype, const NetworkInput& input) const;
  std::string format(const Genotype& genotype) const;
  Genotype parse(std::string_view text) const;

  /// Number of genotypes; nothing where the space cannot be enumerated.
  std::optional<std::uint64_t> size() const { return space_->size(); }
  /// The genotype number `index` of an enumerable space. Throws SpaceError for an index past the
  /// end or a space that cannot be enumerated.
  Genotype at(std::uint64_t index) const;
  bool has_neighbours() const { return space_->has_neighbours(); }
  /// All neighbours in a fixed order. Throws SpaceError where the space does not list them.
  std::vector<Genotype> neighbours(const Genotype& genotype) const;
  /// Names of the texts that the space has of its own about an architecture; often none.
  std::vector<std::string> annotation_names() const { return space_->annotation_names(); }
  /// The texts, one for each name.
  std::vector<std::string> annotations(const Genotype& genotype) const;
  /// What the genes are; none where the space does not say.
  std::vector<GeneDescription> describe_genes() const { return space_->describe_genes(); }
  /// Of each gene whether it chooses at a fixed place that the network has; none where the space
  /// does not say.
  std::vector<bool> placed_genes(const Genotype& genotype) const;

 private:
  struct Interface {
    virtual ~Interface() = default;
    virtual std::string name() const = 0;
    virtual Genotype sample(Rng& rng) const = 0;
    virtual Genotype mutate(const Genotype& parent, Rng& rng) const = 0;
    virtual Genotype crossover(const Genotype& a, const Genotype& b, Rng& rng) const = 0;
    virtual void validate(const Genotype& genotype) const = 0;
    virtual Key key(const Genotype& genotype) const = 0;
    virtual graph::Graph cell(const Genotype& genotype) const = 0;
    virtual void tokens(const Genotype& genotype, graph::Tokens& tokens) const = 0;
    virtual graph::Graph network(const Genotype& genotype, const NetworkInput& input) const = 0;
    virtual std::string format(const Genotype& genotype) const = 0;
    virtual Genotype parse(std::string_view text) const = 0;
    virtual std::optional<std::uint64_t> size() const = 0;
    virtual Genotype at(std::uint64_t index) const = 0;
    virtual bool has_neighbours() const = 0;
    virtual std::vector<Genotype> neighbours(const Genotype& genotype) const = 0;
    virtual std::vector<std::string> annotation_names() const = 0;
    virtual std::vector<std::string> annotations(const Genotype& genotype) const = 0;
    virtual std::vector<GeneDescription> describe_genes() const = 0;
    virtual std::vector<bool> placed_genes(const Genotype& genotype) const = 0;
    virtual std::optional<NetworkInput> own_input(const Genotype& genotype) const = 0;
  };

  template <SearchSpace S>
  struct Model final : Interface {
    explicit Model(S implementation) : space(std::move(implementation)) {}
    std::string name() const override { return space.name(); }
    Genotype sample(Rng& rng) const override { return space.sample(rng); }
    Genotype mutate(const Genotype& parent, Rng& rng) const override {
      return space.mutate(parent, rng);
    }
    Genotype crossover(const Genotype& a, const Genotype& b, Rng& rng) const override {
      return space.crossover(a, b, rng);
    }
    void validate(const Genotype& genotype) const override { space.validate(genotype); }
    Key key(const Genotype& genotype) const override { return space.key(genotype); }
    graph::Graph cell(const Genotype& genotype) const override { return space.cell(genotype); }
    void tokens(const Genotype& genotype, graph::Tokens& tokens) const override {
      if constexpr (TokenizedSpace<S>) {
        space.tokens(genotype, tokens);
      } else {
        graph::tokenize(space.cell(genotype), tokens);
      }
    }
    graph::Graph network(const Genotype& genotype, const NetworkInput& input) const override {
      return space.network(genotype, input);
    }
    std::string format(const Genotype& genotype) const override { return space.format(genotype); }
    Genotype parse(std::string_view text) const override { return space.parse(text); }
    std::optional<std::uint64_t> size() const override {
      if constexpr (EnumerableSpace<S>) return space.size();
      return std::nullopt;
    }
    Genotype at([[maybe_unused]] std::uint64_t index) const override {
      if constexpr (EnumerableSpace<S>) return space.at(index);
      throw SpaceError("the space " + name() + " cannot be enumerated");
    }
    bool has_neighbours() const override { return NeighbourhoodSpace<S>; }
    std::vector<Genotype> neighbours([[maybe_unused]] const Genotype& genotype) const override {
      if constexpr (NeighbourhoodSpace<S>) return space.neighbours(genotype);
      throw SpaceError("the space " + name() + " does not list neighbours");
    }
    std::vector<std::string> annotation_names() const override {
      if constexpr (AnnotatedSpace<S>) return space.annotation_names();
      return {};
    }
    std::vector<std::string> annotations([[maybe_unused]] const Genotype& genotype) const override {
      if constexpr (AnnotatedSpace<S>) return space.annotations(genotype);
      return {};
    }
    std::vector<GeneDescription> describe_genes() const override {
      if constexpr (DescribedSpace<S>) return space.describe_genes();
      return {};
    }
    std::vector<bool> placed_genes([[maybe_unused]] const Genotype& genotype) const override {
      if constexpr (PlacedSpace<S>) return space.placed_genes(genotype);
      return {};
    }
    std::optional<NetworkInput> own_input(
        [[maybe_unused]] const Genotype& genotype) const override {
      if constexpr (OwnInputSpace<S>) return space.own_input(genotype);
      return std::nullopt;
    }

    S space;
  };

  std::shared_ptr<const Interface> space_;
};

}  // namespace evonas::spaces
