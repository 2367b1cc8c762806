#include "graph/json.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/nearest_name.hpp"
#include "graph/error_text.hpp"
#include "graph/operators.hpp"
#include "graph/shape_inference.hpp"

namespace evonas::graph {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostNodes = 1'000'000;
constexpr std::size_t kLongestShape = 8;

/// A value of the document and where it stands ("nodes[3].op"; empty for the whole), for messages.
struct Place {
  const Json& json;
  std::string path;

  [[noreturn]] void fail(std::string_view what) const {
    throw GraphError(fmt::format("{}: {}", path.empty() ? "graph" : path, what));
  }

  [[noreturn]] void expected(std::string_view what) const {
    fail(fmt::format("expected {}, found {}", what, found()));
  }

  std::string found() const {
    if (json.is_object()) return "an object";
    if (json.is_array()) return fmt::format("a list of {}", json.size());
    if (json.is_string()) return in_quotes(json.get_ref<const std::string&>());
    return json.dump();
  }

  Place item(std::size_t index) const { return {json[index], fmt::format("{}[{}]", path, index)}; }

  bool has(const char* key) const { return json.contains(key); }

  Place member(const char* key, std::string_view what) const {
    const auto value = json.find(key);
    if (value == json.end()) fail(fmt::format("the key '{}' is missing; add {}", key, what));
    return {*value, path.empty() ? key : fmt::format("{}.{}", path, key)};
  }

  void expect_list(std::string_view what) const {
    if (!json.is_array()) expected(what);
  }

  void expect_object(std::initializer_list<const char*> keys, std::string_view what) const {
    if (!json.is_object()) expected(what);
    const std::vector<std::string> known(keys.begin(), keys.end());
    for (const auto& [key, value] : json.items()) {
      if (std::ranges::find(known, key) != known.end()) continue;
      const std::string nearest = nearest_name(key, known);
      fail(fmt::format("unknown key {}; {}", in_quotes(key),
                       nearest.empty() ? fmt::format("known are {}", fmt::join(known, ", "))
                                       : fmt::format("did you mean '{}'?", nearest)));
    }
  }

  std::string text(std::string_view what) const {
    if (!json.is_string() || json.get_ref<const std::string&>().empty()) expected(what);
    return json.get<std::string>();
  }

  std::int64_t integer(std::string_view what) const {
    const bool too_large = json.is_number_unsigned() &&
                           json.get<std::uint64_t>() >
                               static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (!json.is_number_integer() || too_large) expected(what);
    return json.get<std::int64_t>();
  }
};

std::vector<std::int64_t> read_integers(const Place& place, std::string_view what) {
  place.expect_list(what);
  std::vector<std::int64_t> result;
  for (std::size_t i = 0; i < place.json.size(); ++i) result.push_back(place.item(i).integer(what));
  return result;
}

Attribute read_attribute(const Place& place) {
  constexpr const char* kWanted =
      "a number within 64 bits, a text or a list of whole numbers as an attribute";
  if (place.json.is_string()) return place.json.get<std::string>();
  if (place.json.is_number_float()) return place.json.get<double>();
  if (place.json.is_array()) return read_integers(place, kWanted);
  return place.integer(kWanted);
}

Attributes read_attributes(const Place& node) {
  Attributes attributes;
  if (!node.has("attributes")) return attributes;
  const Place place = node.member("attributes", "");
  if (!place.json.is_object()) place.expected("an object of attributes");
  for (const auto& [name, value] : place.json.items()) {
    attributes.emplace(name,
                       read_attribute({value, fmt::format("{}.{}", place.path, printable(name))}));
  }
  return attributes;
}

Shape read_shape(const Place& node) {
  if (!node.has("shape")) return {};
  const Place place = node.member("shape", "");
  place.expect_list("a list of extents such as [3, 32, 32]");
  if (place.json.size() > kLongestShape) {
    place.expected(fmt::format("at most {} extents", kLongestShape));
  }
  Shape shape = read_integers(place, "a whole number as an extent");
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] >= 1 && shape[i] <= kLargestExtent) continue;
    place.item(i).expected(fmt::format("an extent of 1 to {}", kLargestExtent));
  }
  return shape;
}

using Names = std::map<std::string, NodeId, std::less<>>;

std::vector<NodeId> read_references(const Place& place, const Names& names,
                                    std::string_view missing) {
  place.expect_list("a list of names of nodes");
  std::vector<NodeId> result;
  for (std::size_t i = 0; i < place.json.size(); ++i) {
    const Place item = place.item(i);
    const auto found = names.find(item.text("the name of a node"));
    if (found == names.end()) item.fail(fmt::format("{} {}", item.found(), missing));
    result.push_back(found->second);
  }
  return result;
}

