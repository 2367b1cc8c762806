#include "spaces/differing_genes.hpp"

#include <algorithm>

namespace evonas::spaces {

std::size_t differing_genes(const Genotype& a, const Genotype& b) {
  const std::size_t common = std::min(a.size(), b.size());
  std::size_t count = std::max(a.size(), b.size()) - common;
  for (std::size_t i = 0; i < common; ++i) count += a[i] != b[i] ? 1U : 0U;
  return count;
}

}  // namespace evonas::spaces
