#include "graph/refinement.hpp"

#include <algorithm>
#include <bit>
#include <map>
#include <numeric>
#include <string>
#include <utility>

#include "graph/operators.hpp"

namespace evonas::graph {
namespace {

std::uint64_t mix(std::uint64_t x) {  // the finaliser of SplitMix64
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

/// Appends numbers and texts so that different sequences give different bytes on every machine.
class Writer {
 public:
  void number(std::uint64_t value) {
    for (int byte = 0; byte < 8; ++byte) bytes_ += static_cast<char>((value >> (8 * byte)) & 0xff);
  }
  void text(std::string_view value) {
    number(value.size());
    bytes_ += value;
  }
  void numbers(std::span<const std::int64_t> values) {
    number(values.size());
    for (const std::int64_t value : values) number(static_cast<std::uint64_t>(value));
  }
  void operator()(std::int64_t value) { number(static_cast<std::uint64_t>(value)); }
  void operator()(double value) { number(std::bit_cast<std::uint64_t>(value)); }
  void operator()(const std::string& value) { text(value); }
  void operator()(const std::vector<std::int64_t>& value) { numbers(value); }

  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

std::string describe_identity(const Node& node, std::span<const std::int64_t> output_places) {
  Writer writer;
  writer.text(node.op);
  writer.number(node.attributes.size());
  for (const auto& [name, attribute] : node.attributes) {
    writer.text(name);
    writer.number(attribute.index());
    std::visit(writer, attribute);
  }
  writer.numbers(node.op == kInput ? node.shape : Shape{});
  writer.numbers(output_places);
  return writer.take();
}

/// The sum of a hash over neighbours is the same in whatever order they come.
std::uint64_t gather(const std::vector<ColourGraph::Edge>& edges, const Colours& colours) {
  std::uint64_t sum = 0;
  for (const auto& edge : edges) sum += mix(colours[edge.node] + edge.position);
  return sum;
}

std::size_t count_classes(const Colours& colours, Colours& scratch) {
  scratch = colours;
  std::ranges::sort(scratch);
  return static_cast<std::size_t>(std::unique(scratch.begin(), scratch.end()) - scratch.begin());
}

/// Sweeps along the edges and against them until no class splits. A sweep in topological order
/// carries news through the whole depth at once; it is the same recursion in every order.
void refine(const ColourGraph& graph, Colours& colours) {
  Colours scratch;
  std::size_t classes = count_classes(colours, scratch);
  while (classes < colours.size()) {
    for (std::size_t i = 0; i < colours.size(); ++i) {
      colours[i] = mix(3 * colours[i] + gather(graph.producers[i], colours));
    }
    for (std::size_t i = colours.size(); i-- > 0;) {
      colours[i] = mix(5 * colours[i] + gather(graph.consumers[i], colours));
    }
    const std::size_t refined = count_classes(colours, scratch);
    if (refined == classes) return;
    classes = refined;
  }
}

}  // namespace

ColourGraph::ColourGraph(const Graph& graph)
    : labels(graph.size()), producers(graph.size()), consumers(graph.size()) {
  std::vector<std::vector<std::int64_t>> output_places(graph.size());
  for (std::size_t i = 0; i < graph.outputs().size(); ++i) {
    output_places[graph.outputs()[i]].push_back(static_cast<std::int64_t>(i));
  }
  std::map<std::string, std::vector<NodeId>> nodes_of;
  for (NodeId id = 0; id < graph.size(); ++id) {
    const Node& node = graph[id];
    nodes_of[describe_identity(node, output_places[id])].push_back(id);
    const Operator* op = find_operator(node.op);
    const bool ordered = op != nullptr && op->ordered;
    for (std::uint32_t i = 0; i < node.inputs.size(); ++i) {
      const std::uint32_t position = ordered ? i + 1 : 0;
      producers[id].push_back({.node = node.inputs[i], .position = position});
      consumers[node.inputs[i]].push_back({.node = id, .position = position});
    }
    if (!ordered) std::ranges::sort(producers[id]);
  }
  for (const auto& [description, nodes] : nodes_of) {
    for (const NodeId id : nodes) labels[id] = static_cast<std::uint32_t>(descriptions.size());
    descriptions.push_back(description);
  }
}

Colours initial_colours(const ColourGraph& graph) {
  Colours colours(graph.labels.begin(), graph.labels.end());
  refine(graph, colours);
  return colours;
}

Colours individualise(const ColourGraph& graph, Colours colours, NodeId node) {
  colours[node] = mix(7 * colours[node] + 1);
  refine(graph, colours);
  return colours;
}

std::vector<NodeId> order_by_colour(const Colours& colours) {
  std::vector<NodeId> order(colours.size());
  std::iota(order.begin(), order.end(), NodeId{0});
  std::ranges::sort(order, {}, [&](NodeId id) { return std::pair(colours[id], id); });
  return order;
}

bool is_automorphism(const ColourGraph& graph, const Permutation& image) {
  std::vector<ColourGraph::Edge> mapped;
  for (std::size_t id = 0; id < image.size(); ++id) {
    if (graph.labels[id] != graph.labels[image[id]]) return false;
    mapped = graph.producers[id];
    for (auto& edge : mapped) edge.node = image[edge.node];
    // Ordered operands are compared in their order, the others as a set.
    if (!mapped.empty() && mapped.front().position == 0) std::ranges::sort(mapped);
    if (mapped != graph.producers[image[id]]) return false;
  }
  return true;
}

}  // namespace evonas::graph
