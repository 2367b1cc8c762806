#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <onnx/onnx_pb.h>

#include "graph/graph.hpp"

namespace evonas::graph {

/// "node 'conv1' (Conv)": the start of every message about a node of an ONNX file.
std::string describe(const onnx::NodeProto& node);

/// Attributes of a node of an ONNX file. They throw GraphError where one has another type.
const onnx::AttributeProto* find_attribute(const onnx::NodeProto& node, std::string_view name);
std::int64_t integer_attribute(const onnx::NodeProto& node, std::string_view name,
                               std::int64_t fallback);
double real_attribute(const onnx::NodeProto& node, std::string_view name, double fallback);
std::string text_attribute(const onnx::NodeProto& node, std::string_view name,
                           std::string_view fallback);
std::optional<std::vector<std::int64_t>> integers_attribute(const onnx::NodeProto& node,
                                                            std::string_view name);

/// The double that was meant by a float of a file: the one with the shortest decimal notation or
/// the simplest fraction that rounds to it, 0.1 and 1/6 rather than 0.10000000149 and
/// 0.16666667163.
double widened(float value);

/// A tensor that does not depend on the network's input: weights, constants, computed shapes.
class Constant {
 public:
  /// A tensor of the file, which must outlive this. Throws GraphError where its extents are none.
  explicit Constant(const onnx::TensorProto& tensor);
  /// Whole numbers in one extent, a single one without extents, and a tensor whose numbers are not
  /// known.
  static Constant list(std::vector<std::int64_t> values);
  static Constant number(std::int64_t value);
  static Constant without_data(std::vector<std::int64_t> shape);

  const std::vector<std::int64_t>& shape() const { return shape_; }
  std::int64_t count() const;
  bool has_data() const { return tensor_ != nullptr || integers_.has_value(); }

  /// The numbers as float32, from any floating-point type. Throws GraphError where there are none
  /// or not as many as the shape says.
  std::vector<float> reals() const;
  /// The numbers of an integer tensor; errors as reals().
  std::vector<std::int64_t> integers() const;
  /// The only number of a tensor of one; nothing where there are several or none.
  std::optional<double> scalar() const;

 private:
  Constant() = default;

  std::vector<std::int64_t> shape_;
  const onnx::TensorProto* tensor_ = nullptr;  ///< null where no data is known
  std::optional<std::vector<std::int64_t>> integers_;
};

}  // namespace evonas::graph
