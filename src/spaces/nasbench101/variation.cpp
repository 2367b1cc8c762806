#include <utility>

#include "spaces/nasbench101/cell.hpp"

namespace evonas::spaces::nasbench101 {
namespace {

/// The pair of vertices of a number below pairs(vertices): source, target.
std::pair<std::size_t, std::size_t> pair_of(std::size_t number) {
  std::size_t target = 1;
  while (pairs(target + 1) <= number) ++target;
  return {number - pairs(target), target};
}

/// A new vertex right before `target`, between `source` and it.
void insert_vertex(Cell& cell, std::size_t source, std::size_t target, std::uint8_t op) {
  const auto below = static_cast<Vertices>(only(target) - 1U);
  for (std::size_t vertex = cell.vertices; vertex > target; --vertex) {
    const Vertices set = cell.sources[vertex - 1];
    cell.sources[vertex] = static_cast<Vertices>((set & below) | ((set & ~below) << 1));
    cell.ops[vertex] = cell.ops[vertex - 1];
  }
  cell.sources[target] = only(source);
  cell.ops[target] = op;
  cell.sources[target + 1] |= only(target);
  ++cell.vertices;
}

/// The same cell on seven vertices: those that it lacks come before the output, without edges.
Cell spread(const Cell& cell) {
  Cell result = cell;
  result.vertices = kMostVertices;
  std::swap(result.sources[cell.output()], result.sources[result.output()]);
  return result;
}

}  // namespace

std::size_t move_count(const Cell& cell) {
  const std::size_t flips = pairs(cell.vertices);
  const std::size_t inserts = cell.vertices < kMostVertices ? kOperations * flips : 0;
  return flips + (kOperations - 1) * (cell.vertices - 2) + inserts;
}

Fault make_move(Cell& cell, std::size_t number) {
  const std::size_t flips = pairs(cell.vertices);
  if (number < flips) {
    const auto [source, target] = pair_of(number);
    cell.flip(source, target);
    return prune(cell);
  }
  number -= flips;
  const std::size_t changes = (kOperations - 1) * (cell.vertices - 2);
  if (number < changes) {
    std::uint8_t& op = cell.ops[1 + number / (kOperations - 1)];
    op = static_cast<std::uint8_t>((op + 1 + number % (kOperations - 1)) % kOperations);
    return Fault::None;
  }
  number -= changes;
  const auto [source, target] = pair_of(number / kOperations);
  insert_vertex(cell, source, target, static_cast<std::uint8_t>(number % kOperations));
  return cell.edges() > kMostEdges ? Fault::TooManyEdges : Fault::None;
}

Fault draw(Rng& rng, Cell& cell) {
  cell = Cell{.vertices = kMostVertices};
  const std::uint64_t edges = rng();
  for (std::size_t vertex = 1; vertex < cell.vertices; ++vertex) {
    cell.sources[vertex] = static_cast<Vertices>((edges >> pairs(vertex)) & (only(vertex) - 1U));
  }
  for (std::size_t vertex = 1; vertex < cell.output(); ++vertex) {
    cell.ops[vertex] = static_cast<std::uint8_t>(rng.below(kOperations));
  }
  return prune(cell);
}

Fault cross(const Cell& a, const Cell& b, Rng& rng, Cell& cell) {
  cell = spread(a);
  const Cell other = spread(b);
  std::uint64_t from_b = rng();
  for (std::size_t vertex = 1; vertex < cell.vertices; ++vertex) {
    const auto taken = static_cast<Vertices>(from_b & (only(vertex) - 1U));
    cell.sources[vertex] =
        static_cast<Vertices>((cell.sources[vertex] & ~taken) | (other.sources[vertex] & taken));
    from_b >>= vertex;
  }
  for (std::size_t vertex = 1; vertex < b.output(); ++vertex, from_b >>= 1) {
    if (vertex >= a.output() || (from_b & 1U) != 0) cell.ops[vertex] = other.ops[vertex];
  }
  return prune(cell);
}

}  // namespace evonas::spaces::nasbench101
