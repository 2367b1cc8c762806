#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "graph/error_text.hpp"
#include "graph/onnx_import.hpp"
#include "graph/shape_inference.hpp"

namespace evonas::graph {
namespace {

// Weights may be shared by several nodes, each of which gets its own; so often is not meant.
constexpr std::size_t kMostSharing = 16;

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// Rows become columns.
std::vector<float> transpose(const std::vector<float>& values, std::size_t rows,
                             std::size_t columns) {
  std::vector<float> result(values.size());
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = 0; column < columns; ++column) {
      result[column * rows + row] = values[row * columns + column];
    }
  }
  return result;
}

}  // namespace

bool OnnxImporter::has_operand(const Node& node, int index) const {
  return index < node.input_size() && !node.input(index).empty();
}

const Value& OnnxImporter::operand(const Node& node, int index) const {
  if (!has_operand(node, index)) {
    throw GraphError(fmt::format("{} lacks its operand {}", describe(node), index + 1));
  }
  const auto found = values_.find(node.input(index));
  if (found != values_.end()) return found->second;
  throw GraphError(
      fmt::format("{} reads {}, which is no input, no initialiser and no result of an earlier "
                  "node; nodes must stand after those they read",
                  describe(node), in_quotes(node.input(index))));
}

bool OnnxImporter::is_constant(const Node& node, int index) const {
  if (!has_operand(node, index)) return false;
  const auto found = values_.find(node.input(index));
  return found != values_.end() && std::holds_alternative<Constant>(found->second);
}

Activation OnnxImporter::padded_activation(const Node& node, int index) const {
  const auto* activation = std::get_if<Activation>(&operand(node, index));
  if (activation == nullptr) throw Unsupported{node.op_type() + " of a constant"};
  return *activation;
}

NodeId OnnxImporter::activation(const Node& node, int index) const {
  const Activation activation = padded_activation(node, index);
  if (activation.padded()) throw Unsupported{"Pad in front of " + node.op_type()};
  return activation.node;
}

const Constant& OnnxImporter::constant(const Node& node, int index) const {
  const auto* constant = std::get_if<Constant>(&operand(node, index));
  if (constant == nullptr) {
    throw Unsupported{fmt::format("{} whose operand {} is computed", node.op_type(), index + 1)};
  }
  return *constant;
}

OnnxImporter::Integers OnnxImporter::fixed_integers(const Node& node, int index) const {
  const Constant& values = constant(node, index);
  if (!values.has_data() || values.count() > kMostIntegers) {
    throw Unsupported{fmt::format("{} whose operand {} is not fixed", node.op_type(), index + 1)};
  }
  return values.integers();
}

std::int64_t OnnxImporter::axis_of(const Node& node, std::int64_t axis, NodeId x) const {
  const auto rank = static_cast<std::int64_t>(shape(x).size()) + 1;
  if (axis < -rank || axis >= rank) {
    throw GraphError(
        fmt::format("{} has axis {} for a value of {} extents", describe(node), axis, rank));
  }
  return axis < 0 ? axis + rank : axis;
}

const onnx::NodeProto* OnnxImporter::only_reader(const Node& node) const {
  const auto readers = readers_.find(node.output(0));
  const bool single = readers != readers_.end() && readers->second.size() == 1 &&
                      !output_names_.contains(node.output(0));
  return single && readers->second[0]->output_size() == 1 ? readers->second[0] : nullptr;
}

bool OnnxImporter::is_used(const std::string& name) const {
  return readers_.contains(name) || output_names_.contains(name);
}

void OnnxImporter::refuse_further_outputs(const Node& node) const {
  for (int i = 1; i < node.output_size(); ++i) {
    if (node.output(i).empty() || !is_used(node.output(i))) continue;
    throw Unsupported{fmt::format("{} with {} outputs", node.op_type(), node.output_size())};
  }
}

NodeId OnnxImporter::append(const Node& node, const std::string& op, std::vector<NodeId> inputs,
                            Attributes attributes) {
  const NodeId id = graph_.add(op, std::move(inputs), std::move(attributes),
                               free_name(node.name().empty() ? node.output(0) : node.name()));
  graph_.set_shape(id, infer_shape(graph_, id));
  // A node of many outputs is copied for each of them.
  keep(id, graph_[id].name.size() + graph_[id].inputs.size() * sizeof(NodeId),
       "its inputs with too many outputs");
  return id;
}

void OnnxImporter::keep(NodeId id, std::size_t bytes, std::string_view sharing) {
  kept_bytes_ += bytes;
  if (kept_bytes_ <= kMostSharing * file_bytes_) return;
  throw GraphError(fmt::format("{} shares {}", describe(graph_, id), sharing));
}

void OnnxImporter::define(const std::string& name, Value value) {
  if (values_.emplace(name, std::move(value)).second) return;
  throw GraphError(
      fmt::format("two values are called {}; names must be unique in a model", in_quotes(name)));
}

void OnnxImporter::keep_weight(NodeId id, std::string_view role, const Integers& shape,
                               const Constant& constant, bool transposed) {
  const auto extents = transposed ? Integers(shape.rbegin(), shape.rend()) : shape;
  // A bias may be written as a row of a matrix.
  Integers found = constant.shape();
  if (shape.size() == 1 && found.size() == 2 && found[0] == 1) found.erase(found.begin());
  if (found != extents) {
    throw GraphError(fmt::format("{} has a {} of {}, expected {}", describe(graph_, id), role,
                                 to_string(constant.shape()), to_string(extents)));
  }
  if (!constant.has_data()) {
    all_weights_known_ = false;
    return;
  }
  keep(id, static_cast<std::size_t>(constant.count()) * sizeof(float),
       "its weights with too many nodes");
  Tensor tensor{.shape = shape, .values = constant.reals()};
  if (transposed) {
    tensor.values = transpose(tensor.values, static_cast<std::size_t>(shape[1]),
                              static_cast<std::size_t>(shape[0]));
  }
  weights_.emplace(weight_name(graph_[id], role), std::move(tensor));
}

std::string OnnxImporter::free_name(std::string_view name) {
  std::string word;
  for (const char c : name) {
    if (is_word_character(c)) {
      word += c;
    } else if (!word.empty() && word.back() != '_') {
      word += '_';
    }
  }
  if (word.empty() || (word[0] >= '0' && word[0] <= '9')) word.insert(0, "node_");
  // Counting on from a number keeps this short where one name is given to every node.
  std::string free = word;
  for (std::size_t number = names_.size(); !names_.insert(free).second; ++number) {
    free = fmt::format("{}_{}", word, number);
  }
  return free;
}

}  // namespace evonas::graph
