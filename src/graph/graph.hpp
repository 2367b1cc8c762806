#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace evonas::graph {

/// A graph that cannot be built, read, costed or drawn; the text names the node and the shapes.
class GraphError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

using NodeId = std::uint32_t;

/// Extent of one activation without the batch dimension: {channels, height, width}, or {features}.
using Shape = std::vector<std::int64_t>;

/// "16x32x32"; "?" for an empty shape.
std::string to_string(const Shape& shape);

using Attribute = std::variant<std::int64_t, double, std::string, std::vector<std::int64_t>>;
using Attributes = std::map<std::string, Attribute, std::less<>>;

/// The operator that stands for a graph input at both grains.
inline constexpr std::string_view kInput = "Input";

/// One operation and where its operands come from.
struct Node {
  std::string op;  ///< ONNX operator name (network grain) or the space's own (cell grain)
  std::vector<NodeId> inputs;  ///< producers, in operand order; every one precedes this node
  Attributes attributes;
  std::string name;  ///< unique in the graph
  Shape shape;       ///< shape of the output; empty at cell grain

  /// Attribute `key`, or `fallback` where it is absent. Throws GraphError where it has another
  /// type.
  std::int64_t integer(std::string_view key, std::int64_t fallback) const;
  double real(std::string_view key, double fallback) const;
  std::vector<std::int64_t> integers(std::string_view key,
                                     std::vector<std::int64_t> fallback) const;
  /// The same without a copy, for what is read at once: a view of the node, or of `fallback`.
  std::span<const std::int64_t> integers_view(std::string_view key,
                                              std::span<const std::int64_t> fallback = {}) const;
};

/// A directed acyclic graph of operations, at two grains of the same type.
///
/// *Cell grain*: a few nodes whose `op` is the search space's own word ("nor_conv_3x3"); no shapes.
/// *Network grain*: primitive operations with ONNX names and semantics, attributes and inferred
/// output shapes. Weights are not nodes; what ONNX reads off a weight tensor is an attribute here
/// ("output_channels", "output_features", "bias").
///
/// Nodes are stored in a topological order, because a node can only name inputs that exist. A plain
/// value: copies are independent, concurrent reads are safe.
class Graph {
 public:
  /// Appends a node and returns its id. An empty `name` becomes "<op>_<id>" (with '_' appended
  /// while that is taken). Throws GraphError for
  /// an input that does not exist yet or a name that is taken. Does not infer shapes: see
  /// NetworkBuilder and infer_shapes().
  NodeId add(std::string op, std::vector<NodeId> inputs = {}, Attributes attributes = {},
             std::string name = {});

  /// Appends a graph input of the given shape (empty at cell grain).
  NodeId add_input(Shape shape = {}, std::string name = {});

  /// Declares the results of the graph, in order.
  void set_outputs(std::vector<NodeId> outputs);

  std::size_t size() const { return nodes_.size(); }
  std::span<const Node> nodes() const { return nodes_; }
  const Node& operator[](NodeId id) const { return nodes_[id]; }
  std::span<const NodeId> outputs() const { return outputs_; }

  /// For every node the nodes that read it, ascending, once per use.
  std::vector<std::vector<NodeId>> consumers() const;

  /// Sets the output shape of a node; used by shape inference.
  void set_shape(NodeId id, Shape shape);

 private:
  friend class Rewriter;

  bool is_taken(std::string_view name) const;
  /// Enters the names of nodes that add() has not seen.
  void enter_names();

  std::vector<Node> nodes_;
  std::vector<NodeId> outputs_;
  /// Names other than "<op>_<id>", which only the node of that number can have: most graphs have
  /// none, and a look-up for every node would cost more than all else.
  std::set<std::string, std::less<>> given_names_;
  std::size_t entered_ = 0;  ///< so many nodes have been looked at for those
};

}  // namespace evonas::graph
