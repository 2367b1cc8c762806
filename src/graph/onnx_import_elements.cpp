#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "graph/error_text.hpp"
#include "graph/onnx_import.hpp"

namespace evonas::graph {
namespace {

bool is_near(double a, double b) { return std::abs(a - b) < 1e-6; }

}  // namespace

void OnnxImporter::unary(const Node& node) {
  define_first(node, append(node, node.op_type(), {activation(node, 0)}));
}

void OnnxImporter::hard_sigmoid(const Node& node) {
  const double alpha = real_attribute(node, "alpha", 0.2);
  const double beta = real_attribute(node, "beta", 0.5);
  Attributes attributes;
  if (alpha != 0.2 || beta != 0.5) attributes = {{"alpha", alpha}, {"beta", beta}};
  define_first(node, append(node, "HardSigmoid", {activation(node, 0)}, std::move(attributes)));
}

void OnnxImporter::softmax(const Node& node) {
  constexpr std::int64_t kOpsetOfOneAxis = 13;  // before, over everything from the axis on
  const NodeId x = activation(node, 0);
  const auto last = static_cast<std::int64_t>(shape(x).size());
  const std::int64_t axis =
      axis_of(node, integer_attribute(node, "axis", opset_ < kOpsetOfOneAxis ? 1 : -1), x);
  if (axis == 0 || (opset_ < kOpsetOfOneAxis && axis != last)) {
    throw Unsupported{"Softmax over several extents"};
  }
  Attributes attributes;
  if (axis != last) attributes.emplace("axis", axis);
  define_first(node, append(node, "Softmax", {x}, std::move(attributes)));
}

void OnnxImporter::clip(const Node& node) {
  constexpr std::int64_t kOpsetOfOperands = 11;
  const NodeId x = activation(node, 0);
  Attributes attributes;
  const auto bound = [&](const char* name, int index, double none) {
    double value = real_attribute(node, name, none);
    if (opset_ >= kOpsetOfOperands && has_operand(node, index)) {
      const auto given = constant(node, index).scalar();
      if (!given) throw Unsupported{"Clip with bounds that are not fixed"};
      value = *given;
    }
    if (std::isnan(value)) throw GraphError(describe(node) + " has a bound that is no number");
    const bool is_bound = std::abs(value) < std::numeric_limits<float>::max();
    if (is_bound) attributes.emplace(name, value);
  };
  bound("min", 1, std::numeric_limits<double>::lowest());
  bound("max", 2, std::numeric_limits<double>::max());
  if (attributes.empty()) return pass_on(node);
  define_first(node, append(node, "Clip", {x}, std::move(attributes)));
}

void OnnxImporter::dropout(const Node& node) {
  const NodeId x = activation(node, 0);
  refuse_further_outputs(node);
  double ratio = real_attribute(node, "ratio", 0.5);
  if (has_operand(node, 1)) ratio = constant(node, 1).scalar().value_or(ratio);
  define_first(node, append(node, "Dropout", {x}, {{"ratio", ratio}}));
}

void OnnxImporter::identity(const Node& node) {
  const auto* x = std::get_if<Activation>(&operand(node, 0));
  if (x == nullptr || x->padded()) return pass_on(node);
  define_first(node, append(node, "Identity", {x->node}));
}

void OnnxImporter::cast(const Node& node) {
  const bool to_float = integer_attribute(node, "to", 0) == onnx::TensorProto::FLOAT;
  if (!is_constant(node, 0) && !to_float) throw Unsupported{"Cast to another type than float"};
  pass_on(node);
}

void OnnxImporter::sum(const Node& node) {
  if (node.op_type() == "Add" && spelt_out_hard_function(node)) return;
  std::vector<NodeId> operands;
  for (int i = 0; i < node.input_size(); ++i) operands.push_back(activation(node, i));
  if (operands.size() == 1) return pass_on(node);
  define_first(node, append(node, "Add", std::move(operands)));
}

void OnnxImporter::binary(const Node& node) {
  define_first(node, append(node, node.op_type(), {activation(node, 0), activation(node, 1)}));
}

/// relu6(x + 3) / 6, the hard sigmoid, and x * relu6(x + 3) / 6, the hard swish of MobileNetV3, as
/// tools write them that know neither operator.
bool OnnxImporter::spelt_out_hard_function(const Node& add) {
  const auto fixed = [&](const Node& node, int index) {
    const double none = std::numeric_limits<double>::quiet_NaN();
    if (!is_constant(node, index)) return none;
    return constant(node, index).scalar().value_or(none);
  };
  const auto is_sixth = [&](const Node* node, const Node& producer) {
    if (node == nullptr || node->input_size() != 2 || node->input(0) != producer.output(0)) {
      return false;
    }
    return (node->op_type() == "Div" && fixed(*node, 1) == 6) ||
           (node->op_type() == "Mul" && is_near(fixed(*node, 1), 1.0 / 6.0));
  };
  if (add.input_size() != 2) return false;
  const int x = fixed(add, 1) == 3 ? 0 : 1;
  if (fixed(add, 1 - x) != 3 || is_constant(add, x)) return false;
  const Node* clip = only_reader(add);
  if (clip == nullptr || clip->op_type() != "Clip") return false;
  const double low = clip->input_size() > 1 ? fixed(*clip, 1) : real_attribute(*clip, "min", -1);
  const double high = clip->input_size() > 2 ? fixed(*clip, 2) : real_attribute(*clip, "max", -1);
  if (low != 0 || high != 6) return false;

  const Node* next = only_reader(*clip);
  if (is_sixth(next, *clip)) {
    done_.insert({clip, next});
    define_first(*next, append(*next, "HardSigmoid", {activation(add, x)},
                               {{"alpha", 1.0 / 6.0}, {"beta", 0.5}}));
    return true;
  }
  if (next == nullptr || next->op_type() != "Mul" || next->input_size() != 2) return false;
  const int other = next->input(0) == clip->output(0) ? 1 : 0;
  const Node* last = only_reader(*next);
  if (next->input(other) != add.input(x) || !is_sixth(last, *next)) return false;
  done_.insert({clip, next, last});
  define_first(*last, append(*last, "HardSwish", {activation(add, x)}));
  return true;
}

}  // namespace evonas::graph
