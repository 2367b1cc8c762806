#include "spaces/nasbench101/cell.hpp"

#include <cstring>
#include <limits>

namespace evonas::spaces::nasbench101 {
namespace {

constexpr unsigned kOpBits = 2;
constexpr unsigned kAllOpBits = kOpBits * (kMostVertices - 2);
constexpr unsigned kEdgeBits = static_cast<unsigned>(pairs(kMostVertices));

constexpr std::uint64_t edge_bit(std::size_t source, std::size_t target) {
  return std::uint64_t{1} << (kAllOpBits + pairs(target) + source);
}
constexpr unsigned op_shift(std::size_t vertex) {
  return kAllOpBits - kOpBits * static_cast<unsigned>(vertex);
}
constexpr std::uint64_t size_bits(std::size_t vertices) {
  return std::uint64_t{vertices} << (kAllOpBits + kEdgeBits);
}

/// Numbers the interior vertices anew, from the last down, in every topological order that can lead
/// to the least code.
class CanonicalSearch {
 public:
  explicit CanonicalSearch(const Cell& cell) : cell_(cell), targets_(cell.targets()) {
    position_[cell.output()] = cell.output();
    std::uint64_t code = size_bits(cell.vertices);
    if (cell.edge(0, cell.output())) code |= edge_bit(0, cell.output());
    const auto interior = static_cast<Vertices>(only(cell.output()) - 2);
    place(cell.output() - 1, interior, code);
  }

  std::uint64_t least() const { return least_; }

 private:
  void place(std::size_t position, Vertices left, std::uint64_t code) {
    if (left == 0) {
      least_ = std::min(least_, code);
      return;
    }
    // What all readers of have their number, and what has a twin before it is not worth a try: to
    // exchange the two changes nothing.
    std::array<std::size_t, kMostVertices> candidates{};
    std::size_t count = 0;
    bool any_off_output = false;
    for (std::size_t vertex = 1; vertex < cell_.output(); ++vertex) {
      if (!holds(left, vertex) || (targets_[vertex] & left) != 0) continue;
      bool twin = false;
      for (std::size_t i = 0; i < count; ++i) twin = twin || twins(candidates[i], vertex);
      if (twin) continue;
      candidates[count++] = vertex;
      any_off_output = any_off_output || !reads_output(vertex);
    }
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t vertex = candidates[i];
      // Edges into the output weigh most, and that from the highest number the most of them.
      if (any_off_output && reads_output(vertex)) continue;
      position_[vertex] = position;
      place(position - 1, static_cast<Vertices>(left & ~only(vertex)),
            code | placed(vertex, position));
    }
  }

  bool reads_output(std::size_t vertex) const { return holds(targets_[vertex], cell_.output()); }

  bool twins(std::size_t a, std::size_t b) const {
    return cell_.ops[a] == cell_.ops[b] && cell_.sources[a] == cell_.sources[b] &&
           targets_[a] == targets_[b];
  }

  /// What a vertex adds to the code: its operation, the edges out of it, and that from the input.
  std::uint64_t placed(std::size_t vertex, std::size_t position) const {
    std::uint64_t code = std::uint64_t{cell_.ops[vertex]} << op_shift(position);
    if (cell_.edge(0, vertex)) code |= edge_bit(0, position);
    for (unsigned rest = targets_[vertex]; rest != 0; rest &= rest - 1) {
      code |= edge_bit(position, position_[static_cast<std::size_t>(std::countr_zero(rest))]);
    }
    return code;
  }

  const Cell& cell_;
  std::array<Vertices, kMostVertices> targets_;
  std::array<std::size_t, kMostVertices> position_{};
  std::uint64_t least_ = std::numeric_limits<std::uint64_t>::max();
};

/// `set` without the vertices that are not in `kept`, those that stay numbered by rank.
Vertices compressed(Vertices set, Vertices kept) {
  unsigned result = 0;
  unsigned rank = 0;
  for (unsigned rest = kept; rest != 0; rest &= rest - 1, ++rank) {
    result |= ((unsigned{set} >> std::countr_zero(rest)) & 1U) << rank;
  }
  return static_cast<Vertices>(result);
}

}  // namespace

int Cell::edges() const {
  std::uint64_t all = 0;  // counted at once, which is asked of every candidate of a search
  static_assert(sizeof(sources) < sizeof(all));
  std::memcpy(&all, sources.data(), sizeof(sources));
  return std::popcount(all);
}

std::array<Vertices, kMostVertices> Cell::targets() const {
  std::array<Vertices, kMostVertices> result{};
  for (std::size_t target = 1; target < vertices; ++target) {
    for (std::size_t source = 0; source < target; ++source) {
      result[source] |= static_cast<Vertices>((unsigned{sources[target]} >> source & 1U) << target);
    }
  }
  return result;
}

bool is_pruned(const Cell& cell) {
  unsigned read = 0;
  for (std::size_t vertex = 1; vertex < cell.vertices; ++vertex) {
    if (cell.sources[vertex] == 0) return false;
    read |= cell.sources[vertex];
  }
  // In an acyclic graph, who reads something and is read lies on a path from input to output.
  return read + 1 == only(cell.output());
}

Fault prune(Cell& cell) {
  Vertices reached = 1;
  for (std::size_t vertex = 1; vertex < cell.vertices; ++vertex) {
    if ((cell.sources[vertex] & reached) != 0) reached |= only(vertex);
  }
  if (!holds(reached, cell.output())) return Fault::NoPath;
  Vertices used = only(cell.output());
  for (std::size_t vertex = cell.output(); vertex > 0; --vertex) {
    if (holds(used, vertex)) used |= cell.sources[vertex];
  }
  const auto kept = static_cast<Vertices>(reached & used);
  Cell result{.vertices = static_cast<std::size_t>(std::popcount(kept))};
  std::size_t rank = 0;
  for (std::size_t vertex = 0; vertex < cell.vertices; ++vertex) {
    if (!holds(kept, vertex)) continue;
    result.sources[rank] = compressed(cell.sources[vertex], kept);
    result.ops[rank++] = cell.ops[vertex];
  }
  cell = result;
  return cell.edges() > kMostEdges ? Fault::TooManyEdges : Fault::None;
}

std::uint64_t code_of(const Cell& cell) {
  std::uint64_t code = size_bits(cell.vertices);
  for (std::size_t vertex = 1; vertex < cell.vertices; ++vertex) {
    code |= std::uint64_t{cell.sources[vertex]} << (kAllOpBits + pairs(vertex));
  }
  for (std::size_t vertex = 1; vertex < cell.output(); ++vertex) {
    code |= std::uint64_t{cell.ops[vertex]} << op_shift(vertex);
  }
  return code;
}

Cell cell_of(std::uint64_t code) {
  Cell cell{.vertices = static_cast<std::size_t>(code >> (kAllOpBits + kEdgeBits))};
  for (std::size_t vertex = 1; vertex < cell.vertices; ++vertex) {
    cell.sources[vertex] =
        static_cast<Vertices>((code >> (kAllOpBits + pairs(vertex))) & (only(vertex) - 1U));
  }
  for (std::size_t vertex = 1; vertex < cell.output(); ++vertex) {
    cell.ops[vertex] = static_cast<std::uint8_t>((code >> op_shift(vertex)) & 3U);
  }
  return cell;
}

std::uint64_t canonical_code(const Cell& cell) { return CanonicalSearch(cell).least(); }

}  // namespace evonas::spaces::nasbench101
