#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include <onnx/onnx_pb.h>

#include "graph/onnx.hpp"

namespace evonas::graph {

/// Writes ONNX models by hand, as other tools do.
class OnnxFile {
 public:
  explicit OnnxFile(std::int64_t opset = 17) {
    model_.set_ir_version(8);
    graph().set_name("hand");
    model_.add_opset_import()->set_version(opset);
  }

  /// An extent of 0 is symbolic.
  OnnxFile& input(const std::string& name, std::initializer_list<std::int64_t> extents) {
    set_shape(*graph().add_input(), name, extents);
    return *this;
  }

  OnnxFile& output(const std::string& name) {
    graph().add_output()->set_name(name);
    return *this;
  }

  OnnxFile& known_shape(const std::string& name, std::initializer_list<std::int64_t> extents) {
    set_shape(*graph().add_value_info(), name, extents);
    return *this;
  }

  OnnxFile& reals(const std::string& name, std::initializer_list<std::int64_t> extents,
                  const std::vector<float>& values) {
    onnx::TensorProto& tensor = *graph().add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(onnx::TensorProto::FLOAT);
    for (const std::int64_t extent : extents) tensor.add_dims(extent);
    for (const float value : values) tensor.add_float_data(value);
    return *this;
  }

  OnnxFile& integers(const std::string& name, const std::vector<std::int64_t>& values) {
    onnx::TensorProto& tensor = *graph().add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(onnx::TensorProto::INT64);
    tensor.add_dims(static_cast<std::int64_t>(values.size()));
    for (const std::int64_t value : values) tensor.add_int64_data(value);
    return *this;
  }

  /// A node that is called like its output; integer attributes are given as lists of one or more.
  OnnxFile& node(
      const std::string& op, std::initializer_list<std::string> inputs, const std::string& output,
      std::initializer_list<std::pair<std::string, std::vector<std::int64_t>>> attributes = {}) {
    onnx::NodeProto& node = *graph().add_node();
    node.set_op_type(op);
    for (const std::string& name : inputs) node.add_input(name);
    node.add_output(output);
    for (const auto& [name, values] : attributes) {
      onnx::AttributeProto& attribute = *node.add_attribute();
      attribute.set_name(name);
      const bool list = values.size() != 1 || name == "value_ints";
      attribute.set_type(list ? onnx::AttributeProto::INTS : onnx::AttributeProto::INT);
      if (!list) attribute.set_i(values[0]);
      for (const std::int64_t value : values) {
        if (list) attribute.add_ints(value);
      }
    }
    return *this;
  }

  onnx::NodeProto& last() { return *graph().mutable_node(graph().node_size() - 1); }
  OnnxFile& text(const std::string& name, const std::string& value) {
    onnx::AttributeProto& attribute = *last().add_attribute();
    attribute.set_name(name);
    attribute.set_type(onnx::AttributeProto::STRING);
    attribute.set_s(value);
    return *this;
  }
  OnnxFile& real(const std::string& name, float value) {
    onnx::AttributeProto& attribute = *last().add_attribute();
    attribute.set_name(name);
    attribute.set_type(onnx::AttributeProto::FLOAT);
    attribute.set_f(value);
    return *this;
  }

  onnx::GraphProto& graph() { return *model_.mutable_graph(); }
  onnx::ModelProto& model() { return model_; }
  std::string bytes() const { return model_.SerializeAsString(); }
  OnnxModel read(UnknownOperators unknown = UnknownOperators::Refuse) const {
    return from_onnx(bytes(), unknown);
  }

 private:
  static void set_shape(onnx::ValueInfoProto& value, const std::string& name,
                        std::initializer_list<std::int64_t> extents) {
    value.set_name(name);
    auto& tensor = *value.mutable_type()->mutable_tensor_type();
    tensor.set_elem_type(onnx::TensorProto::FLOAT);
    tensor.mutable_shape();
    for (const std::int64_t extent : extents) {
      auto& dimension = *tensor.mutable_shape()->add_dim();
      if (extent == 0) {
        dimension.set_dim_param("batch");
      } else {
        dimension.set_dim_value(extent);
      }
    }
  }

  onnx::ModelProto model_;
};

}  // namespace evonas::graph
