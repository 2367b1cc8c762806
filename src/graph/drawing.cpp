#include "graph/drawing.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "graph/graphviz.hpp"
#include "graph/operators.hpp"

namespace evonas::graph {
namespace {

/// How nodes of one kind look: the class for style sheets and a fill on which dark text reads well
/// (contrast above 7), so that the picture needs no ground of its own.
struct Style {
  std::string_view name;
  std::string_view fill;
};

Style style_of(OperatorKind kind) {
  switch (kind) {
    case OperatorKind::Input:
      return {.name = "input", .fill = "#d0d7de"};
    case OperatorKind::Convolution:
      return {.name = "convolution", .fill = "#9ecbff"};
    case OperatorKind::Linear:
      return {.name = "linear", .fill = "#c8b6ff"};
    case OperatorKind::Normalization:
      return {.name = "normalization", .fill = "#e8e2c8"};
    case OperatorKind::Activation:
      return {.name = "activation", .fill = "#ffd8a8"};
    case OperatorKind::Pooling:
      return {.name = "pooling", .fill = "#a7e3b5"};
    case OperatorKind::Combination:
      return {.name = "combination", .fill = "#ffc2d1"};
    case OperatorKind::Unknown:
      return {.name = "unknown", .fill = "#f5f0a8"};
    case OperatorKind::Rearrangement:
      break;
  }
  return {.name = "rearrangement", .fill = "#e6e9ed"};
}

/// Cells use the words of their space; most of these say what they are.
OperatorKind guessed_kind(std::string_view op) {
  using Word = std::pair<std::string_view, OperatorKind>;
  static constexpr std::array kWords{
      Word{"conv", OperatorKind::Convolution},      Word{"pool", OperatorKind::Pooling},
      Word{"input", OperatorKind::Input},           Word{"output", OperatorKind::Combination},
      Word{"add", OperatorKind::Combination},       Word{"sum", OperatorKind::Combination},
      Word{"concat", OperatorKind::Combination},    Word{"linear", OperatorKind::Linear},
      Word{"skip", OperatorKind::Rearrangement},    Word{"none", OperatorKind::Rearrangement},
      Word{"identity", OperatorKind::Rearrangement}};
  std::string lower(op);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const auto& [word, kind] : kWords) {
    if (lower.find(word) != std::string::npos) return kind;
  }
  return OperatorKind::Convolution;
}

OperatorKind kind_of(const Node& node) {
  const Operator* op = find_operator(node.op);
  return op == nullptr ? guessed_kind(node.op) : op->kind;
}

/// `text` within the quotes of a DOT string, shown as it is written: no escapes, no entities, no
/// control characters, nothing that is not ASCII.
std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (c == '&') {
      result += "&amp;";
    } else {
      result += code < 0x20 || code > 0x7e ? '?' : c;
    }
  }
  return result;
}

std::string product(const std::vector<std::int64_t>& numbers) {
  return fmt::format("{}", fmt::join(numbers, "x"));
}

/// What tells operators of one name apart: "3x3 /2 g16".
std::string details(const Node& node) {
  std::vector<std::string> parts;
  const auto onnx_op = node.attributes.find("onnx_op");
  if (onnx_op != node.attributes.end()) {
    const auto* name = std::get_if<std::string>(&onnx_op->second);
    if (name != nullptr) parts.push_back(escaped(*name));
  }
  const auto show_list = [&](std::string_view key, std::string_view prefix, std::int64_t usual) {
    const auto found = node.attributes.find(key);
    if (found == node.attributes.end()) return;
    const auto* numbers = std::get_if<std::vector<std::int64_t>>(&found->second);
    if (numbers == nullptr || numbers->empty()) return;
    const bool equal = std::ranges::all_of(*numbers, [&](auto n) { return n == numbers->front(); });
    if (equal && numbers->front() == usual) return;
    const std::string text =
        equal && !prefix.empty() ? std::to_string(numbers->front()) : product(*numbers);
    parts.push_back(fmt::format("{}{}", prefix, text));
  };
  show_list("kernel_shape", "", 0);
  show_list("strides", "/", 1);
  show_list("dilations", "d", 1);
  const auto group = node.attributes.find("group");
  if (group != node.attributes.end()) {
    const auto* number = std::get_if<std::int64_t>(&group->second);
    if (number != nullptr && *number != 1) parts.push_back(fmt::format("g{}", *number));
  }
  return fmt::format("{}", fmt::join(parts, " "));
}

/// How the frame of a node is drawn, as further attributes.
std::string frame(NodeId id, bool is_output, const DrawingOptions& options) {
  if (id < options.weights.size() && options.weights[id] > kMarkedWeight) {
    return ", color=\"#cf222e\", penwidth=3";
  }
  return is_output ? ", penwidth=2" : "";
}

/// What is shown where one points at a node.
std::string tooltip(NodeId id, const Node& node, const DrawingOptions& options) {
  std::string text = escaped(node.name);
  if (id < options.weights.size()) text += fmt::format(" ({:.2f})", options.weights[id]);
  return text;
}

std::string label(const Node& node, const DrawingOptions& options) {
  std::string text = escaped(node.op);
  const std::string more = details(node);
  if (!more.empty()) text += " " + more;
  if (options.shapes && !node.shape.empty()) text += "\\n" + to_string(node.shape);
  return text;
}

}  // namespace

std::string to_dot(const Graph& graph, const DrawingOptions& options) {
  std::string dot = fmt::format(
      "digraph network {{\n"
      "  graph [rankdir={}, bgcolor=\"transparent\", nodesep=0.2, ranksep=0.3, tooltip=\" \"];\n"
      "  node [shape=box, style=\"rounded,filled\", fontname=\"Helvetica,Arial,sans-serif\", "
      "fontsize=11, fontcolor=\"#1f2328\", color=\"#6e7781\", height=0.3, margin=\"0.12,0.04\"];\n"
      "  edge [color=\"#848d97\", arrowsize=0.6];\n",
      options.left_to_right ? "LR" : "TB");
  std::vector<bool> is_output(graph.size());
  for (const NodeId output : graph.outputs()) is_output[output] = true;
  for (NodeId id = 0; id < graph.size(); ++id) {
    const Node& node = graph[id];
    const Style style = style_of(kind_of(node));
    dot += fmt::format("  n{} [label=\"{}\", tooltip=\"{}\", class=\"{}\", fillcolor=\"{}\"{}];\n",
                       id, label(node, options), tooltip(id, node, options), style.name, style.fill,
                       frame(id, is_output[id], options));
  }
  for (NodeId id = 0; id < graph.size(); ++id) {
    for (const NodeId input : graph[id].inputs) dot += fmt::format("  n{} -> n{};\n", input, id);
  }
  return dot + "}\n";
}

std::string to_svg(const Graph& graph, const DrawingOptions& options) {
  return inline_svg(run_graphviz(to_dot(graph, options)));
}

}  // namespace evonas::graph
