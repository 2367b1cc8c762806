#include "predictor/flow_graph.hpp"

#include <algorithm>
#include <array>

namespace evonas::predictor {

bool is_identity(graph::OperationToken token) {
  static const std::array<graph::OperationToken, 4> words = {
      graph::operation_token("skip_connect"), graph::operation_token("identity"),
      graph::operation_token("Identity"), graph::operation_token("sum")};
  return std::ranges::find(words, token) != words.end();
}

void FlowReader::add_source(std::vector<Source>& sources, Source source) const {
  for (Source& known : sources) {
    if (known.node != source.node) continue;
    known.count += source.count;
    return;
  }
  sources.push_back(source);
}

void FlowReader::read(const graph::Tokens& tokens, const Vocabulary& vocabulary, FlowGraph& flow) {
  flow.operations.clear();
  flow.widths.clear();
  flow.edges.clear();
  sources_.resize(std::max(sources_.size(), tokens.operations.size()));
  std::size_t edge = 0;
  for (std::uint32_t node = 0; node < tokens.operations.size(); ++node) {
    static const graph::OperationToken output = graph::operation_token("Output");
    const bool is_input = edge == tokens.edges.size() || tokens.edges[edge].to != node;
    read_.clear();
    for (; edge < tokens.edges.size() && tokens.edges[edge].to == node; ++edge) {
      for (const Source source : sources_[tokens.edges[edge].from]) add_source(read_, source);
    }
    std::vector<Source>& sources = sources_[node];
    sources.clear();
    const graph::OperationToken operation = tokens.operations[node];
    if (is_identity(operation)) {
      sources = read_;
    } else if (is_input || !read_.empty() || operation == output) {
      const auto id = static_cast<std::uint32_t>(flow.nodes());
      flow.operations.push_back(static_cast<std::uint32_t>(vocabulary.column(operation)));
      flow.widths.push_back(tokens.widths.empty() ? 1.0F : tokens.widths[node]);
      for (const auto [from, count] : read_) flow.edges.push_back({from, id, count});
      sources.push_back({.node = id});
    }
  }
}

void FlowReader::read_uncontracted(const graph::Tokens& tokens, const Vocabulary& vocabulary,
                                   FlowGraph& flow) {
  flow.operations.clear();
  flow.edges.clear();
  for (const graph::OperationToken operation : tokens.operations) {
    flow.operations.push_back(static_cast<std::uint32_t>(vocabulary.column(operation)));
  }
  flow.widths = tokens.widths;
  flow.widths.resize(flow.nodes(), 1.0F);
  for (const graph::Tokens::Edge& read : tokens.edges) {
    const auto known = std::ranges::find_if(flow.edges, [&](const FlowGraph::Edge& edge) {
      return edge.from == read.from && edge.to == read.to;
    });
    if (known != flow.edges.end()) {
      known->count += 1.0F;
    } else {
      flow.edges.push_back({.from = read.from, .to = read.to});
    }
  }
}

}  // namespace evonas::predictor
