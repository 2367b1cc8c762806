#include "graph/pytorch_layers.hpp"

#include <cmath>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "graph/operators.hpp"

namespace evonas::graph {
namespace {

using Integers = std::vector<std::int64_t>;

/// A number as Python and TorchScript read it, always with a point: "0.1", "6.0".
std::string real(double value) {
  // 1 - 0.9 is meant as 0.1.
  std::string text = fmt::format("{:.10g}", value);
  if (std::stod(text) != value && std::abs(std::stod(text) - value) > 1e-15) {
    text = fmt::format("{}", value);
  }
  return text.find_first_of(".en") == std::string::npos ? text + ".0" : text;
}

std::string python(bool value) { return value ? "True" : "False"; }

std::string list(const Integers& values) { return fmt::format("[{}]", fmt::join(values, ", ")); }

/// "3" for a square, "(3, 1)" else.
std::string pair(const Integers& values) {
  if (values[0] == values[1]) return std::to_string(values[0]);
  return fmt::format("({}, {})", values[0], values[1]);
}

/// An argument of a constructor, left out where it has the usual value.
std::string argument(const char* name, const Integers& values, std::int64_t usual) {
  if (values == Integers{usual, usual}) return {};
  return fmt::format(", {}={}", name, pair(values));
}

/// A window as PyTorch's layers take it: with the same padding on opposite sides, anything else
/// being a layer of its own in front.
struct Window {
  Integers kernel;
  Integers strides;
  Integers dilations;
  Integers padding{0, 0};
  Integers in_front;  ///< left, right, top, bottom; empty where there is none

  Window(const Node& node, bool is_pool)
      : kernel(node.integers("kernel_shape", {1, 1})),
        strides(node.integers("strides", {1, 1})),
        dilations(node.integers("dilations", {1, 1})) {
    const Integers pads = node.integers("pads", {0, 0, 0, 0});
    // Pooling layers refuse padding of more than half a window.
    const auto fits = [&](std::size_t axis) {
      const std::int64_t window = dilations[axis] * (kernel[axis] - 1) + 1;
      return pads[axis] == pads[axis + 2] && (!is_pool || 2 * pads[axis] <= window);
    };
    if (fits(0) && fits(1)) {
      padding = {pads[0], pads[1]};
    } else {
      in_front = {pads[1], pads[3], pads[0], pads[2]};
    }
  }
};

/// Writes the step of one node.
class StepWriter {
 public:
  StepWriter(const Graph& graph, NodeId id, const PyTorchNames& names,
             std::vector<std::string> operands, PyTorchLanguage language)
      : graph_(graph),
        id_(id),
        node_(graph[id]),
        name_(names.own),
        beside_(names.beside),
        operands_(std::move(operands)),
        language_(language) {}

  PyTorchStep write() {
    if (!write_layer()) step_.expression = expression();
    if (step_.expression.empty()) fail(graph_, id_, "has no PyTorch form");
    return std::move(step_);
  }

 private:
  bool write_layer() {
    if (node_.op == "Conv") {
      conv();
    } else if (node_.op == "Gemm") {
      gemm();
    } else if (node_.op == "BatchNormalization") {
      batch_normalization();
    } else if (node_.op == "MaxPool") {
      max_pool();
    } else if (node_.op == "AveragePool") {
      average_pool();
    } else if (node_.op == "HardSwish") {
      apply(add_layer(name_, "nn.Hardswish()", "torch.hardswish(x)"));
    } else if (node_.op == "Resize") {
      const Integers sizes = node_.integers("sizes", {});
      apply(add_layer(
          name_,
          fmt::format("nn.Upsample(size=({}, {}), mode=\"bilinear\", align_corners=False)",
                      sizes[0], sizes[1]),
          fmt::format("torch.upsample_bilinear2d(x, {}, False)", list(sizes))));
    } else if (node_.op == "Pad") {
      const Integers pads = node_.integers("pads", {});
      const Integers sides{pads[1], pads[3], pads[0], pads[2]};  // left, right, top, bottom
      apply(add_layer(name_, fmt::format("nn.ZeroPad2d(({}))", fmt::join(sides, ", ")),
                      fmt::format("torch.constant_pad_nd(x, {}, 0.0)", list(sides))));
    } else if (node_.op == "Dropout") {
      const std::string ratio = real(node_.real("ratio", 0.5));
      apply(add_layer(name_, fmt::format("nn.Dropout(p={})", ratio),
                      fmt::format("torch.dropout(x, {}, self.training)", ratio)));
    } else {
      return false;
    }
    return true;
  }

