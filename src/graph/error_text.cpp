#include "graph/error_text.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <variant>

#include <fmt/format.h>

namespace evonas::graph {
namespace {

constexpr std::size_t kLongestText = 80;
constexpr std::size_t kLongestList = 8;

template <class T>
std::string listed(std::span<const T> items, std::string_view separator) {
  const auto shown = items.first(std::min(items.size(), kLongestList));
  return fmt::format("{}{}", fmt::join(shown, separator),
                     items.size() > kLongestList ? fmt::format("{}...", separator) : "");
}

struct Describer {
  std::string operator()(std::int64_t value) const { return fmt::format("the number {}", value); }
  std::string operator()(double value) const { return fmt::format("the number {}", value); }
  std::string operator()(const std::string& value) const { return "the text " + in_quotes(value); }
  std::string operator()(const std::vector<std::int64_t>& value) const {
    return fmt::format("the list [{}]", listed(std::span(value), ", "));
  }
};

}  // namespace

std::string printable(std::string_view text) {
  std::string result(text.substr(0, kLongestText));
  for (char& c : result) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  if (text.size() > kLongestText) result += "...";
  return result;
}

std::string in_quotes(std::string_view text) { return fmt::format("'{}'", printable(text)); }

std::string describe(const Attribute& attribute) { return std::visit(Describer{}, attribute); }

std::string describe(const Graph& graph, NodeId id) {
  const Node& node = graph[id];
  std::vector<std::string> shapes;
  for (const NodeId input : node.inputs) shapes.push_back(to_string(graph[input].shape));
  return fmt::format("node {} ({}{}{})", in_quotes(node.name), printable(node.op),
                     shapes.empty() ? "" : " of ",
                     listed(std::span<const std::string>(shapes), ", "));
}

}  // namespace evonas::graph
