#include "predictor/architecture_view.hpp"

#include <cmath>
#include <string>
#include <utility>

#include "graph/passes.hpp"
#include "predictor/flow_graph.hpp"

namespace evonas::predictor {
namespace {

/// Mixes the number of a cell into the words of its operations. The first cell keeps its words.
void tell_cells_apart(graph::Tokens& tokens) {
  static const graph::OperationToken output = graph::operation_token("Output");
  const std::size_t nodes = tokens.operations.size();
  std::vector<std::uint32_t> cells(nodes, 0);  // by node: number of the first output it leads to
  std::uint32_t outputs = 0;
  for (std::size_t node = 0; node < nodes; ++node) {
    if (tokens.operations[node] == output) cells[node] = ++outputs;
  }
  if (outputs < 2) return;
  for (std::size_t edge = tokens.edges.size(); edge-- > 0;) {
    const auto [from, to] = tokens.edges[edge];
    if (cells[from] == 0 || (cells[to] != 0 && cells[to] < cells[from])) cells[from] = cells[to];
  }
  for (std::size_t node = 0; node < nodes; ++node) {
    graph::OperationToken& word = tokens.operations[node];
    if (cells[node] < 2 || word == output || is_identity(word)) continue;
    word *= 2 * std::uint64_t{cells[node]} + 1;  // odd multipliers lose nothing of a word
  }
}

/// What makes operations of networks different, without what is in their widths.
graph::Attributes telling_attributes(const graph::Graph& network, const graph::Node& node) {
  graph::Attributes attributes;
  for (const char* name : {"kernel_shape", "strides", "dilations"}) {
    const auto found = node.attributes.find(name);
    if (found != node.attributes.end()) attributes.insert(*found);
  }
  const std::int64_t groups = node.integer("group", 1);
  if (groups > 1) {
    const graph::Shape& read = network[node.inputs.front()].shape;
    attributes.emplace("group", !read.empty() && groups == read.front() ? "each" : "some");
  }
  return attributes;
}

void tokenize_network(const graph::Graph& network, graph::Tokens& tokens) {
  constexpr float kWidthUnit = 4.0F;
  tokens.clear();
  for (graph::NodeId id = 0; id < network.size(); ++id) {
    const graph::Node& node = network[id];
    tokens.operations.push_back(graph::operation_token(node.op, telling_attributes(network, node)));
    for (const graph::NodeId input : node.inputs) tokens.edges.push_back({input, id});
    const auto channels = static_cast<float>(node.shape.empty() ? 1 : node.shape.front());
    tokens.widths.push_back(std::log2(channels) / kWidthUnit);
  }
}

}  // namespace

ArchitectureView::ArchitectureView(spaces::AnySpace space,
                                   const std::optional<spaces::NetworkInput>& input)
    : space_(std::move(space)), input_(input) {}

void ArchitectureView::tokens(const spaces::Genotype& genotype, graph::Tokens& tokens) const {
  if (input_) {
    tokenize_network(graph::fold_batch_normalization(space_.network(genotype, *input_)).graph,
                     tokens);
  } else {
    space_.tokens(genotype, tokens);
    tell_cells_apart(tokens);
  }
}

graph::Graph ArchitectureView::seen_graph(const spaces::Genotype& genotype) const {
  if (!input_) return space_.cell(genotype);
  return graph::fold_batch_normalization(space_.network(genotype, *input_)).graph;
}

}  // namespace evonas::predictor