  std::string expression() const {
    const std::string& op = node_.op;
    const std::string& x = operands_.at(0);
    if (op == "Relu") return fmt::format("torch.relu({})", x);
    if (op == "Sigmoid") return fmt::format("torch.sigmoid({})", x);
    if (op == "Identity" || op == "DropPath") return x;
    if (op == "Flatten") return fmt::format("torch.flatten({}, 1)", x);
    if (op == "Add") return fmt::format("{}", fmt::join(operands_, " + "));
    if (op == "Sub") return fmt::format("{} - {}", x, operands_.at(1));
    if (op == "Mul") return fmt::format("{} * {}", x, operands_.at(1));
    if (op == "Div") return fmt::format("{} / {}", x, operands_.at(1));
    if (op == "Concat") return fmt::format("torch.cat([{}], dim=1)", fmt::join(operands_, ", "));
    if (op == "Slice") {
      return fmt::format("{}[:, {}:{}]", x, node_.integers("starts", {})[0],
                         node_.integers("ends", {})[0]);
    }
    if (op == "Softmax") {
      return fmt::format("torch.softmax({}, dim={})", x, node_.integer("axis", -1));
    }
    if (op == "HardSigmoid") {
      return fmt::format("torch.clamp({} * {} + {}, 0.0, 1.0)", x, real(node_.real("alpha", 0.2)),
                         real(node_.real("beta", 0.5)));
    }
    if (op == "Clip") {
      const auto bound = [&](const char* name) {
        if (!node_.attributes.contains(name)) return std::string();
        return fmt::format(", {}={}", name, real(node_.real(name, 0)));
      };
      const std::string bounds = bound("min") + bound("max");
      return bounds.empty() ? x : fmt::format("torch.clamp({}{})", x, bounds);
    }
    if (op == "GlobalAveragePool") return mean(x, true);
    if (op == "ReduceMean") return mean(x, node_.integer("keepdims", 1) != 0);
    return {};
  }

  static std::string mean(const std::string& x, bool keep) {
    return fmt::format("torch.mean({}, dim=[2, 3], keepdim={})", x, python(keep));
  }

  void conv() {
    const Window window(node_, /*is_pool=*/false);
    const std::int64_t groups = node_.integer("group", 1);
    const bool bias = node_.integer("bias", 0) != 0;
    const std::string x = padded(window, "0.0");
    const std::string layer = add_layer(
        name_,
        fmt::format(
            "nn.Conv2d({}, {}, kernel_size={}{}{}{}{}{})", inputs(), node_.shape[0],
            pair(window.kernel), argument("stride", window.strides, 1),
            argument("padding", window.padding, 0), argument("dilation", window.dilations, 1),
            groups == 1 ? "" : fmt::format(", groups={}", groups), bias ? "" : ", bias=False"),
        fmt::format("torch.conv2d(x, self.weight, {}, {}, {}, {}, {})", bias ? "self.bias" : "None",
                    list(window.strides), list(window.padding), list(window.dilations), groups));
    step_.expression = call(layer, x);
  }

  void gemm() {
    const bool bias = node_.integer("bias", 0) != 0;
    apply(add_layer(
        name_,
        fmt::format("nn.Linear({}, {}{})", inputs(), node_.shape[0], bias ? "" : ", bias=False"),
        fmt::format("torch.linear(x, self.weight, {})", bias ? "self.bias" : "None")));
  }

