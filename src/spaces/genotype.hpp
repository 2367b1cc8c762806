#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/key.hpp"

namespace evonas::spaces {

/// An architecture as its search space encodes it: a short immutable sequence of integers, to which
/// only the space gives meaning.
class Genotype {
 public:
  using Gene = std::int16_t;

  Genotype() = default;
  explicit Genotype(std::vector<Gene> genes) : genes_(std::move(genes)) {}

  std::span<const Gene> genes() const { return genes_; }
  std::size_t size() const { return genes_.size(); }
  Gene operator[](std::size_t i) const { return genes_[i]; }

  auto operator<=>(const Genotype&) const = default;

  /// "3,0,1": the genes with commas between.
  std::string to_string() const;

 private:
  std::vector<Gene> genes_;
};

/// The identity of the genes, as against that of the network they encode.
Key key_of_genes(std::span<const Genotype::Gene> genes);
inline Key key_of_genes(const Genotype& genotype) { return key_of_genes(genotype.genes()); }

}  // namespace evonas::spaces

template <>
struct std::hash<evonas::spaces::Genotype> {
  std::size_t operator()(const evonas::spaces::Genotype& genotype) const noexcept;
};
