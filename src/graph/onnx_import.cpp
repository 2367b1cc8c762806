#include "graph/onnx_import.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "graph/error_text.hpp"
#include "graph/operators.hpp"
#include "graph/shape_inference.hpp"

namespace evonas::graph {
namespace {

constexpr std::int64_t kOldestOpset = 7;
constexpr int kMostOnnxNodes = 1'000'000;
constexpr std::size_t kMostNamed = 100;

bool is_standard(const std::string& domain) { return domain.empty() || domain == "ai.onnx"; }

/// Extents of a value with the batch; -1 where one is not fixed. Nothing where none are known.
std::optional<std::vector<std::int64_t>> extents(const onnx::ValueInfoProto& value) {
  if (!value.type().has_tensor_type() || !value.type().tensor_type().has_shape()) {
    return std::nullopt;
  }
  std::vector<std::int64_t> result;
  for (const auto& dimension : value.type().tensor_type().shape().dim()) {
    const bool fixed = dimension.has_dim_value() && dimension.dim_value() > 0;
    result.push_back(fixed ? dimension.dim_value() : -1);
  }
  return result;
}

std::string to_text(const std::vector<std::int64_t>& extents) {
  std::vector<std::string> parts;
  for (const std::int64_t extent : extents) {
    parts.push_back(extent < 0 ? "?" : std::to_string(extent));
  }
  return fmt::format("{}", fmt::join(parts, "x"));
}

/// Operators none of whose operands is a weight.
bool has_equal_operands(std::string_view op) {
  constexpr std::array kOperators{"Add", "Sum", "Sub", "Mul", "Div", "Concat"};
  return std::ranges::find(kOperators, op) != kOperators.end();
}

bool all_fixed(std::span<const std::int64_t> extents) {
  return std::ranges::all_of(
      extents, [](std::int64_t extent) { return extent > 0 && extent <= kLargestExtent; });
}

}  // namespace

OnnxImporter::OnnxImporter(const onnx::ModelProto& model, UnknownOperators unknown,
                           std::size_t file_bytes)
    : model_(model), unknown_(unknown), file_bytes_(file_bytes) {}

OnnxModel OnnxImporter::read() {
  read_opset();
  if (file_.node_size() > kMostOnnxNodes) {
    throw GraphError(fmt::format("the model has {} nodes, at most {} are read", file_.node_size(),
                                 kMostOnnxNodes));
  }
  read_initializers();
  count_uses();
  read_inputs();
  read_known_shapes();
  for (const Node& node : file_.node()) {
    if (!done_.contains(&node)) read_node(node);
  }
  if (!unsupported_.empty()) report_unsupported();
  read_outputs();
  OnnxModel model{.graph = std::move(graph_), .weights = {}, .metadata = {}};
  if (all_weights_known_) model.weights = std::move(weights_);
  for (const auto& entry : model_.metadata_props()) {
    model.metadata.insert_or_assign(entry.key(), entry.value());
  }
  return model;
}

void OnnxImporter::read_opset() {
  for (const auto& set : model_.opset_import()) {
    if (is_standard(set.domain())) opset_ = std::max(opset_, set.version());
  }
  if (opset_ >= kOldestOpset) return;
  throw GraphError(
      fmt::format("the model names opset {} of ONNX, expected {} or newer; convert it with "
                  "onnx.version_converter",
                  opset_, kOldestOpset));
}

void OnnxImporter::read_initializers() {
  for (const onnx::TensorProto& tensor : file_.initializer()) {
    define(tensor.name(), Constant(tensor));
  }
  // Constant nodes now too: what reads them may be looked ahead at.
  for (const Node& node : file_.node()) {
    if (node.op_type() != "Constant" || !is_standard(node.domain())) continue;
    read_constant_node(node);
    done_.insert(&node);
  }
}

void OnnxImporter::read_constant_node(const Node& node) {
  if (node.output_size() != 1 || node.attribute_size() != 1) {
    throw GraphError(fmt::format("{} needs one output and one value", describe(node)));
  }
  const onnx::AttributeProto& value = node.attribute(0);
  const auto tensor = [&](onnx::TensorProto::DataType type) -> onnx::TensorProto& {
    own_tensors_.emplace_back().set_data_type(type);
    return own_tensors_.back();
  };
  if (value.name() == "value" && value.has_t()) {
    define(node.output(0), Constant(value.t()));
  } else if (value.name() == "value_int") {
    define(node.output(0), Constant::number(value.i()));
  } else if (value.name() == "value_ints") {
    define(node.output(0), Constant::list({value.ints().begin(), value.ints().end()}));
  } else if (value.name() == "value_float") {
    onnx::TensorProto& number = tensor(onnx::TensorProto::FLOAT);
    number.add_float_data(value.f());
    define(node.output(0), Constant(number));
  } else if (value.name() == "value_floats") {
    onnx::TensorProto& list = tensor(onnx::TensorProto::FLOAT);
    list.add_dims(value.floats_size());
    *list.mutable_float_data() = value.floats();
    define(node.output(0), Constant(list));
  } else {
    unsupported_[fmt::format("Constant with {}", printable(value.name()))].push_back(
        in_quotes(node.output(0)));
    define(node.output(0), Unread{});
  }
}

void OnnxImporter::count_uses() {
  for (const Node& node : file_.node()) {
    for (const std::string& name : node.input()) readers_[name].push_back(&node);
  }
  for (const onnx::ValueInfoProto& output : file_.output()) output_names_.insert(output.name());
}

bool OnnxImporter::is_weight_input(const onnx::ValueInfoProto& input) const {
  const auto shape = extents(input);
  if (shape && shape->size() < 2) return true;  // no batch and features: a bias
  const auto readers = readers_.find(input.name());
  if (readers == readers_.end()) return false;
  return std::ranges::all_of(readers->second, [&](const Node* node) {
    return node->input(0) != input.name() && !has_equal_operands(node->op_type());
  });
}

void OnnxImporter::read_inputs() {
  bool first = true;
  for (const onnx::ValueInfoProto& input : file_.input()) {
    if (values_.contains(input.name())) continue;  // an initialiser, listed as older files do
    const auto shape = extents(input);
    if (!shape) {
      throw GraphError(fmt::format("the input {} has no shape", in_quotes(input.name())));
    }
    if (is_weight_input(input)) {
      if (!all_fixed(*shape)) {
        throw GraphError(
            fmt::format("the input {} is a weight tensor and has the shape {}; its "
                        "extents must be fixed",
                        in_quotes(input.name()), to_text(*shape)));
      }
      define(input.name(), Constant::without_data(*shape));
      continue;
    }
    const bool known_rank = shape->size() == 2 || shape->size() == 4;
    if (!known_rank || !all_fixed(std::span(*shape).subspan(1))) {
      throw GraphError(
          fmt::format("the input {} has the shape {}, expected batch x channels x height x width "
                      "or batch x features, all but the batch fixed numbers",
                      in_quotes(input.name()), to_text(*shape)));
    }
    if (first) batch_ = std::max<std::int64_t>(shape->front(), 0);
    first = false;
    const NodeId id = graph_.add_input({shape->begin() + 1, shape->end()}, free_name(input.name()));
    infer_shape(graph_, id);
    define(input.name(), Activation{id});
  }
  if (first) throw GraphError("the model has no input");
}

void OnnxImporter::read_known_shapes() {
  const auto read = [&](const onnx::ValueInfoProto& value) {
    const auto shape = extents(value);
    if (!shape || shape->size() < 2 || !all_fixed(std::span(*shape).subspan(1))) return;
    known_shapes_.insert_or_assign(value.name(), Shape(shape->begin() + 1, shape->end()));
  };
  for (const onnx::ValueInfoProto& value : file_.value_info()) read(value);
  for (const onnx::ValueInfoProto& value : file_.output()) read(value);
}

void OnnxImporter::read_node(const Node& node) {
  if (node.output_size() == 0 || node.output(0).empty()) {
    throw GraphError(fmt::format("{} computes nothing: it has no output", describe(node)));
  }
  try {
    const auto converter = converters().find(node.op_type());
    if (converter == converters().end() || !is_standard(node.domain())) {
      throw Unsupported{fmt::format("{}{}", is_standard(node.domain()) ? "" : node.domain() + ".",
                                    node.op_type())};
    }
    for (int i = 0; i < node.input_size(); ++i) {
      if (has_operand(node, i) && std::holds_alternative<Unread>(operand(node, i))) {
        define(node.output(0), Unread{});
        return;
      }
    }
    (this->*converter->second)(node);
  } catch (const Unsupported& unsupported) {
    if (unknown_ == UnknownOperators::Opaque) {
      read_as_opaque(node);
      return;
    }
    const std::string& name = node.name().empty() ? node.output(0) : node.name();
    unsupported_[printable(unsupported.what)].push_back(in_quotes(name));
    for (const std::string& output : node.output()) {
      if (!output.empty()) define(output, Unread{});
    }
  }
}

void OnnxImporter::read_as_opaque(const Node& node) {
  std::vector<NodeId> inputs;
  for (int i = 0; i < node.input_size(); ++i) {
    if (!has_operand(node, i)) continue;
    const auto* activation = std::get_if<Activation>(&operand(node, i));
    if (activation != nullptr) inputs.push_back(activation->node);
  }
  for (const std::string& output : node.output()) {
    if (output.empty() || !is_used(output)) continue;
    const auto shape = known_shapes_.find(output);
    if (shape == known_shapes_.end()) {
      throw GraphError(
          fmt::format("{} is unknown and the file does not say the shape of its output {}; write "
                      "it there with onnx.shape_inference",
                      describe(node), in_quotes(output)));
    }
    if (inputs.empty()) {  // what it computes does not depend on the network's input
      Integers extents = shape->second;
      extents.insert(extents.begin(), 1);
      define(output, Constant::without_data(std::move(extents)));
      continue;
    }
    define(output, Activation{append(
                       node, "Opaque", inputs,
                       {{"onnx_op", printable(node.op_type())}, {"output_shape", shape->second}})});
  }
}

void OnnxImporter::read_outputs() {
  if (file_.output_size() == 0) throw GraphError("the model has no output");
  std::vector<NodeId> outputs;
  for (const onnx::ValueInfoProto& output : file_.output()) {
    const auto value = values_.find(output.name());
    if (value == values_.end()) {
      throw GraphError(
          fmt::format("the output {} is computed by no node", in_quotes(output.name())));
    }
    const auto* activation = std::get_if<Activation>(&value->second);
    if (activation == nullptr || activation->padded()) {
      throw GraphError(fmt::format("the output {} is {}, expected the result of a network",
                                   in_quotes(output.name()),
                                   activation == nullptr ? "a constant" : "only padding"));
    }
    outputs.push_back(activation->node);
  }
  graph_.set_outputs(std::move(outputs));
}

void OnnxImporter::report_unsupported() const {
  std::vector<std::string> parts;
  for (const auto& [what, nodes] : unsupported_) {
    const auto named = std::span(nodes).first(std::min(nodes.size(), kMostNamed));
    parts.push_back(fmt::format(
        "{} (node{} {}{})", what, nodes.size() == 1 ? "" : "s", fmt::join(named, ", "),
        nodes.size() > kMostNamed ? fmt::format(" and {} more", nodes.size() - kMostNamed) : ""));
  }
  throw GraphError(fmt::format(
      "the model has operators that network graphs do not have: {}. They can be read as "
      "opaque nodes of unknown cost (--opaque)",
      fmt::join(parts, "; ")));
}

const std::map<std::string_view, OnnxImporter::Converter>& OnnxImporter::converters() {
  static const std::map<std::string_view, Converter> table = {
      {"Add", &OnnxImporter::sum},
      {"AveragePool", &OnnxImporter::average_pool},
      {"BatchNormalization", &OnnxImporter::batch_normalization},
      {"Cast", &OnnxImporter::cast},
      {"Clip", &OnnxImporter::clip},
      {"Concat", &OnnxImporter::concat},
      {"Conv", &OnnxImporter::conv},
      {"Div", &OnnxImporter::binary},
      {"Dropout", &OnnxImporter::dropout},
      {"Flatten", &OnnxImporter::flatten},
      {"Gather", &OnnxImporter::gather},
      {"Gemm", &OnnxImporter::gemm},
      {"GlobalAveragePool", &OnnxImporter::global_average_pool},
      {"GlobalMaxPool", &OnnxImporter::global_max_pool},
      {"HardSigmoid", &OnnxImporter::hard_sigmoid},
      {"HardSwish", &OnnxImporter::unary},
      {"Identity", &OnnxImporter::identity},
      {"MatMul", &OnnxImporter::matmul},
      {"MaxPool", &OnnxImporter::max_pool},
      {"Mul", &OnnxImporter::binary},
      {"Pad", &OnnxImporter::pad},
      {"ReduceMean", &OnnxImporter::reduce_mean},
      {"Relu", &OnnxImporter::unary},
      {"Reshape", &OnnxImporter::reshape},
      {"Resize", &OnnxImporter::resize},
      {"Shape", &OnnxImporter::shape_of},
      {"Sigmoid", &OnnxImporter::unary},
      {"Slice", &OnnxImporter::slice},
      {"Softmax", &OnnxImporter::softmax},
      {"Squeeze", &OnnxImporter::squeeze},
      {"Sub", &OnnxImporter::binary},
      {"Sum", &OnnxImporter::sum},
      {"Unsqueeze", &OnnxImporter::unsqueeze},
  };
  return table;
}

OnnxModel from_onnx(std::string_view bytes, UnknownOperators unknown) {
  onnx::ModelProto model;
  if (bytes.size() > std::numeric_limits<std::int32_t>::max()) {
    throw GraphError("is larger than the 2 GB that an ONNX file may have");
  }
  if (!model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) || !model.has_graph()) {
    throw GraphError("is no ONNX model: the bytes are cut off, damaged or of another format");
  }
  return OnnxImporter(model, unknown, bytes.size()).read();
}

}  // namespace evonas::graph
