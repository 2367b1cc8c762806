#include "graph/tokens.hpp"

#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/key.hpp"

namespace evonas::graph {
namespace {

std::string to_text(const Attribute& attribute) {
  return std::visit(
      [](const auto& value) {
        if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::vector<std::int64_t>>) {
          return fmt::format("[{}]", fmt::join(value, ","));
        } else {
          return fmt::format("{}", value);
        }
      },
      attribute);
}

}  // namespace

OperationToken operation_token(std::string_view op, const Attributes& attributes) {
  if (attributes.empty()) return Key::of(op).low;
  std::string text(op);
  for (const auto& [name, value] : attributes) text += fmt::format("|{}={}", name, to_text(value));
  return Key::of(text).low;
}

void tokenize(const Graph& graph, Tokens& tokens) {
  tokens.clear();
  for (NodeId id = 0; id < graph.size(); ++id) {
    const Node& node = graph[id];
    tokens.operations.push_back(operation_token(node.op, node.attributes));
    for (const NodeId input : node.inputs) tokens.edges.push_back({input, id});
  }
}

}  // namespace evonas::graph
