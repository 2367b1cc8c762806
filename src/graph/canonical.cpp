#include "graph/canonical.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "graph/refinement.hpp"

namespace evonas::graph {
namespace {

// Bounds on one search: nodes recoloured, and vertices told apart one after the other. Networks
// need a few thousand of the first and as many of the second as they have equal branches.
constexpr std::size_t kMostWork = std::size_t{1} << 23;
constexpr std::size_t kMostDepth = 2000;

/// Which nodes are known to be images of each other (union-find).
class Orbits {
 public:
  explicit Orbits(std::size_t size) : parents_(size) {
    std::iota(parents_.begin(), parents_.end(), NodeId{0});
  }

  NodeId find(NodeId id) {
    while (parents_[id] != id) id = parents_[id] = parents_[parents_[id]];
    return id;
  }

  void merge(NodeId a, NodeId b) { parents_[find(a)] = find(b); }

 private:
  std::vector<NodeId> parents_;
};

/// A complete numbering of the graph and what the graph reads like under it.
struct Leaf {
  std::vector<NodeId> order;  ///< node at each place
  std::vector<std::uint32_t> certificate;
};

/// An explored way of telling one node of a cell apart.
struct Branch {
  NodeId node = 0;
  Colours colours;
  std::vector<NodeId> order;         ///< by colour
  std::vector<std::uint64_t> trace;  ///< colours in that order
  std::optional<Leaf> leaf;          ///< the least below
};

class Search {
 public:
  explicit Search(const ColourGraph& graph) : graph_(graph) {}

  Leaf run() {
    const Branch root = branch(initial_colours(graph_), 0);
    return least_leaf(root);
  }

 private:
  Branch branch(Colours colours, NodeId node) {
    work_ += graph_.size();
    if (work_ > kMostWork) give_up();
    Branch result{
        .node = node, .colours = std::move(colours), .order = {}, .trace = {}, .leaf = {}};
    result.order = order_by_colour(result.colours);
    for (const NodeId id : result.order) result.trace.push_back(result.colours[id]);
    return result;
  }

  [[noreturn]] void give_up() const {
    throw GraphError(fmt::format(
        "no canonical key: the graph of {} nodes is too symmetric; remove nodes that repeat",
        graph_.size()));
  }

  /// The least of the numberings below a node of the search tree, one for every class of branches
  /// that an automorphism maps onto each other.
  Leaf least_leaf(const Branch& parent) {
    const std::vector<NodeId> cell = smallest_cell(parent);
    if (cell.empty()) return {.order = parent.order, .certificate = certificate(parent.order)};
    if (path_.size() == kMostDepth) give_up();

    // Only automorphisms that are found from here on keep the path to here in place.
    std::size_t merged = moves_.size();
    Orbits orbits(graph_.size());
    std::vector<Branch> explored;
    for (const NodeId node : cell) {
      for (; merged < moves_.size(); ++merged)
        orbits.merge(moves_[merged].first, moves_[merged].second);
      const bool known = std::ranges::any_of(explored, [&](const Branch& other) {
        return orbits.find(other.node) == orbits.find(node);
      });
      if (known) continue;
      Branch child = branch(individualise(graph_, parent.colours, node), node);
      if (!explored.empty()) {
        if (child.trace > explored.front().trace) continue;
        if (child.trace < explored.front().trace) explored.clear();
      }
      if (maps_onto_any(child, explored)) continue;
      path_.push_back(node);
      child.leaf = least_leaf(child);
      path_.pop_back();
      if (equals_any(child, explored)) continue;
      explored.push_back(std::move(child));
    }
    const auto least = std::ranges::min_element(
        explored, {}, [](const Branch& child) { return child.leaf->certificate; });
    return std::move(*least->leaf);
  }

  /// The first of the smallest classes of more than one node.
  static std::vector<NodeId> smallest_cell(const Branch& branch) {
    std::size_t best_start = 0;
    std::size_t best_size = 0;
    for (std::size_t start = 0, end = 0; start < branch.order.size(); start = end) {
      while (end < branch.trace.size() && branch.trace[end] == branch.trace[start]) ++end;
      const std::size_t size = end - start;
      if (size > 1 && (best_size == 0 || size < best_size)) {
        best_start = start;
        best_size = size;
      }
    }
    const auto first = branch.order.begin() + static_cast<std::ptrdiff_t>(best_start);
    return {first, first + static_cast<std::ptrdiff_t>(best_size)};
  }

