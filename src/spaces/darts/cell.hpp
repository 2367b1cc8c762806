#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "spaces/genotype.hpp"

namespace evonas::spaces::darts_cell {

/// Vocabulary that the files of the space darts share; nobody else includes this.

inline constexpr std::size_t kCells = 2;   ///< the normal one, then the reducing one
inline constexpr std::size_t kInputs = 2;  ///< of a cell: the outputs of the two cells before it
inline constexpr std::size_t kNodes = 4;   ///< intermediate nodes of a cell
inline constexpr std::size_t kGenesPerNode = 4;
inline constexpr std::size_t kGenesPerCell = kNodes * kGenesPerNode;
inline constexpr std::size_t kGenes = kCells * kGenesPerCell;

/// The operations of a discrete cell, as genes number them.
enum Operation : Genotype::Gene {
  kMaxPool3x3,
  kAvgPool3x3,
  kSkip,
  kSepConv3x3,
  kSepConv5x5,
  kDilConv3x3,
  kDilConv5x5,
};
inline constexpr std::array<std::string_view, 7> kOperationNames{
    "max_pool_3x3", "avg_pool_3x3", "skip_connect", "sep_conv_3x3",
    "sep_conv_5x5", "dil_conv_3x3", "dil_conv_5x5"};
inline constexpr auto kOperations = static_cast<Genotype::Gene>(kOperationNames.size());

inline constexpr std::array<std::string_view, kCells> kCellNames{"normal", "reduce"};

/// One of the two operations that an intermediate node sums.
struct Edge {
  Genotype::Gene operation = 0;
  Genotype::Gene input = 0;  ///< 0 and 1 are the inputs of the cell, 2 its first intermediate node
};

/// Edge `side` (0 or 1) of the intermediate node `node` (0 to 3) of a cell.
inline Edge edge_of(const Genotype& genotype, std::size_t cell, std::size_t node,
                    std::size_t side) {
  const std::size_t at = cell * kGenesPerCell + node * kGenesPerNode + 2 * side;
  return {.operation = genotype[at], .input = genotype[at + 1]};
}

}  // namespace evonas::spaces::darts_cell
