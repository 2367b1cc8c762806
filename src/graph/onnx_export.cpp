#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include "graph/error_text.hpp"
#include "graph/onnx.hpp"
#include "graph/operators.hpp"
#include "graph/shape_inference.hpp"

namespace evonas::graph {
namespace {

static_assert(std::endian::native == std::endian::little, "ONNX stores little-endian numbers");

constexpr std::int64_t kOpset = 17;
constexpr std::int64_t kIrVersion = 8;
constexpr const char* kBatch = "N";

void set_type(onnx::ValueInfoProto& value, const std::vector<std::int64_t>& shape, bool batched) {
  auto& tensor = *value.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(onnx::TensorProto::FLOAT);
  if (batched) tensor.mutable_shape()->add_dim()->set_dim_param(kBatch);
  for (const std::int64_t extent : shape) tensor.mutable_shape()->add_dim()->set_dim_value(extent);
}

onnx::AttributeProto& add_attribute(onnx::NodeProto& node, const std::string& name) {
  onnx::AttributeProto& attribute = *node.add_attribute();
  attribute.set_name(name);
  return attribute;
}

void add_integer(onnx::NodeProto& node, const std::string& name, std::int64_t value) {
  onnx::AttributeProto& attribute = add_attribute(node, name);
  attribute.set_type(onnx::AttributeProto::INT);
  attribute.set_i(value);
}

void add_text(onnx::NodeProto& node, const std::string& name, const std::string& value) {
  onnx::AttributeProto& attribute = add_attribute(node, name);
  attribute.set_type(onnx::AttributeProto::STRING);
  attribute.set_s(value);
}

/// Attributes that ONNX reads off a tensor or takes as an operand.
bool is_written_elsewhere(const Node& node, std::string_view attribute) {
  if (attribute == "output_channels" || attribute == "output_features" || attribute == "bias") {
    return true;
  }
  return node.op == "Clip" || node.op == "Resize" || node.op == "Pad" || node.op == "Slice";
}

struct AttributeWriter {
  onnx::AttributeProto& attribute;

  void operator()(std::int64_t value) const {
    attribute.set_type(onnx::AttributeProto::INT);
    attribute.set_i(value);
  }
  void operator()(double value) const {
    attribute.set_type(onnx::AttributeProto::FLOAT);
    attribute.set_f(static_cast<float>(value));
  }
  void operator()(const std::string& value) const {
    attribute.set_type(onnx::AttributeProto::STRING);
    attribute.set_s(value);
  }
  void operator()(const std::vector<std::int64_t>& value) const {
    attribute.set_type(onnx::AttributeProto::INTS);
    for (const std::int64_t item : value) attribute.add_ints(item);
  }
};

/// The least factor that makes `extent` into `size`: floor(extent * factor), whether a tool
/// computes that in float or in double. Resize takes factors here because its sizes would fix the
/// batch.
float scale_for(std::int64_t extent, std::int64_t size) {
  const auto input = static_cast<double>(extent);
  const auto wanted = static_cast<double>(size);
  auto scale = static_cast<float>(wanted / input);
  while (std::floor(input * double{scale}) < wanted) {
    scale = std::nextafter(scale, std::numeric_limits<float>::infinity());
  }
  return scale;
}

class Exporter {
 public:
  explicit Exporter(const OnnxModel& model) : source_(model.graph), weights_(model.weights) {
    if (source_.outputs().empty()) throw GraphError("the graph has no outputs to export");
    if (!weights_.empty()) check_weights(source_, weights_);
    model_.set_ir_version(kIrVersion);
    model_.set_producer_name("evonas");
    model_.add_opset_import()->set_version(kOpset);
    for (const auto& [key, value] : model.metadata) {
      auto& entry = *model_.add_metadata_props();
      entry.set_key(key);
      entry.set_value(value);
    }
    graph_.set_name("network");
  }

  std::string write() {
    for (const Node& node : source_.nodes()) {
      names_.insert(node.name);
      if (node.op == kInput) inputs_.insert(node.name);
    }
    slots_ = weight_slots(source_);
    for (NodeId id = 0; id < source_.size(); ++id) {
      if (source_[id].shape != infer_shape(source_, id)) {
        fail(source_, id, "has a shape that does not follow; call infer_shapes() first");
      }
      write_node(id);
    }
    write_outputs();
    if (model_.ByteSizeLong() > std::numeric_limits<std::int32_t>::max()) {
      throw GraphError("the network is too large for one ONNX file, which may have 2 GB");
    }
    return model_.SerializeAsString();
  }