  /// Looks for the automorphism that moves as little as it can, which is the right one for equal
  /// branches of a network, and so saves the numberings below.
  bool maps_onto_any(const Branch& child, const std::vector<Branch>& explored) {
    for (const Branch& other : explored) {
      work_ += graph_.size();
      const Permutation image = least_moving_map(other, child);
      if (is_automorphism(graph_, image) && record(image)) return true;
    }
    return false;
  }

  static Permutation least_moving_map(const Branch& from, const Branch& to) {
    Permutation image(from.order.size());
    std::vector<NodeId> left;
    std::vector<NodeId> free;
    for (std::size_t start = 0, end = 0; start < from.order.size(); start = end) {
      while (end < from.trace.size() && from.trace[end] == from.trace[start]) ++end;
      const auto sources = std::span(from.order).subspan(start, end - start);
      const auto targets = std::span(to.order).subspan(start, end - start);
      left.clear();
      free.clear();
      std::ranges::set_difference(sources, targets, std::back_inserter(left));
      std::ranges::set_difference(targets, sources, std::back_inserter(free));
      for (const NodeId id : sources) image[id] = id;
      for (std::size_t i = 0; i < left.size(); ++i) image[left[i]] = free[i];
    }
    return image;
  }

  /// Two equal readings of the graph are an automorphism.
  bool equals_any(const Branch& child, const std::vector<Branch>& explored) {
    for (const Branch& other : explored) {
      if (other.leaf->certificate != child.leaf->certificate) continue;
      Permutation image(graph_.size());
      for (std::size_t place = 0; place < graph_.size(); ++place) {
        image[other.leaf->order[place]] = child.leaf->order[place];
      }
      record(image);
      return true;
    }
    return false;
  }

  /// Notes which nodes an automorphism moves. False for one that moves the path to here: it says
  /// nothing about the branches of this place.
  bool record(const Permutation& image) {
    if (std::ranges::any_of(path_, [&](NodeId id) { return image[id] != id; })) return false;
    for (NodeId id = 0; id < image.size(); ++id) {
      if (image[id] != id) moves_.emplace_back(id, image[id]);
    }
    return true;
  }

  std::vector<std::uint32_t> certificate(const std::vector<NodeId>& order) const {
    std::vector<std::uint32_t> places(order.size());
    for (std::size_t place = 0; place < order.size(); ++place) {
      places[order[place]] = static_cast<std::uint32_t>(place);
    }
    std::vector<std::uint32_t> result;
    for (const NodeId id : order) {
      const auto& producers = graph_.producers[id];
      result.push_back(graph_.labels[id]);
      result.push_back(static_cast<std::uint32_t>(producers.size()));
      const auto first = static_cast<std::ptrdiff_t>(result.size());
      for (const auto& edge : producers) result.push_back(places[edge.node]);
      const bool unordered = !producers.empty() && producers.front().position == 0;
      if (unordered) std::sort(result.begin() + first, result.end());
    }
    return result;
  }

  const ColourGraph& graph_;
  std::vector<NodeId> path_;                      ///< nodes told apart on the way to here
  std::vector<std::pair<NodeId, NodeId>> moves_;  ///< nodes and images of automorphisms found
  std::size_t work_ = 0;
};

}  // namespace

Key canonical_key(const Graph& graph) {
  const ColourGraph colour_graph(graph);
  const Leaf leaf = Search(colour_graph).run();
  std::string bytes = fmt::format("{} {} {}", colour_graph.descriptions.size(), graph.size(),
                                  graph.outputs().size());
  for (const std::string& description : colour_graph.descriptions) {
    bytes += fmt::format(" {}:", description.size());
    bytes += description;
  }
  for (const std::uint32_t number : leaf.certificate) {
    for (int byte = 0; byte < 4; ++byte) bytes += static_cast<char>((number >> (8 * byte)) & 0xff);
  }
  return Key::of(bytes);
}

}  // namespace evonas::graph
