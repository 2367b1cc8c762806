#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "spaces/genotype.hpp"

namespace evonas::spaces::nasbench101 {

/// What the files of the space nasbench101 share; nobody else includes this.

inline constexpr std::size_t kMostVertices = 7;
inline constexpr int kMostEdges = 9;
inline constexpr Genotype::Gene kOperations = 3;

/// The authors' names of the operations, in the order of their label numbers.
inline constexpr std::array<std::string_view, kOperations> kOperationNames{
    "conv3x3-bn-relu", "conv1x1-bn-relu", "maxpool3x3"};
/// The words of the notation, in the same order.
inline constexpr std::array<std::string_view, kOperations> kOperationWords{"c3", "c1", "mp"};

/// Number of pairs of vertices, which is that of possible edges.
constexpr std::size_t pairs(std::size_t vertices) { return vertices * (vertices - 1) / 2; }

/// A set of vertices, bit v for vertex v.
using Vertices = std::uint8_t;

constexpr Vertices only(std::size_t vertex) { return static_cast<Vertices>(1U << vertex); }
constexpr bool holds(Vertices set, std::size_t vertex) { return ((set >> vertex) & 1U) != 0; }

/// A directed acyclic graph with operations on its interior vertices. Vertex 0 is the input, the
/// last one the output, and edges lead to higher numbers. A plain value.
struct Cell {
  std::size_t vertices = 2;
  std::array<Vertices, kMostVertices> sources{};  ///< of each vertex, the vertices that it reads
  std::array<std::uint8_t, kMostVertices> ops{};  ///< of interior vertices; 0 elsewhere

  std::size_t output() const { return vertices - 1; }
  bool edge(std::size_t source, std::size_t target) const { return holds(sources[target], source); }
  void flip(std::size_t source, std::size_t target) { sources[target] ^= only(source); }
  int edges() const;
  /// Of each vertex, the vertices that read it.
  std::array<Vertices, kMostVertices> targets() const;

  bool operator==(const Cell&) const = default;
};

/// Why a cell is none of the space.
enum class Fault { None, NoPath, TooManyEdges };

/// Whether some path from input to output crosses every vertex.
bool is_pruned(const Cell& cell);

/// Takes away the vertices that no path from input to output crosses, in place. The others keep
/// their order. A cell without such a path is left as it is.
Fault prune(Cell& cell);

/// 34 bits that say all of a cell and order cells as the authors' generator does: by the number of
/// vertices, then by edges (those into the last vertex first, from the highest source), then by
/// labels.
std::uint64_t code_of(const Cell& cell);
Cell cell_of(std::uint64_t code);

/// The genotype of a pruned cell and back. Throws SpaceError where a genotype is no pruned cell of
/// the space.
Genotype genotype_of(const Cell& cell);
Cell cell_of(const Genotype& genotype);

/// The notation of NasBench101. parse() prunes, and throws SpaceError.
std::string format(const Cell& cell);
Cell parse(std::string_view text);

/// The least code of all cells that are isomorphic to a pruned one: equal exactly for isomorphic
/// cells. It is the code of the cell of its class that the authors' generator meets first.
std::uint64_t canonical_code(const Cell& cell);

/// The canonical codes of all cells of the space, ascending: 423,624. Built by the first call, in a
/// tenth of a second.
const std::vector<std::uint64_t>& all_codes();

/// The official graph hash of a pruned cell (`hash_module` of the authors' graph_util): 32
/// hexadecimal digits of MD5, equal for isomorphic cells.
std::string graph_hash(const Cell& cell);

/// Number of moves of a mutation of a pruned cell: flip an edge, change an operation, and, where
/// there is room, insert a vertex between two others.
std::size_t move_count(const Cell& cell);
/// Makes one of the moves, and prunes.
Fault make_move(Cell& cell, std::size_t number);

/// Seven vertices with edges and operations at random, pruned.
Fault draw(Rng& rng, Cell& cell);

/// Each edge and operation from one parent or the other, pruned. Interior vertices of the parents
/// correspond by number, and so do their outputs; an operation that only one has is taken from it.
Fault cross(const Cell& a, const Cell& b, Rng& rng, Cell& cell);

}  // namespace evonas::spaces::nasbench101
