#pragma once

#include <string>
#include <vector>

#include "spaces/search_space.hpp"

namespace evonas::tests {

/// A few genes with a few values each. Networks are the same where they have the same genes in any
/// order, so genotypes outnumber them.
struct SmallSpace {
  std::size_t genes = 5;
  std::uint64_t values = 4;

  using Genes = std::vector<spaces::Genotype::Gene>;

  std::string name() const { return "small"; }
  spaces::Genotype sample(Rng& rng) const { return at(rng.below(size())); }
  spaces::Genotype mutate(const spaces::Genotype& parent, Rng& rng) const {
    return neighbour(parent, rng.below(genes * (values - 1)));
  }
  spaces::Genotype crossover(const spaces::Genotype& a, const spaces::Genotype& b, Rng& rng) const {
    Genes child(a.genes().begin(), a.genes().end());
    for (std::size_t i = 0; i < child.size(); ++i) {
      if (rng.chance(0.5)) child[i] = b[i];
    }
    return spaces::Genotype(child);
  }
  void validate(const spaces::Genotype& genotype) const {
    for (const auto gene : genotype.genes()) {
      if (gene < 0 || gene >= static_cast<int>(values)) throw spaces::SpaceError("no such value");
    }
    if (genotype.size() != genes) throw spaces::SpaceError("another number of genes");
  }
  Key key(const spaces::Genotype& genotype) const {
    Genes counts(values);
    for (const auto gene : genotype.genes()) ++counts[static_cast<std::size_t>(gene)];
    return spaces::key_of_genes(counts);
  }
  graph::Graph cell(const spaces::Genotype&) const { throw spaces::SpaceError("not drawn"); }
  graph::Graph network(const spaces::Genotype&, const spaces::NetworkInput&) const {
    throw spaces::SpaceError("not built");
  }
  std::string format(const spaces::Genotype& genotype) const { return genotype.to_string(); }
  spaces::Genotype parse(std::string_view text) const {
    Genes parsed;
    for (std::size_t i = 0; i < text.size(); i += 2) {
      parsed.push_back(static_cast<spaces::Genotype::Gene>(text[i] - '0'));
    }
    return spaces::Genotype(parsed);
  }
  std::uint64_t size() const {
    std::uint64_t count = 1;
    for (std::size_t i = 0; i < genes; ++i) count *= values;
    return count;
  }
  spaces::Genotype at(std::uint64_t index) const {
    Genes digits(genes);
    for (auto& digit : digits) {
      digit = static_cast<spaces::Genotype::Gene>(index % values);
      index /= values;
    }
    return spaces::Genotype(digits);
  }
  std::vector<spaces::Genotype> neighbours(const spaces::Genotype& genotype) const {
    std::vector<spaces::Genotype> result;
    for (std::uint64_t i = 0; i < genes * (values - 1); ++i) {
      result.push_back(neighbour(genotype, i));
    }
    return result;
  }

 private:
  /// With one gene changed: `index` counts its other values, gene by gene.
  spaces::Genotype neighbour(const spaces::Genotype& genotype, std::uint64_t index) const {
    Genes changed(genotype.genes().begin(), genotype.genes().end());
    auto& gene = changed[index / (values - 1)];
    const std::uint64_t step = index % (values - 1) + 1;
    gene = static_cast<spaces::Genotype::Gene>((static_cast<std::uint64_t>(gene) + step) % values);
    return spaces::Genotype(changed);
  }
};

/// The same without a list of neighbours and without an order.
struct OpaqueSpace {
  SmallSpace space;

  std::string name() const { return "opaque"; }
  spaces::Genotype sample(Rng& rng) const { return space.sample(rng); }
  spaces::Genotype mutate(const spaces::Genotype& parent, Rng& rng) const {
    return space.mutate(parent, rng);
  }
  spaces::Genotype crossover(const spaces::Genotype& a, const spaces::Genotype& b, Rng& rng) const {
    return space.crossover(a, b, rng);
  }
  void validate(const spaces::Genotype& genotype) const { space.validate(genotype); }
  Key key(const spaces::Genotype& genotype) const { return space.key(genotype); }
  graph::Graph cell(const spaces::Genotype& genotype) const { return space.cell(genotype); }
  graph::Graph network(const spaces::Genotype& genotype, const spaces::NetworkInput& input) const {
    return space.network(genotype, input);
  }
  std::string format(const spaces::Genotype& genotype) const { return space.format(genotype); }
  spaces::Genotype parse(std::string_view text) const { return space.parse(text); }
};

}  // namespace evonas::tests
