#pragma once

#include <cstddef>

#include "spaces/genotype.hpp"

namespace evonas::spaces {

/// In how many places the genes of two genotypes differ; those that only the longer one has are
/// among them. Safe from many threads.
std::size_t differing_genes(const Genotype& a, const Genotype& b);

}  // namespace evonas::spaces