struct StoredGraph {
  Graph graph;
  std::vector<Shape> shapes;
};

void read_node(const Place& place, Names& names, StoredGraph& stored) {
  place.expect_object({"name", "op", "inputs", "attributes", "shape"},
                      "a node, an object with \"name\" and \"op\"");
  const Place name = place.member("name", "a name that no other node has");
  const Place op = place.member("op", "an operator such as \"Relu\"");
  const std::string name_text = name.text("a name, a text that is not empty");
  const std::string op_text = op.text("an operator, a text that is not empty");
  if (names.contains(name_text)) {
    name.fail(fmt::format("{} is taken by an earlier node; names must be unique", name.found()));
  }
  std::vector<NodeId> inputs;
  if (place.has("inputs")) {
    inputs = read_references(place.member("inputs", ""), names,
                             "is no earlier node; list every node after those it reads");
  }
  if (op_text == kInput && !inputs.empty()) place.fail("an Input reads no other node");
  const NodeId id = stored.graph.add(op_text, std::move(inputs), read_attributes(place), name_text);
  stored.shapes.push_back(read_shape(place));
  if (op_text == kInput) stored.graph.set_shape(id, stored.shapes.back());
  names.emplace(name_text, id);
}

/// Infers what was stored and compares.
void check_shapes(const Place& nodes, StoredGraph& stored) {
  Graph& graph = stored.graph;
  const bool network_grain = std::ranges::any_of(
      graph.nodes(), [](const Node& node) { return node.op == kInput && !node.shape.empty(); });
  for (NodeId id = 0; id < graph.size(); ++id) {
    const Shape& shape = stored.shapes[id];
    const Place node = nodes.item(id);
    if (!network_grain) {
      if (shape.empty()) continue;
      node.fail(
          fmt::format("node {} has a shape, but no input of the graph has one; give the Input "
                      "nodes shapes, or none to any node",
                      in_quotes(graph[id].name)));
    }
    try {
      graph.set_shape(id, infer_shape(graph, id));
    } catch (const GraphError& error) {
      node.fail(error.what());
    }
    if (shape.empty() || shape == graph[id].shape) continue;
    node.member("shape", "")
        .fail(fmt::format("stored as {}, but node {} gives {}; correct it or "
                          "leave it out",
                          to_string(shape), in_quotes(graph[id].name), to_string(graph[id].shape)));
  }
}

Json attribute_json(const Graph& graph, NodeId id, const Attribute& attribute) {
  const auto* real = std::get_if<double>(&attribute);
  if (real != nullptr && !std::isfinite(*real)) {
    fail(graph, id, "has an attribute that is not finite, which JSON cannot hold");
  }
  return std::visit([](const auto& value) { return Json(value); }, attribute);
}

}  // namespace

Json to_json(const Graph& graph) {
  Json nodes = Json::array();
  for (NodeId id = 0; id < graph.size(); ++id) {
    const Node& node = graph[id];
    Json inputs = Json::array();
    for (const NodeId input : node.inputs) inputs.push_back(graph[input].name);
    Json written{{"name", node.name}, {"op", node.op}, {"inputs", std::move(inputs)}};
    for (const auto& [name, attribute] : node.attributes) {
      written["attributes"][name] = attribute_json(graph, id, attribute);
    }
    if (!node.shape.empty()) written["shape"] = node.shape;
    nodes.push_back(std::move(written));
  }
  Json outputs = Json::array();
  for (const NodeId output : graph.outputs()) outputs.push_back(graph[output].name);
  return {{"nodes", std::move(nodes)}, {"outputs", std::move(outputs)}};
}

Graph from_json(const Json& json) {
  const Place document{json, ""};
  document.expect_object({"nodes", "outputs"}, "a graph, an object with \"nodes\" and \"outputs\"");
  const Place nodes = document.member("nodes", "the list of nodes");
  nodes.expect_list("a list of nodes");
  if (nodes.json.empty()) nodes.fail("is empty; a graph needs at least one node");
  if (nodes.json.size() > kMostNodes) {
    nodes.fail(fmt::format("has {} nodes, at most {} are read", nodes.json.size(), kMostNodes));
  }
  StoredGraph stored;
  Names names;
  for (std::size_t i = 0; i < nodes.json.size(); ++i) read_node(nodes.item(i), names, stored);
  const Place outputs = document.member("outputs", "the names of the results");
  stored.graph.set_outputs(read_references(outputs, names, "is no node of the graph"));
  check_shapes(nodes, stored);
  return std::move(stored.graph);
}

}  // namespace evonas::graph
