#include "report/genes.hpp"

#include <fmt/format.h>

namespace evonas::report {

std::vector<spaces::GeneDescription> genes_of(const Run& run, std::size_t count) {
  std::vector<spaces::GeneDescription> genes = run.space.describe_genes();
  if (genes.size() == count) return genes;
  genes.clear();
  for (std::size_t i = 0; i < count; ++i) genes.push_back({.name = fmt::format("gene {}", i + 1)});
  return genes;
}

}  // namespace evonas::report
