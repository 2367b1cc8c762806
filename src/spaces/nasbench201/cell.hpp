#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "spaces/genotype.hpp"

namespace evonas::spaces {

/// Vocabulary that the files of the space nasbench201 share; nobody else includes this.

inline constexpr std::size_t kNodes = 4;

/// An edge of the cell, in the order of the arch string.
struct Edge {
  std::size_t source = 0;
  std::size_t target = 0;
};
inline constexpr std::array<Edge, 6> kEdges{{{0, 1}, {0, 2}, {1, 2}, {0, 3}, {1, 3}, {2, 3}}};

inline constexpr Genotype::Gene kNone = 0;
inline constexpr Genotype::Gene kSkip = 1;
inline constexpr Genotype::Gene kConv1x1 = 2;
inline constexpr Genotype::Gene kConv3x3 = 3;
inline constexpr Genotype::Gene kAvgPool3x3 = 4;
inline constexpr Genotype::Gene kOperations = 5;

constexpr std::string_view operation_name(Genotype::Gene gene) {
  constexpr std::array<std::string_view, kOperations> kNames{"none", "skip_connect", "nor_conv_1x1",
                                                             "nor_conv_3x3", "avg_pool_3x3"};
  return kNames[static_cast<std::size_t>(gene)];
}

}  // namespace evonas::spaces
