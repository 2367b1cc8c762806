#include "spaces/darts.hpp"

#include <algorithm>
#include <limits>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "base/quoted.hpp"
#include "spaces/darts/cell.hpp"

namespace evonas::spaces {

using namespace darts_cell;

namespace {

using Gene = Genotype::Gene;
using Genes = std::vector<Gene>;

Genes genes_of(const Genotype& genotype) {
  return {genotype.genes().begin(), genotype.genes().end()};
}

/// How many nodes the intermediate node `node` can read.
constexpr std::size_t predecessors(std::size_t node) { return node + kInputs; }

/// How many ways the node `node` has: pairs of predecessors, and an operation on either.
constexpr std::uint64_t ways(std::size_t node) {
  const std::uint64_t pairs = predecessors(node) * (predecessors(node) - 1) / 2;
  return pairs * kOperations * kOperations;
}

constexpr std::uint64_t count_genotypes() {
  std::uint64_t count = 1;
  for (std::size_t i = 0; i < kCells * kNodes; ++i) count *= ways(i % kNodes);
  return count;
}

/// Puts the two edges of a node, four genes, into the order of their inputs.
void sort_inputs(std::span<Gene> node) {
  if (node[1] < node[3]) return;
  std::swap(node[0], node[2]);
  std::swap(node[1], node[3]);
}

/// An edge of the genotype: where its operation stands, and the genes of its node.
struct Place {
  std::size_t node = 0;  ///< of the eight, the normal cell first
  std::size_t side = 0;  ///< 0 or 1
  std::size_t first() const { return node * kGenesPerNode; }
  std::size_t operation() const { return first() + 2 * side; }
  std::size_t input() const { return operation() + 1; }
  std::size_t other_input() const { return first() + 2 * (1 - side) + 1; }
};

Genotype with_operation(Genes genes, Place place, Gene operation) {
  genes[place.operation()] = operation;
  return Genotype(std::move(genes));
}

Genotype with_input(Genes genes, Place place, Gene input) {
  genes[place.input()] = input;
  sort_inputs(std::span(genes).subspan(place.first(), kGenesPerNode));
  return Genotype(std::move(genes));
}

/// The inputs that an edge could read instead of its own: not that of the node's other edge either.
std::vector<Gene> other_inputs(const Genes& genes, Place place) {
  std::vector<Gene> inputs;
  const auto count = static_cast<Gene>(predecessors(place.node % kNodes));
  for (Gene input = 0; input < count; ++input) {
    if (input != genes[place.input()] && input != genes[place.other_input()]) {
      inputs.push_back(input);
    }
  }
  return inputs;
}

/// The least number that stands for a cell under any order of its intermediate nodes: 12 bits a
/// node, two sorted pairs of input and operation.
std::uint64_t canonical_cell(std::span<const Gene> genes) {
  using Order = std::array<std::uint8_t, kNodes>;
  std::uint64_t least = std::numeric_limits<std::uint64_t>::max();
  Order place{0, 1, 2, 3};  // of each intermediate node
  do {
    std::array<std::uint64_t, kNodes> codes{};
    bool in_order = true;
    for (std::size_t node = 0; node < kNodes && in_order; ++node) {
      std::array<std::uint64_t, 2> edges{};
      for (std::size_t side = 0; side < 2; ++side) {
        const auto operation = static_cast<std::uint64_t>(genes[node * kGenesPerNode + 2 * side]);
        auto input = static_cast<std::size_t>(genes[node * kGenesPerNode + 2 * side + 1]);
        if (input >= kInputs) {
          in_order = in_order && place[input - kInputs] < place[node];
          input = place[input - kInputs] + kInputs;
        }
        edges[side] = (input << 3U) | operation;
      }
      const auto [low, high] = std::minmax(edges[0], edges[1]);
      codes[place[node]] = (low << 6U) | high;
    }
    if (!in_order) continue;
    std::uint64_t code = 0;
    for (const std::uint64_t node : codes) code = (code << 12U) | node;
    least = std::min(least, code);
  } while (std::ranges::next_permutation(place).found);
  return least;
}

}  // namespace

Darts::Darts(DartsOptions options) : options_(std::move(options)) {
  const auto& [skeleton, channels, cells, auxiliary, drop_path] = options_;
  if (skeleton != "cifar" && skeleton != "imagenet") {
    throw SpaceError(
        fmt::format("darts has no skeleton {}; known: cifar, imagenet", evonas::quoted(skeleton)));
  }
  if (channels < 2 || channels > 4096 || cells < 1 || cells > 100 ||
      !(drop_path >= 0.0 && drop_path <= 0.9)) {
    throw SpaceError(
        fmt::format("darts with {} channels, {} cells and a drop_path of {} is out of range: "
                    "channels go from 2 to 4096, cells from 1 to 100, drop_path from 0 to 0.9",
                    channels, cells, drop_path));
  }
}

std::uint64_t Darts::size() const { return count_genotypes(); }

Genotype Darts::at(std::uint64_t index) const {
  if (index >= size()) {
    throw SpaceError(fmt::format("there is no darts genotype number {}: they go from 0 to {}",
                                 index, size() - 1));
  }
  Genes genes(kGenes);
  for (std::size_t node = kCells * kNodes; node-- > 0;) {
    std::uint64_t way = index % ways(node % kNodes);
    index /= ways(node % kNodes);
    const std::size_t at = node * kGenesPerNode;
    genes[at + 2] = static_cast<Gene>(way % kOperations);
    way /= kOperations;
    genes[at] = static_cast<Gene>(way % kOperations);
    way /= kOperations;
    // What is left numbers the pairs (0, 1), (0, 2), (1, 2), (0, 3), ...
    Gene higher = 1;
    for (; way >= static_cast<std::uint64_t>(higher); ++higher) {
      way -= static_cast<std::uint64_t>(higher);
    }
    genes[at + 1] = static_cast<Gene>(way);
    genes[at + 3] = higher;
  }
  return Genotype(std::move(genes));
}

Genotype Darts::sample(Rng& rng) const { return at(rng.below(size())); }

Genotype Darts::mutate(const Genotype& parent, Rng& rng) const {
  validate(parent);
  Genes genes = genes_of(parent);
  if (rng.chance(0.5)) {
    const Place place{.node = rng.below(kCells * kNodes), .side = rng.below(2)};
    const Gene old = genes[place.operation()];
    const auto other = static_cast<Gene>(rng.below(kOperations - 1));
    return with_operation(std::move(genes), place,
                          static_cast<Gene>(other < old ? other : other + 1));
  }
  // Every pair of an edge and another input of it is as likely as any other.
  std::vector<std::pair<Place, Gene>> changes;
  for (std::size_t node = 0; node < kCells * kNodes; ++node) {
    for (std::size_t side = 0; side < 2; ++side) {
      const Place place{.node = node, .side = side};
      for (const Gene input : other_inputs(genes, place)) changes.emplace_back(place, input);
    }
  }
  const auto& [place, input] = changes[rng.below(changes.size())];
  return with_input(std::move(genes), place, input);
}

Genotype Darts::crossover(const Genotype& a, const Genotype& b, Rng& rng) const {
  validate(a);
  validate(b);
  Genes genes = genes_of(a);
  const std::uint64_t from_b = rng.below(std::uint64_t{1} << (kCells * kNodes));
  for (std::size_t i = 0; i < kGenes; ++i) {
    if (((from_b >> (i / kGenesPerNode)) & 1U) != 0) genes[i] = b[i];
  }
  return Genotype(std::move(genes));
}

void Darts::validate(const Genotype& genotype) const {
  if (genotype.size() != kGenes) {
    throw SpaceError(fmt::format("a darts genotype has {} genes, not {}", kGenes, genotype.size()));
  }
  for (std::size_t cell = 0; cell < kCells; ++cell) {
    for (std::size_t node = 0; node < kNodes; ++node) {
      const Edge a = edge_of(genotype, cell, node, 0);
      const Edge b = edge_of(genotype, cell, node, 1);
      for (const Edge edge : {a, b}) {
        if (edge.operation >= 0 && edge.operation < kOperations) continue;
        throw SpaceError(fmt::format(
            "node {} of the {} cell of a darts genotype has the operation {}; they go from 0 to {}",
            node + kInputs, kCellNames[cell], edge.operation, kOperations - 1));
      }
      if (a.input >= 0 && a.input < b.input && b.input < static_cast<Gene>(predecessors(node))) {
        continue;
      }
      throw SpaceError(fmt::format(
          "node {} of the {} cell of a darts genotype reads {} and {}; expected two different "
          "nodes before it in ascending order, 0 to {}",
          node + kInputs, kCellNames[cell], a.input, b.input, predecessors(node) - 1));
    }
  }
}

Key Darts::key(const Genotype& genotype) const {
  validate(genotype);
  return Key::of(fmt::format("darts {:x} {:x}",
                             canonical_cell(genotype.genes().first(kGenesPerCell)),
                             canonical_cell(genotype.genes().last(kGenesPerCell))));
}

std::vector<Genotype> Darts::neighbours(const Genotype& genotype) const {
  validate(genotype);
  const Genes genes = genes_of(genotype);
  std::vector<Genotype> result;
  for (std::size_t node = 0; node < kCells * kNodes; ++node) {
    for (std::size_t side = 0; side < 2; ++side) {
      const Place place{.node = node, .side = side};
      for (Gene operation = 0; operation < kOperations; ++operation) {
        if (operation == genes[place.operation()]) continue;
        result.push_back(with_operation(genes, place, operation));
      }
      for (const Gene input : other_inputs(genes, place)) {
        result.push_back(with_input(genes, place, input));
      }
    }
  }
  return result;
}

}  // namespace evonas::spaces
