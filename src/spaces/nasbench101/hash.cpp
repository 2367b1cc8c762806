#include <algorithm>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "base/md5.hpp"
#include "spaces/nasbench101/cell.hpp"

namespace evonas::spaces::nasbench101 {
namespace {

constexpr std::size_t kHexDigits = 32;
constexpr std::size_t kLabels = kOperations + 2;
/// Longest message about one vertex: the hashes at both ends of every edge, its own, two bars.
constexpr std::size_t kLongest = (kMostEdges + 1) * kHexDigits + 2;

/// The hash of one vertex, also as the text that further hashes are computed from.
struct VertexHash {
  Md5Digest digest{};
  std::array<char, kHexDigits> hex{};

  bool operator<(const VertexHash& other) const {
    return std::memcmp(digest.data(), other.digest.data(), digest.size()) < 0;
  }
};
using VertexHashes = std::array<VertexHash, kMostVertices>;

/// A text under construction, of which no part is written twice.
template <std::size_t kCapacity>
class Message {
 public:
  void append(const std::array<char, kHexDigits>& hex) {
    std::memcpy(text_.data() + size_, hex.data(), hex.size());
    size_ += hex.size();
  }
  void append(std::string_view text) {
    std::memcpy(text_.data() + size_, text.data(), text.size());
    size_ += text.size();
  }
  std::string_view text() const { return {text_.data(), size_}; }

 private:
  std::array<char, kCapacity> text_;
  std::size_t size_ = 0;
};

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

VertexHashes first_hashes(const Cell& cell, const std::array<Vertices, kMostVertices>& targets) {
  VertexHashes hashes;
  for (std::size_t v = 0; v < cell.vertices; ++v) {
    const int label = v == 0 ? -1 : v == cell.output() ? -2 : int{cell.ops[v]};
    hashes[v] = first_hash(std::popcount(targets[v]), std::popcount(cell.sources[v]), label);
  }
  return hashes;
}

}  // namespace

std::string graph_hash(const Cell& cell) {
  const auto targets = cell.targets();
  VertexHashes hashes = first_hashes(cell, targets);
  for (std::size_t round = 0; round < cell.vertices; ++round) {
    const auto order = order_of(hashes, cell.vertices);
    std::array<Message<kLongest>, kMostVertices> messages;
    std::array<std::string_view, kMostVertices> texts;
    for (std::size_t v = 0; v < cell.vertices; ++v) {
      for (const Vertices neighbours : {cell.sources[v], targets[v]}) {
        for (std::size_t i = 0; i < cell.vertices; ++i) {
          if (holds(neighbours, order[i])) messages[v].append(hashes[order[i]].hex);
        }
        messages[v].append("|");
      }
      messages[v].append(hashes[v].hex);
      texts[v] = messages[v].text();
    }
    hash_all(texts, cell.vertices, hashes);
  }
  // "['...', '...']": a list as Python prints it.
  Message<kMostVertices*(kHexDigits + 4)> list;
  const auto order = order_of(hashes, cell.vertices);
  for (std::size_t i = 0; i < cell.vertices; ++i) {
    list.append(i == 0 ? "['" : "', '");
    list.append(hashes[order[i]].hex);
  }
  list.append("']");
  const std::string_view message = list.text();
  Md5Digest digest;
  md5({&message, 1}, {&digest, 1});
  std::string result(kHexDigits, '0');
  write_hex(digest, result.data());
  return result;
}

}  // namespace evonas::spaces::nasbench101
