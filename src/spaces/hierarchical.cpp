#include "spaces/hierarchical.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "graph/canonical.hpp"
#include "spaces/hierarchical/motif.hpp"

namespace evonas::spaces {

using namespace hierarchical_motif;

namespace {

using Gene = Genotype::Gene;
using Genes = std::vector<Gene>;

Genes genes_of(const Genotype& genotype) {
  return {genotype.genes().begin(), genotype.genes().end()};
}

/// The edges of a motif that chains its nodes by one operation.
Genes chain(std::int64_t nodes, Gene operation) {
  Genes edges;
  for (std::int64_t target = 1; target < nodes; ++target) {
    edges.insert(edges.end(), static_cast<std::size_t>(target), kNone);
    edges.back() = operation;
  }
  return edges;
}

bool within(std::int64_t value, std::int64_t least, std::int64_t most) {
  return value >= least && value <= most;
}

}  // namespace

Hierarchical::Hierarchical(HierarchicalOptions options) : options_(options) {
  if (within(options.level2_motifs, 1, 20) && within(options.level2_nodes, 2, 8) &&
      within(options.level3_nodes, 2, 8) && within(options.initial_mutations, 1, 1'000'000) &&
      within(options.channels, 1, 4096) && within(options.cells_per_stage, 1, 100)) {
    return;
  }
  throw SpaceError(fmt::format(
      "hierarchical with {} level-2 motifs of {} nodes, a cell of {} nodes, {} initial mutations, "
      "{} channels and {} cells per stage is out of range: level2_motifs go from 1 to 20, "
      "level2_nodes and level3_nodes from 2 to 8, initial_mutations from 1 to 1000000, channels "
      "from 1 to 4096, cells_per_stage from 1 to 100",
      options.level2_motifs, options.level2_nodes, options.level3_nodes, options.initial_mutations,
      options.channels, options.cells_per_stage));
}

std::size_t Hierarchical::motif_edges() const {
  return edge_count(static_cast<std::size_t>(options_.level2_nodes));
}

std::size_t Hierarchical::cell_edges() const {
  return edge_count(static_cast<std::size_t>(options_.level3_nodes));
}

std::size_t Hierarchical::level2_genes() const {
  return static_cast<std::size_t>(options_.level2_motifs) * motif_edges();
}

std::int64_t Hierarchical::choices(std::size_t index) const {
  return index < level2_genes() ? static_cast<std::int64_t>(kPrimitiveNames.size())
                                : options_.level2_motifs + 1;
}

Genotype Hierarchical::sample(Rng& rng) const {
  Genes genes;
  for (std::int64_t motif = 0; motif < options_.level2_motifs; ++motif) {
    const Genes edges = chain(options_.level2_nodes, kIdentity);
    genes.insert(genes.end(), edges.begin(), edges.end());
  }
  const Genes cell = chain(options_.level3_nodes, 1);
  genes.insert(genes.end(), cell.begin(), cell.end());
  for (std::int64_t i = 0; i < options_.initial_mutations; ++i) mutate_genes(genes, rng);
  return Genotype(std::move(genes));
}

void Hierarchical::mutate_genes(std::vector<Gene>& genes, Rng& rng) const {
  // A level-2 motif and one of its pairs, both uniform, are one uniform gene of the level.
  const bool level2 = rng.below(2) == 0;
  const std::size_t index =
      level2 ? rng.below(level2_genes()) : level2_genes() + rng.below(cell_edges());
  const auto other = static_cast<Gene>(rng.below(static_cast<std::uint64_t>(choices(index)) - 1));
  genes[index] = static_cast<Gene>(other < genes[index] ? other : other + 1);
}

Genotype Hierarchical::mutate(const Genotype& parent, Rng& rng) const {
  validate(parent);
  Genes genes = genes_of(parent);
  mutate_genes(genes, rng);
  return Genotype(std::move(genes));
}

Genotype Hierarchical::crossover(const Genotype& a, const Genotype& b, Rng& rng) const {
  validate(a);
  validate(b);
  Genes genes = genes_of(a);
  std::size_t first = 0;
  for (std::int64_t motif = 0; motif <= options_.level2_motifs; ++motif) {
    const std::size_t edges = motif < options_.level2_motifs ? motif_edges() : cell_edges();
    if (rng.below(2) == 1) std::ranges::copy(b.genes().subspan(first, edges), &genes[first]);
    first += edges;
  }
  return Genotype(std::move(genes));
}

void Hierarchical::validate(const Genotype& genotype) const {
  const std::size_t expected = level2_genes() + cell_edges();
  if (genotype.size() != expected) {
    throw SpaceError(fmt::format(
        "a hierarchical genotype of {} level-2 motifs with {} nodes and a cell with {} has {} "
        "genes, not {}",
        options_.level2_motifs, options_.level2_nodes, options_.level3_nodes, expected,
        genotype.size()));
  }
  for (std::size_t i = 0; i < genotype.size(); ++i) {
    if (within(genotype[i], 0, choices(i) - 1)) continue;
    throw SpaceError(fmt::format(
        "gene {} of a hierarchical genotype, an edge of {}, is {}; expected 0 to {}", i,
        i < level2_genes() ? fmt::format("level-2 motif {}", i / motif_edges() + 1) : "the cell",
        genotype[i], choices(i) - 1));
  }
}

Key Hierarchical::key(const Genotype& genotype) const {
  return graph::canonical_key(cell(genotype));
}

std::vector<Genotype> Hierarchical::neighbours(const Genotype& genotype) const {
  validate(genotype);
  std::vector<Genotype> result;
  Genes genes = genes_of(genotype);
  for (std::size_t i = 0; i < genes.size(); ++i) {
    for (std::int64_t gene = 0; gene < choices(i); ++gene) {
      if (gene == genotype[i]) continue;
      genes[i] = static_cast<Gene>(gene);
      result.emplace_back(genes);
    }
    genes[i] = genotype[i];
  }
  return result;
}

std::vector<GeneDescription> Hierarchical::describe_genes() const {
  std::vector<GeneDescription> genes;
  const auto add_edges = [&](const std::string& of, std::int64_t nodes,
                             const std::vector<std::string>& values) {
    for (std::int64_t target = 1; target < nodes; ++target) {
      for (std::int64_t source = 0; source < target; ++source) {
        genes.push_back({fmt::format("{}, {}->{}", of, source, target), values});
      }
    }
  };
  const std::vector<std::string> primitives(kPrimitiveNames.begin(), kPrimitiveNames.end());
  std::vector<std::string> motifs{primitives.front()};
  for (std::int64_t motif = 1; motif <= options_.level2_motifs; ++motif) {
    motifs.push_back(fmt::format("motif {}", motif));
    add_edges(motifs.back(), options_.level2_nodes, primitives);
  }
  add_edges("cell", options_.level3_nodes, motifs);
  return genes;
}

}  // namespace evonas::spaces
