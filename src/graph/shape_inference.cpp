#include "graph/shape_inference.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "base/nearest_name.hpp"
#include "graph/error_text.hpp"
#include "graph/operators.hpp"

namespace evonas::graph {
namespace {

std::string suggestion(std::string_view given, const std::vector<std::string>& names) {
  const std::string nearest = nearest_name(given, names);
  if (!nearest.empty()) return fmt::format("did you mean {}?", in_quotes(nearest));
  if (names.empty()) return "it has none";
  return fmt::format("known are {}", fmt::join(names, ", "));
}

[[noreturn]] void unknown_operator(const Graph& graph, NodeId id) {
  std::vector<std::string> names;
  for (const Operator& known : operators()) names.emplace_back(known.name);
  fail(graph, id,
       fmt::format("is no operator of network graphs; {}", suggestion(graph[id].op, names)));
}

[[noreturn]] void unknown_attribute(const Graph& graph, NodeId id, const Operator& op,
                                    std::string_view name) {
  std::vector<std::string> names;
  for (const AttributeRule& rule : op.attributes) names.emplace_back(rule.name);
  fail(graph, id,
       fmt::format("has an unknown attribute {}; {}", in_quotes(name), suggestion(name, names)));
}

[[noreturn]] void lacks_attribute(const Graph& graph, NodeId id, const Operator& op) {
  const auto lacking = std::ranges::find_if(op.attributes, [&](const AttributeRule& rule) {
    return rule.required && !graph[id].attributes.contains(rule.name);
  });
  fail(graph, id, fmt::format("lacks the attribute {}", in_quotes(lacking->name)));
}

void check_range(const Graph& graph, NodeId id, const AttributeRule& rule, double value) {
  if (value >= rule.least && value <= rule.most) return;
  fail(graph, id,
       fmt::format("has the attribute {} with {}, expected {} to {}", in_quotes(rule.name), value,
                   rule.least, rule.most));
}

/// Checks the attribute that `rule` is about. Every network asks for that: `value` is read as it
/// is, and the node only where it has another type, which it has the words for.
void check_attribute(const Graph& graph, NodeId id, const AttributeRule& rule,
                     const Attribute& value) {
  const Node& node = graph[id];
  const auto* const integer = std::get_if<std::int64_t>(&value);
  switch (rule.type) {
    case AttributeType::Integer:
      check_range(graph, id, rule,
                  static_cast<double>(integer != nullptr ? *integer : node.integer(rule.name, 0)));
      return;
    case AttributeType::Real:
      check_range(graph, id, rule, node.real(rule.name, 0));
      return;
    case AttributeType::Text:
      if (std::holds_alternative<std::string>(value)) return;
      fail(graph, id, fmt::format("has the attribute {} with no text", in_quotes(rule.name)));
    case AttributeType::Integers:
      break;
  }
  const auto* const list = std::get_if<std::vector<std::int64_t>>(&value);
  const auto values =
      list != nullptr ? std::span<const std::int64_t>(*list) : node.integers_view(rule.name);
  if (rule.count == 0 ? values.empty() : values.size() != rule.count) {
    fail(graph, id,
         fmt::format("has the attribute {} with {} numbers, expected {}", in_quotes(rule.name),
                     values.size(), rule.count));
  }
  for (const std::int64_t each : values) check_range(graph, id, rule, static_cast<double>(each));
}

void check_operands(const Graph& graph, NodeId id, const Operator& op) {
  const Node& node = graph[id];
  if (node.inputs.size() < op.least_inputs || node.inputs.size() > op.most_inputs) {
    const bool open = op.most_inputs > op.least_inputs;
    fail(graph, id,
         fmt::format("has {} operands, expected {}{}", node.inputs.size(), op.least_inputs,
                     open ? " or more" : ""));
  }
  for (const NodeId input : node.inputs) {
    if (!graph[input].shape.empty()) continue;
    fail(graph, id,
         fmt::format("reads {}, which has no shape yet; infer the shapes of producers first",
                     in_quotes(graph[input].name)));
  }
}

void check_result(const Graph& graph, NodeId id, const Shape& shape) {
  const auto fits = [](std::int64_t extent) { return extent >= 1 && extent <= kLargestExtent; };
  if (!std::ranges::all_of(shape, fits)) {
    fail(graph, id,
         fmt::format("would have the shape {}; extents must be 1 to {}", to_string(shape),
                     kLargestExtent));
  }
  std::int64_t count = 1;
  for (const std::int64_t extent : shape) {
    if (extent <= kLargestElementCount / count) {
      count *= extent;
      continue;
    }
    fail(graph, id,
         fmt::format("would have the shape {}, more than {} elements", to_string(shape),
                     kLargestElementCount));
  }
}

}  // namespace

Shape infer_shape(const Graph& graph, NodeId id) {
  if (id >= graph.size()) {
    throw GraphError(
        fmt::format("there is no node number {}: the graph has {} nodes", id, graph.size()));
  }
  const Operator* op = find_operator(graph[id].op);
  if (op == nullptr) unknown_operator(graph, id);
  check_operands(graph, id, *op);
  auto lacking = std::ranges::count(op->attributes, true, &AttributeRule::required);
  for (const auto& [name, value] : graph[id].attributes) {
    const auto rule = std::ranges::find(op->attributes, name, &AttributeRule::name);
    if (rule == op->attributes.end()) unknown_attribute(graph, id, *op, name);
    check_attribute(graph, id, *rule, value);
    if (rule->required) --lacking;
  }
  if (lacking > 0) lacks_attribute(graph, id, *op);
  Shape shape = op->infer(graph, id);
  check_result(graph, id, shape);
  return shape;
}

void infer_shapes(Graph& graph) {
  for (NodeId id = 0; id < graph.size(); ++id) graph.set_shape(id, infer_shape(graph, id));
}

bool is_network_operator(std::string_view op) { return find_operator(op) != nullptr; }

}  // namespace evonas::graph