  void batch_normalization() {
    const std::string epsilon = real(node_.real("epsilon", 1e-5));
    // ONNX weighs what was, PyTorch what is new.
    const std::string momentum = real(1.0 - node_.real("momentum", 0.9));
    apply(add_layer(name_,
                    fmt::format("nn.BatchNorm{}d({}, eps={}, momentum={})",
                                node_.shape.size() == 3 ? 2 : 1, node_.shape[0], epsilon, momentum),
                    fmt::format("torch.batch_norm(x, self.weight, self.bias, self.running_mean, "
                                "self.running_var, self.training, {}, {}, False)",
                                momentum, epsilon)));
  }

  void max_pool() {
    const Window window(node_, /*is_pool=*/true);
    const std::string x = padded(window, "float(\"-inf\")");
    const std::string layer =
        add_layer(name_,
                  fmt::format("nn.MaxPool2d(kernel_size={}, stride={}{}{})", pair(window.kernel),
                              pair(window.strides), argument("padding", window.padding, 0),
                              argument("dilation", window.dilations, 1)),
                  fmt::format("torch.max_pool2d(x, {}, {}, {}, {})", list(window.kernel),
                              list(window.strides), list(window.padding), list(window.dilations)));
    step_.expression = call(layer, x);
  }

  void average_pool() {
    const Window window(node_, /*is_pool=*/true);
    const bool counted = node_.integer("count_include_pad", 0) != 0;
    const bool uneven = !window.in_front.empty();
    const std::string x = padded(window, "0.0");
    const std::string layer = add_layer(
        name_,
        fmt::format("nn.AvgPool2d(kernel_size={}, stride={}{}{})", pair(window.kernel),
                    pair(window.strides), argument("padding", window.padding, 0),
                    counted || uneven ? "" : ", count_include_pad=False"),
        fmt::format("torch.avg_pool2d(x, {}, {}, {}, False, {})", list(window.kernel),
                    list(window.strides), list(window.padding), python(counted || uneven)));
    step_.expression = call(layer, x);
    if (uneven && !counted) {
      // Divided by the share of the window that is no padding.
      const std::string ones = fmt::format("torch.ones_like({})", operands_.at(0));
      step_.expression += " / " + call(layer, call(step_.layers.front().name, ones));
    }
  }

  /// The operand, through a layer that pads it where the window needs one.
  std::string padded(const Window& window, const std::string& value) {
    if (window.in_front.empty()) return operands_.at(0);
    const std::string layer = add_layer(
        beside_("pad"),
        fmt::format("nn.ConstantPad2d(({}), {})", fmt::join(window.in_front, ", "), value),
        fmt::format("torch.constant_pad_nd(x, {}, {})", list(window.in_front), value));
    return call(layer, operands_.at(0));
  }

  std::int64_t inputs() const { return graph_[node_.inputs[0]].shape[0]; }

  std::string call(const std::string& layer, const std::string& x) const {
    const bool script = language_ == PyTorchLanguage::TorchScript;
    return fmt::format("self.{}{}({})", layer, script ? ".forward" : "", x);
  }

  std::string add_layer(const std::string& name, std::string constructor, std::string script) {
    step_.layers.push_back({name, std::move(constructor), std::move(script), {}});
    return name;
  }

  void apply(const std::string& layer) { step_.expression = call(layer, operands_.at(0)); }

  const Graph& graph_;
  NodeId id_;
  const Node& node_;
  std::string name_;
  const std::function<std::string(std::string_view)>& beside_;
  std::vector<std::string> operands_;
  PyTorchLanguage language_;
  PyTorchStep step_;
};

}  // namespace

PyTorchStep pytorch_step(const Graph& graph, NodeId id, const PyTorchNames& names,
                         const std::vector<std::string>& operands, PyTorchLanguage language) {
  return StepWriter(graph, id, names, operands, language).write();
}

}  // namespace evonas::graph
