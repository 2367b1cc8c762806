#include "spaces/nasbench101.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/quoted.hpp"
#include "spaces/nasbench101/cell.hpp"

namespace evonas::spaces {
namespace {

using namespace nasbench101;

// Of ten tries at a random cell or a crossover, several are valid.
constexpr int kTries = 10'000;

/// The first valid cell of `attempt(cell)`, which says what is wrong with each.
template <class Attempt>
Cell first_valid(std::string_view call, const Attempt& attempt) {
  std::array<int, 3> faults{};
  for (int i = 0; i < kTries; ++i) {
    Cell cell;
    const Fault fault = attempt(cell);
    if (fault == Fault::None) return cell;
    ++faults[static_cast<std::size_t>(fault)];
  }
  throw SpaceError(fmt::format(
      "the space nasbench101 is too tight for {}: of {} tries {} gave no path from input to output "
      "and {} more than {} edges",
      call, kTries, faults[static_cast<std::size_t>(Fault::NoPath)],
      faults[static_cast<std::size_t>(Fault::TooManyEdges)], kMostEdges));
}

[[noreturn]] void refuse_gene(std::size_t index, Genotype::Gene gene, std::string_view expected) {
  throw SpaceError(
      fmt::format("gene {} of a nasbench101 genotype is {}, expected {}", index, gene, expected));
}

}  // namespace

Genotype nasbench101::genotype_of(const Cell& cell) {
  std::vector<Genotype::Gene> genes;
  genes.reserve(pairs(cell.vertices) + cell.vertices - 2);
  for (std::size_t source = 0; source < cell.vertices; ++source) {
    for (std::size_t target = source + 1; target < cell.vertices; ++target) {
      genes.push_back(cell.edge(source, target) ? 1 : 0);
    }
  }
  for (std::size_t vertex = 1; vertex < cell.output(); ++vertex) {
    genes.push_back(cell.ops[vertex]);
  }
  return Genotype(std::move(genes));
}

Cell nasbench101::cell_of(const Genotype& genotype) {
  Cell cell;
  const auto genes_of = [](std::size_t vertices) { return pairs(vertices) + vertices - 2; };
  while (cell.vertices <= kMostVertices && genes_of(cell.vertices) != genotype.size()) {
    ++cell.vertices;
  }
  if (cell.vertices > kMostVertices) {
    throw SpaceError(
        fmt::format("a nasbench101 genotype of 2 to {} vertices has 1, 4, 8, 13, 19 or 26 genes, "
                    "but this one has {}",
                    kMostVertices, genotype.size()));
  }
  std::size_t gene = 0;
  for (std::size_t source = 0; source < cell.vertices; ++source) {
    for (std::size_t target = source + 1; target < cell.vertices; ++target, ++gene) {
      if (genotype[gene] < 0 || genotype[gene] > 1) {
        refuse_gene(gene, genotype[gene], "0 or 1, whether the edge is there");
      }
      if (genotype[gene] == 1) cell.flip(source, target);
    }
  }
  for (std::size_t vertex = 1; vertex < cell.output(); ++vertex, ++gene) {
    if (genotype[gene] < 0 || genotype[gene] >= kOperations) {
      refuse_gene(gene, genotype[gene], "an operation from 0 to 2");
    }
    cell.ops[vertex] = static_cast<std::uint8_t>(genotype[gene]);
  }
  if (!is_pruned(cell)) {
    throw SpaceError(
        fmt::format("the nasbench101 genotype [{}] has a vertex that lies on no path from input to "
                    "output",
                    genotype.to_string()));
  }
  if (cell.edges() > kMostEdges) {
    throw SpaceError(
        fmt::format("the nasbench101 genotype [{}] has {} edges, and at most {} are allowed",
                    genotype.to_string(), cell.edges(), kMostEdges));
  }
  return cell;
}

NasBench101::NasBench101(NasBench101Options options) : options_(std::move(options)) {
  if (options_.channels < 4 || options_.channels > 4096 || options_.stacks < 1 ||
      options_.stacks > 5 || options_.modules_per_stack < 1 || options_.modules_per_stack > 100) {
    throw SpaceError(fmt::format(
        "nasbench101 with {} channels, {} stacks and {} modules per stack is out of range: "
        "channels go from 4 to 4096, stacks from 1 to 5, modules_per_stack from 1 to 100",
        options_.channels, options_.stacks, options_.modules_per_stack));
  }
  if (options_.sampling != "unique" && options_.sampling != "random") {
    throw SpaceError(fmt::format("nasbench101 has no sampling {}; known: unique, random",
                                 evonas::quoted(options_.sampling)));
  }
}

Genotype NasBench101::sample(Rng& rng) const {
  if (options_.sampling == "unique") return at(rng.below(size()));
  return genotype_of(first_valid("a random cell", [&](Cell& cell) { return draw(rng, cell); }));
}

Genotype NasBench101::mutate(const Genotype& parent, Rng& rng) const {
  const Cell before = cell_of(parent);
  const std::size_t moves = move_count(before);
  return genotype_of(first_valid("a mutation", [&](Cell& cell) {
    cell = before;
    return make_move(cell, rng.below(moves));
  }));
}

Genotype NasBench101::crossover(const Genotype& a, const Genotype& b, Rng& rng) const {
  const Cell first = cell_of(a);
  const Cell second = cell_of(b);
  return genotype_of(
      first_valid("a crossover", [&](Cell& cell) { return cross(first, second, rng, cell); }));
}

void NasBench101::validate(const Genotype& genotype) const { cell_of(genotype); }

Key NasBench101::key(const Genotype& genotype) const {
  const Cell least = cell_of(canonical_code(cell_of(genotype)));
  return Key::of("nasbench101 " + nasbench101::format(least));
}

std::string NasBench101::format(const Genotype& genotype) const {
  return nasbench101::format(cell_of(genotype));
}

Genotype NasBench101::parse(std::string_view text) const {
  return genotype_of(nasbench101::parse(text));
}

std::uint64_t NasBench101::size() const { return all_codes().size(); }

Genotype NasBench101::at(std::uint64_t index) const {
  if (index >= size()) {
    throw SpaceError(fmt::format("there is no nasbench101 cell number {}: they go from 0 to {}",
                                 index, size() - 1));
  }
  return genotype_of(cell_of(all_codes()[index]));
}

std::vector<Genotype> NasBench101::neighbours(const Genotype& genotype) const {
  const Cell before = cell_of(genotype);
  std::vector<Cell> cells;
  for (std::size_t number = 0; number < move_count(before); ++number) {
    Cell cell = before;
    // To take away one edge or the next of a chain comes to the same.
    if (make_move(cell, number) == Fault::None && std::ranges::find(cells, cell) == cells.end()) {
      cells.push_back(cell);
    }
  }
  std::vector<Genotype> result;
  result.reserve(cells.size());
  for (const Cell& cell : cells) result.push_back(genotype_of(cell));
  return result;
}

std::vector<std::string> NasBench101::annotations(const Genotype& genotype) const {
  return {graph_hash(cell_of(genotype))};
}

}  // namespace evonas::spaces
