#include <optional>

#include "spaces/nasbench101/cell.hpp"

namespace evonas::spaces::nasbench101 {
namespace {

/// The cell of conv3x3 whose edges are the given bits, in the order of the authors' generator;
/// nothing where it is larger than the space allows, or a vertex lies off every path.
std::optional<Cell> full_cell(std::size_t vertices, std::uint32_t edges) {
  if (std::popcount(edges) > kMostEdges) return std::nullopt;
  Cell cell{.vertices = vertices};
  for (std::size_t vertex = 1; vertex < vertices; ++vertex) {
    cell.sources[vertex] = static_cast<Vertices>((edges >> pairs(vertex)) & (only(vertex) - 1U));
  }
  return is_pruned(cell) ? std::optional(cell) : std::nullopt;
}

/// Sets the labels to the next in the order of codes; false after the last.
bool advance_labels(Cell& cell) {
  for (std::size_t vertex = cell.output() - 1; vertex > 0; --vertex) {
    if (++cell.ops[vertex] < kOperations) return true;
    cell.ops[vertex] = 0;
  }
  return false;
}

/// A graph without labels is taken where its own code is the least of its class, and then its
/// labellings by the same rule: each class once, and no set of what was seen (Read, "Every one a
/// winner", 1978).
std::vector<std::uint64_t> enumerate() {
  std::vector<std::uint64_t> codes;
  codes.reserve(423'624);
  for (std::size_t vertices = 2; vertices <= kMostVertices; ++vertices) {
    for (std::uint32_t edges = 0; edges < (1U << pairs(vertices)); ++edges) {
      std::optional<Cell> cell = full_cell(vertices, edges);
      if (!cell || canonical_code(*cell) != code_of(*cell)) continue;
      do {
        const std::uint64_t code = code_of(*cell);
        if (canonical_code(*cell) == code) codes.push_back(code);
      } while (advance_labels(*cell));
    }
  }
  return codes;
}

}  // namespace

const std::vector<std::uint64_t>& all_codes() {
  static const std::vector<std::uint64_t> codes = enumerate();
  return codes;
}

}  // namespace evonas::spaces::nasbench101
