#include <cstring>

#include <fmt/format.h>

#include "base/md5.hpp"
#include "spaces/nasbench101/cell.hpp"

namespace evonas::spaces::nasbench101 {
namespace {

constexpr std::size_t kHexDigits = 32;
constexpr std::size_t kLabels = kOperations + 2;
/// Longest message about one vertex: the hashes at the other ends of its edges, its own, two bars.
constexpr std::size_t kLongest = (kMostEdges + 1) * kHexDigits + 2;

using Hex = std::array<char, kHexDigits>;
using Neighbours = std::array<Vertices, kMostVertices>;

/// The hash of one vertex, also as the text that further hashes are computed from.
struct VertexHash {
  Md5Digest digest{};
  Hex hex{};

  bool operator<(const VertexHash& other) const {
    return std::memcmp(digest.data(), other.digest.data(), digest.size()) < 0;
  }
};
using VertexHashes = std::array<VertexHash, kMostVertices>;

/// Writes at `place`, and moves it behind.
void put(char*& place, const Hex& hex) {
  std::memcpy(place, hex.data(), hex.size());
  place += hex.size();
}
void put(char*& place, std::string_view text) {
  std::memcpy(place, text.data(), text.size());
  place += text.size();
}

/// Calls `body(v)` for each vertex v of a set.
template <class Body>
void for_each(Vertices set, const Body& body) {
  for (unsigned rest = set; rest != 0; rest &= rest - 1) {
    body(static_cast<std::size_t>(std::countr_zero(rest)));
  }
}

/// The vertices in the order of their hashes.
std::array<std::size_t, kMostVertices> order_of(const VertexHashes& hashes, std::size_t vertices) {
  std::array<std::size_t, kMostVertices> order{};
  for (std::size_t i = 0; i < vertices; ++i) {
    std::size_t at = i;
    for (; at > 0 && hashes[i] < hashes[order[at - 1]]; --at) order[at] = order[at - 1];
    order[at] = i;
  }
  return order;
}

void hash_all(const std::array<std::string_view, kMostVertices>& messages, std::size_t vertices,
              VertexHashes& hashes) {
  std::array<Md5Digest, kMostVertices> digests;
  md5({messages.data(), vertices}, {digests.data(), vertices});
  for (std::size_t v = 0; v < vertices; ++v) {
    hashes[v].digest = digests[v];
    write_hex(digests[v], hashes[v].hex.data());
  }
}

/// The hash of a vertex by its number of readers, its number of sources, and its label, of which -2
/// is the output's and -1 the input's.
const VertexHash& first_hash(int readers, int sources, int label) {
  static const auto table = [] {
    std::array<VertexHash, kMostVertices * kMostVertices * kLabels> hashes;
    for (std::size_t i = 0; i < hashes.size(); ++i) {
      const std::string text =
          fmt::format("({}, {}, {})", i / kLabels / kMostVertices, i / kLabels % kMostVertices,
                      static_cast<int>(i % kLabels) - 2);
      const std::string_view message = text;
      md5({&message, 1}, {&hashes[i].digest, 1});
      write_hex(hashes[i].digest, hashes[i].hex.data());
    }
    return hashes;
  }();
  const auto index = static_cast<std::size_t>(readers) * kMostVertices * kLabels +
                     static_cast<std::size_t>(sources) * kLabels +
                     static_cast<std::size_t>(label + 2);
  return table[index];
}

VertexHashes first_hashes(const Cell& cell, const Neighbours& targets) {
  VertexHashes hashes;
  for (std::size_t v = 0; v < cell.vertices; ++v) {
    const int label = v == 0 ? -1 : v == cell.output() ? -2 : int{cell.ops[v]};
    hashes[v] = first_hash(std::popcount(targets[v]), std::popcount(cell.sources[v]), label);
  }
  return hashes;
}

/// Hashes each vertex anew from the sorted hashes of its sources, those of its readers, and its
/// own, with bars between.
void hash_neighbourhoods(const Cell& cell, const Neighbours& targets, VertexHashes& hashes) {
  std::array<std::array<char, kLongest>, kMostVertices> messages;
  std::array<std::string_view, kMostVertices> texts;
  // Where the next source and the next reader of each vertex go.
  std::array<char*, kMostVertices> source_places{};
  std::array<char*, kMostVertices> reader_places{};
  for (std::size_t v = 0; v < cell.vertices; ++v) {
    char* place = messages[v].data();
    source_places[v] = place;
    place += kHexDigits * static_cast<std::size_t>(std::popcount(cell.sources[v]));
    put(place, "|");
    reader_places[v] = place;
    place += kHexDigits * static_cast<std::size_t>(std::popcount(targets[v]));
    put(place, "|");
    put(place, hashes[v].hex);
    texts[v] = {messages[v].data(), place};
  }
  const auto order = order_of(hashes, cell.vertices);
  for (std::size_t i = 0; i < cell.vertices; ++i) {
    const std::size_t u = order[i];
    for_each(targets[u], [&](std::size_t v) { put(source_places[v], hashes[u].hex); });
    for_each(cell.sources[u], [&](std::size_t v) { put(reader_places[v], hashes[u].hex); });
  }
  hash_all(texts, cell.vertices, hashes);
}

}  // namespace

std::string graph_hash(const Cell& cell) {
  const Neighbours targets = cell.targets();
  VertexHashes hashes = first_hashes(cell, targets);
  for (std::size_t round = 0; round < cell.vertices; ++round) {
    hash_neighbourhoods(cell, targets, hashes);
  }
  // "['...', '...']": a list as Python prints it.
  std::array<char, kMostVertices*(kHexDigits + 4)> list;
  char* place = list.data();
  const auto order = order_of(hashes, cell.vertices);
  for (std::size_t i = 0; i < cell.vertices; ++i) {
    put(place, i == 0 ? "['" : "', '");
    put(place, hashes[order[i]].hex);
  }
  put(place, "']");
  const std::string_view message(list.data(), place);
  Md5Digest digest;
  md5({&message, 1}, {&digest, 1});
  std::string result(kHexDigits, '0');
  write_hex(digest, result.data());
  return result;
}

}  // namespace evonas::spaces::nasbench101
