#pragma once

#include <algorithm>
#include <array>
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
  explicit Genotype(std::span<const Gene> genes) : size_(genes.size()) {
    if (size_ <= kShort) {
      std::ranges::copy(genes, short_.begin());
    } else {
      long_.assign(genes.begin(), genes.end());
    }
  }
  explicit Genotype(std::vector<Gene> genes) : size_(genes.size()) {
    if (size_ <= kShort) {
      std::ranges::copy(genes, short_.begin());
    } else {
      long_ = std::move(genes);
    }
  }

  std::span<const Gene> genes() const {
    return {size_ <= kShort ? short_.data() : long_.data(), size_};
  }
  std::size_t size() const { return size_; }
  Gene operator[](std::size_t i) const { return genes()[i]; }

  bool operator==(const Genotype& other) const {
    return std::ranges::equal(genes(), other.genes());
  }
  std::strong_ordering operator<=>(const Genotype& other) const {
    const std::span<const Gene> own = genes();
    const std::span<const Gene> its = other.genes();
    return std::lexicographical_compare_three_way(own.begin(), own.end(), its.begin(), its.end());
  }

  /// "3,0,1": the genes with commas between.
  std::string to_string() const;

 private:
  /// Up to so many genes stand in the object itself: those who breed cells by the million would
  /// otherwise spend much of their time allocating.
  static constexpr std::size_t kShort = 8;

  std::size_t size_ = 0;
  std::array<Gene, kShort> short_{};
  std::vector<Gene> long_;  ///< empty where `short_` holds them
};

/// The identity of the genes, as against that of the network they encode.
Key key_of_genes(std::span<const Genotype::Gene> genes);
inline Key key_of_genes(const Genotype& genotype) { return key_of_genes(genotype.genes()); }

}  // namespace evonas::spaces

template <>
struct std::hash<evonas::spaces::Genotype> {
  std::size_t operator()(const evonas::spaces::Genotype& genotype) const noexcept;
};
