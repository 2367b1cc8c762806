#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>

#include "spaces/genotype.hpp"

/// Vocabulary that the files of the space mobilenetv3 share; nobody else includes this.
namespace evonas::spaces::mobilenetv3 {

using Gene = Genotype::Gene;

inline constexpr std::size_t kUnits = 5;
inline constexpr std::size_t kMostBlocks = 4;  ///< in a unit
inline constexpr std::size_t kBlocks = kUnits * kMostBlocks;

// Where each kind of gene begins in the genotype.
inline constexpr std::size_t kKernels = 0;
inline constexpr std::size_t kExpansions = kBlocks;
inline constexpr std::size_t kDepths = 2 * kBlocks;
inline constexpr std::size_t kResolution = kDepths + kUnits;
inline constexpr std::size_t kGenes = kResolution + 1;

/// Side of the images that the networks were designed for, and largest choice of the resolution.
inline constexpr Gene kFullResolution = 224;

inline Gene depth(const Genotype& genotype, std::size_t unit) { return genotype[kDepths + unit]; }

/// Whether the network has the block number `block`, from 0 to 19.
inline bool has_block(const Genotype& genotype, std::size_t block) {
  return static_cast<Gene>(block % kMostBlocks) < depth(genotype, block / kMostBlocks);
}

}  // namespace evonas::spaces::mobilenetv3
