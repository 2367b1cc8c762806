#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <onnx/onnx_pb.h>

#include "graph/graph.hpp"
#include "graph/onnx.hpp"
#include "graph/onnx_tensor.hpp"

namespace evonas::graph {

/// What a node of an ONNX file does and network graphs cannot say: "Einsum", "Resize with mode
/// nearest". Collected over the whole file.
struct Unsupported {
  std::string what;
};

/// A value that depends on the network's input: the output of a node, and zeros around it that the
/// convolutions which read it take over.
struct Activation {
  NodeId node = 0;
  std::array<std::int64_t, 4> pads{};  ///< top, left, bottom, right

  bool padded() const { return pads != std::array<std::int64_t, 4>{}; }
};

/// What follows from a node that could not be read.
struct Unread {};

using Value = std::variant<Unread, Activation, Constant>;

/// Reads one ONNX model; see from_onnx(). Every node is converted by the member function of its
/// operator, in the order of the file.
class OnnxImporter {
 public:
  /// `file_bytes` is the size of the file, which bounds what is kept of it.
  OnnxImporter(const onnx::ModelProto& model, UnknownOperators unknown, std::size_t file_bytes);

  OnnxModel read();

 private:
  using Node = onnx::NodeProto;
  using Integers = std::vector<std::int64_t>;
  /// Shapes, axes and pads are short; what is longer is no shape arithmetic.
  static constexpr std::int64_t kMostIntegers = 64;
  using Converter = void (OnnxImporter::*)(const Node&);
  static const std::map<std::string_view, Converter>& converters();

  // onnx_import.cpp: the file as a whole.
  void read_opset();
  void read_initializers();
  void read_constant_node(const Node& node);
  void count_uses();
  void read_inputs();
  bool is_weight_input(const onnx::ValueInfoProto& input) const;
  void read_known_shapes();
  void read_node(const Node& node);
  void read_as_opaque(const Node& node);
  void read_outputs();
  [[noreturn]] void report_unsupported() const;

  // onnx_import_values.cpp: what converters read and write.
  bool has_operand(const Node& node, int index) const;
  const Value& operand(const Node& node, int index) const;
  /// What a later node computes is no constant yet: converters look ahead at those that read.
  bool is_constant(const Node& node, int index) const;
  Activation padded_activation(const Node& node, int index) const;
  NodeId activation(const Node& node, int index) const;
  const Constant& constant(const Node& node, int index) const;
  Integers fixed_integers(const Node& node, int index) const;
  const Shape& shape(NodeId id) const { return graph_[id].shape; }
  /// Position of an axis that counts from the end, the batch being 0. Throws GraphError.
  std::int64_t axis_of(const Node& node, std::int64_t axis, NodeId x) const;
  /// The only node that reads the first output of `node`; null where there are others.
  const Node* only_reader(const Node& node) const;
  bool is_used(const std::string& name) const;
  /// Throws Unsupported where something reads an output beyond the first.
  void refuse_further_outputs(const Node& node) const;
  NodeId append(const Node& node, const std::string& op, std::vector<NodeId> inputs,
                Attributes attributes = {});
  /// Names what a node computes. Throws GraphError where the name is taken.
  void define(const std::string& name, Value value);
  void define_first(const Node& node, NodeId id) { define(node.output(0), Activation{id}); }
  /// The first output is the operand itself.
  void pass_on(const Node& node) { define(node.output(0), operand(node, 0)); }
  void keep_weight(NodeId id, std::string_view role, const Integers& shape,
                   const Constant& constant, bool transposed = false);
  std::string free_name(std::string_view name);
  /// Throws GraphError where the graph holds far more bytes than the file, by `sharing`.
  void keep(NodeId id, std::size_t bytes, std::string_view sharing);

  // onnx_import_layers.cpp: operators with weights or windows.
  void conv(const Node& node);
  void gemm(const Node& node);
  void matmul(const Node& node);
  void batch_normalization(const Node& node);
  void max_pool(const Node& node);
  void average_pool(const Node& node);
  void global_average_pool(const Node& node);
  void global_max_pool(const Node& node);
  void pad(const Node& node);
  bool only_convolutions_read(const Node& node) const;

  // onnx_import_elements.cpp: operators on elements.
  void unary(const Node& node);
  void hard_sigmoid(const Node& node);
  void softmax(const Node& node);
  void clip(const Node& node);
  void dropout(const Node& node);
  void identity(const Node& node);
  void cast(const Node& node);
  void sum(const Node& node);
  void binary(const Node& node);
  bool spelt_out_hard_function(const Node& add);

  // onnx_import_shapes.cpp: operators on shapes.
  void concat(const Node& node);
  void flatten(const Node& node);
  void reshape(const Node& node);
  void squeeze(const Node& node);
  void unsqueeze(const Node& node);
  void reduce_mean(const Node& node);
  void resize(const Node& node);
  void shape_of(const Node& node);
  void gather(const Node& node);
  void slice(const Node& node);
  Integers axes(const Node& node) const;

  const onnx::ModelProto& model_;
  const onnx::GraphProto& file_ = model_.graph();
  UnknownOperators unknown_;
  std::int64_t opset_ = 0;
  std::int64_t batch_ = 0;  ///< of the inputs; 0 where it is symbolic

  std::map<std::string, Value> values_;
  std::map<std::string, std::vector<const Node*>> readers_;  ///< once a use
  std::map<std::string, Shape> known_shapes_;                ///< without the batch
  std::set<std::string> output_names_;
  std::deque<onnx::TensorProto> own_tensors_;  ///< of Constant nodes with plain numbers
  std::set<const Node*> done_;                 ///< read together with an earlier node
  std::map<std::string, std::vector<std::string>> unsupported_;  ///< nodes by what they do

  Graph graph_;
  std::set<std::string> names_;
  Weights weights_;
  bool all_weights_known_ = true;
  std::size_t file_bytes_;
  std::size_t kept_bytes_ = 0;  ///< of weights, names and operands of nodes
};

}  // namespace evonas::graph
