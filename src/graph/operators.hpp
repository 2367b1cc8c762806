#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "graph/cost.hpp"
#include "graph/graph.hpp"

namespace evonas::graph {

/// Largest extent of a shape and largest value of a whole-number attribute.
inline constexpr std::int64_t kLargestExtent = std::int64_t{1} << 31;
/// Largest number of elements of one activation: 4 TiB of float32.
inline constexpr std::int64_t kLargestElementCount = std::int64_t{1} << 40;

enum class AttributeType { Integer, Real, Integers, Text };

/// What one attribute of an operator may be.
struct AttributeRule {
  std::string_view name;
  AttributeType type = AttributeType::Integer;
  double least = 0;  ///< range of the number, or of every number of the list
  double most = static_cast<double>(kLargestExtent);
  std::size_t count = 1;  ///< length of a list; 0 is any
  bool required = false;
};

/// Kind of an operator, for pictures.
enum class OperatorKind {
  Input,
  Convolution,
  Linear,
  Normalization,
  Activation,
  Pooling,
  Combination,
  Rearrangement,
  Unknown
};

/// Everything the library knows about one operator of network graphs, ONNX semantics.
struct Operator {
  std::string_view name;
  OperatorKind kind = OperatorKind::Activation;
  std::size_t least_inputs = 1;
  std::size_t most_inputs = 1;
  std::span<const AttributeRule> attributes;
  /// Output shape; operand count, operand shapes and attributes were checked one by one before.
  Shape (*infer)(const Graph& graph, NodeId id) = nullptr;
  /// Adds parameters, macs and flops; null where the operator has none.
  void (*add_cost)(const Graph& graph, NodeId id, Cost& cost) = nullptr;
  /// Exchanging operands changes the result.
  bool ordered = false;
  /// Without parameters and without chance: the same operands give the same result.
  bool pure = true;
  /// The output is the operand's memory: nothing is written.
  bool view = false;
};

/// The operator of that name; null where there is none.
const Operator* find_operator(std::string_view name);

/// Every operator, in a fixed order.
std::span<const Operator> operators();

/// Throws GraphError: describe(graph, id), a blank, and `what`.
[[noreturn]] void fail(const Graph& graph, NodeId id, std::string_view what);

/// Sum and product that throw GraphError naming the node instead of overflowing.
std::int64_t checked_sum(const Graph& graph, NodeId id, std::int64_t a, std::int64_t b);
std::int64_t checked_product(const Graph& graph, NodeId id, std::int64_t a, std::int64_t b);

/// Number of elements of the output of a node with a shape. Throws GraphError on overflow.
std::int64_t element_count(const Graph& graph, NodeId id, const Shape& shape);

}  // namespace evonas::graph