 private:
  void write_node(NodeId id) {
    const Node& node = source_[id];
    values_.push_back(node.name);
    if (node.op == kInput) {
      onnx::ValueInfoProto& input = *graph_.add_input();
      input.set_name(node.name);
      set_type(input, node.shape, /*batched=*/true);
      return;
    }
    if (node.op == "Dropout" || node.op == "DropPath") {
      values_.back() = values_[node.inputs[0]];
      return;
    }
    if (node.op == "Opaque") {
      fail(source_, id, "cannot be exported: what it computes is not known");
    }
    onnx::NodeProto& written = *graph_.add_node();
    written.set_name(node.name);
    written.set_op_type(node.op == "Add" && node.inputs.size() > 2 ? "Sum" : node.op);
    for (const NodeId input : node.inputs) written.add_input(values_[input]);
    written.add_output(node.name);
    for (const auto& [name, value] : node.attributes) {
      if (is_written_elsewhere(node, name)) continue;
      std::visit(AttributeWriter{add_attribute(written, name)}, value);
    }
    write_weights(id, written);
    if (node.op == "Gemm") add_integer(written, "transB", 1);
    if (node.op == "Concat" && !node.attributes.contains("axis")) add_integer(written, "axis", 1);
    if (node.op == "Clip") write_bounds(node, written);
    if (node.op == "Resize") write_scales(node, written);
    if (node.op == "Pad") {
      const auto pads = node.integers("pads", {});
      add_operand(node, "pads", {0, 0, pads[0], pads[1], 0, 0, pads[2], pads[3]}, written);
    }
    if (node.op == "Slice") {
      for (const char* role : {"starts", "ends", "axes"}) {
        add_operand(node, role, node.integers(role, {}), written);
      }
    }
    if (std::ranges::count(source_.outputs(), id) > 0) return;
    onnx::ValueInfoProto& value = *graph_.add_value_info();
    value.set_name(node.name);
    set_type(value, node.shape, /*batched=*/true);
  }

  void write_weights(NodeId id, onnx::NodeProto& written) {
    for (; next_slot_ < slots_.size() && slots_[next_slot_].node == id; ++next_slot_) {
      const WeightSlot& slot = slots_[next_slot_];
      const std::string name = free_name(slot.name);
      written.add_input(name);
      if (weights_.empty()) {
        onnx::ValueInfoProto& input = *graph_.add_input();
        input.set_name(name);
        set_type(input, slot.shape, /*batched=*/false);
      } else {
        write_tensor(name, weights_.at(slot.name));
      }
    }
  }

  void write_tensor(const std::string& name, const Tensor& tensor) {
    onnx::TensorProto& written = *graph_.add_initializer();
    written.set_name(name);
    written.set_data_type(onnx::TensorProto::FLOAT);
    for (const std::int64_t extent : tensor.shape) written.add_dims(extent);
    written.set_raw_data(tensor.values.data(), tensor.values.size() * sizeof(float));
  }

  /// Adds a constant operand.
  void add_operand(const Node& node, const char* role, const Tensor& tensor,
                   onnx::NodeProto& written) {
    const std::string name = free_name(weight_name(node, role));
    write_tensor(name, tensor);
    written.add_input(name);
  }

  void add_operand(const Node& node, const char* role, const std::vector<std::int64_t>& values,
                   onnx::NodeProto& written) {
    onnx::TensorProto& tensor = *graph_.add_initializer();
    tensor.set_name(free_name(weight_name(node, role)));
    tensor.set_data_type(onnx::TensorProto::INT64);
    tensor.add_dims(static_cast<std::int64_t>(values.size()));
    for (const std::int64_t value : values) tensor.add_int64_data(value);
    written.add_input(tensor.name());
  }

  void write_bounds(const Node& node, onnx::NodeProto& written) {
    for (const char* bound : {"min", "max"}) {
      if (node.attributes.contains(bound)) {
        const auto value = static_cast<float>(node.real(bound, 0));
        add_operand(node, bound, Tensor{.shape = {}, .values = {value}}, written);
      } else if (node.attributes.contains("max")) {
        written.add_input("");
      }
    }
  }

  void write_scales(const Node& node, onnx::NodeProto& written) {
    const Shape& input = source_[node.inputs[0]].shape;
    written.add_input("");  // a region of interest, for another mode
    add_operand(
        node, "scales",
        {.shape = {4},
         .values = {1, 1, scale_for(input[1], node.shape[1]), scale_for(input[2], node.shape[2])}},
        written);
    add_text(written, "mode", "linear");
    add_text(written, "coordinate_transformation_mode", "half_pixel");
  }

  /// Outputs have names of their own: the same value twice, or an input, goes through Identity.
  void write_outputs() {
    std::set<std::string> used;
    for (const NodeId id : source_.outputs()) {
      std::string name = values_[id];
      if (inputs_.contains(name) || used.contains(name)) {
        onnx::NodeProto& identity = *graph_.add_node();
        identity.set_op_type("Identity");
        identity.add_input(name);
        name = free_name(fmt::format("{}_output", name));
        identity.set_name(name);
        identity.add_output(name);
      }
      used.insert(name);
      onnx::ValueInfoProto& output = *graph_.add_output();
      output.set_name(name);
      set_type(output, source_[id].shape, /*batched=*/true);
    }
  }

  std::string free_name(std::string name) {
    while (!names_.insert(name).second) name += '_';
    return name;
  }

  const Graph& source_;
  const Weights& weights_;
  onnx::ModelProto model_;
  onnx::GraphProto& graph_ = *model_.mutable_graph();
  std::vector<WeightSlot> slots_;
  std::size_t next_slot_ = 0;
  std::vector<std::string> values_;  ///< by node: the name of what it computes
  std::set<std::string> names_;
  std::set<std::string> inputs_;
};

}  // namespace

std::string to_onnx(const OnnxModel& model) { return Exporter(model).write(); }

}  // namespace evonas::graph
