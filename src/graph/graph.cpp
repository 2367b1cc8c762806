#include "graph/graph.hpp"

#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "graph/error_text.hpp"

namespace evonas::graph {
namespace {

[[noreturn]] void wrong_type(const Node& node, std::string_view key, std::string_view wanted,
                             const Attribute& found) {
  throw GraphError(fmt::format("node {} ({}): the attribute {} is {}, expected {}",
                               in_quotes(node.name), printable(node.op), in_quotes(key),
                               describe(found), wanted));
}

std::string name_by_number(std::string_view op, NodeId id) {
  std::string name(op);
  name += '_';
  name += std::to_string(id);
  return name;
}

}  // namespace

std::string to_string(const Shape& shape) {
  return shape.empty() ? "?" : fmt::format("{}", fmt::join(shape, "x"));
}

std::int64_t Node::integer(std::string_view key, std::int64_t fallback) const {
  const auto found = attributes.find(key);
  if (found == attributes.end()) return fallback;
  if (const auto* value = std::get_if<std::int64_t>(&found->second)) return *value;
  wrong_type(*this, key, "a whole number", found->second);
}

double Node::real(std::string_view key, double fallback) const {
  const auto found = attributes.find(key);
  if (found == attributes.end()) return fallback;
  if (const auto* value = std::get_if<double>(&found->second)) return *value;
  if (const auto* value = std::get_if<std::int64_t>(&found->second)) {
    return static_cast<double>(*value);
  }
  wrong_type(*this, key, "a number", found->second);
}

std::vector<std::int64_t> Node::integers(std::string_view key,
                                         std::vector<std::int64_t> fallback) const {
  const std::span<const std::int64_t> view = integers_view(key, fallback);
  return {view.begin(), view.end()};
}

std::span<const std::int64_t> Node::integers_view(std::string_view key,
                                                  std::span<const std::int64_t> fallback) const {
  const auto found = attributes.find(key);
  if (found == attributes.end()) return fallback;
  if (const auto* value = std::get_if<std::vector<std::int64_t>>(&found->second)) return *value;
  wrong_type(*this, key, "a list of whole numbers", found->second);
}

bool Graph::is_taken(std::string_view name) const {
  if (given_names_.contains(name)) return true;
  NodeId id = 0;
  const char* const digits = name.data() + name.rfind('_') + 1;  // from the start without a '_'
  const auto [end, error] = std::from_chars(digits, name.data() + name.size(), id);
  return error == std::errc{} && id < nodes_.size() && nodes_[id].name == name;
}

void Graph::enter_names() {
  for (; entered_ < nodes_.size(); ++entered_) {
    const Node& node = nodes_[entered_];
    if (node.name != name_by_number(node.op, static_cast<NodeId>(entered_))) {
      given_names_.insert(node.name);
    }
  }
}

NodeId Graph::add(std::string op, std::vector<NodeId> inputs, Attributes attributes,
                  std::string name) {
  enter_names();
  const auto id = static_cast<NodeId>(nodes_.size());
  const std::string own_name = name_by_number(op, id);
  if (name.empty()) {
    name = own_name;
    while (is_taken(name)) name += '_';
  }
  if (op.empty()) {
    throw GraphError(
        fmt::format("node {} has an empty operator; name one, such as \"Relu\"", in_quotes(name)));
  }
  for (const NodeId input : inputs) {
    if (input < id) continue;
    throw GraphError(fmt::format(
        "node {} ({}) reads node number {}, but only {} nodes exist so far; add producers first",
        in_quotes(name), printable(op), input, id));
  }
  if (is_taken(name)) {
    throw GraphError(
        fmt::format("two nodes are named {}; names must be unique in a graph", in_quotes(name)));
  }
  if (name != own_name) given_names_.insert(name);
  nodes_.push_back({.op = std::move(op),
                    .inputs = std::move(inputs),
                    .attributes = std::move(attributes),
                    .name = std::move(name),
                    .shape = {}});
  ++entered_;
  return id;
}

NodeId Graph::add_input(Shape shape, std::string name) {
  const NodeId id = add(std::string(kInput), {}, {}, std::move(name));
  nodes_[id].shape = std::move(shape);
  return id;
}

void Graph::set_outputs(std::vector<NodeId> outputs) {
  for (const NodeId output : outputs) {
    if (output < nodes_.size()) continue;
    throw GraphError(fmt::format("node number {} cannot be an output: the graph has {} nodes",
                                 output, nodes_.size()));
  }
  outputs_ = std::move(outputs);
}

std::vector<std::vector<NodeId>> Graph::consumers() const {
  std::vector<std::vector<NodeId>> consumers(nodes_.size());
  for (NodeId id = 0; id < nodes_.size(); ++id) {
    for (const NodeId input : nodes_[id].inputs) consumers[input].push_back(id);
  }
  return consumers;
}

void Graph::set_shape(NodeId id, Shape shape) {
  if (id >= nodes_.size()) {
    throw GraphError(fmt::format("node number {} cannot get a shape: the graph has {} nodes", id,
                                 nodes_.size()));
  }
  nodes_[id].shape = std::move(shape);
}

}  // namespace evonas::graph
