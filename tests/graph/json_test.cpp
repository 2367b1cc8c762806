#include "graph/json.hpp"

#include <limits>

#include <doctest/doctest.h>

#include "base/json.hpp"
#include "graph/network_builder.hpp"
#include "test_graphs.hpp"

namespace evonas::graph {
namespace {

using Json = nlohmann::json;

/// A small network as text, to be broken in one place.
Json valid() {
  return Json::parse(R"({
    "nodes": [
      {"name": "image", "op": "Input", "shape": [3, 8, 8]},
      {"name": "conv", "op": "Conv", "inputs": ["image"],
       "attributes": {"kernel_shape": [3, 3], "output_channels": 4, "pads": [1, 1, 1, 1]}},
      {"name": "relu", "op": "Relu", "inputs": ["conv"], "shape": [4, 8, 8]},
      {"name": "sum", "op": "Add", "inputs": ["relu", "conv"]}
    ],
    "outputs": ["sum"]})");
}

struct Malformed {
  std::string what;
  std::string pointer;  ///< where in the valid document
  std::string value;    ///< what stands there instead; empty: nothing
  std::vector<std::string> message;
};

Json broken(const Malformed& fault) {
  Json json = valid();
  const Json::json_pointer pointer(fault.pointer);
  if (!fault.value.empty()) {
    json[pointer] = Json::parse(fault.value);
  } else {
    json[pointer.parent_pointer()].erase(pointer.back());
  }
  return json;
}

const std::vector<Malformed>& malformed() {
  static const std::vector<Malformed> faults{
      {"document is a list", "", "[]", {"graph: expected a graph", "a list of 0"}},
      {"document is null", "", "null", {"graph: expected a graph", "null"}},
      {"document is empty", "", "{}", {"graph: the key 'nodes' is missing"}},
      {"no outputs", "/outputs", "", {"graph: the key 'outputs' is missing"}},
      {"misspelt key", "/output", "[]", {"unknown key 'output'", "did you mean 'outputs'?"}},
      {"nodes is an object", "/nodes", "{}", {"nodes: expected a list of nodes", "an object"}},
      {"nodes is empty", "/nodes", "[]", {"nodes: is empty"}},
      {"node is a number", "/nodes/1", "7", {"nodes[1]: expected a node", "found 7"}},
      {"no name", "/nodes/2/name", "", {"nodes[2]: the key 'name' is missing"}},
      {"no operator", "/nodes/2/op", "", {"nodes[2]: the key 'op' is missing"}},
      {"empty name", "/nodes/2/name", R"("")", {"nodes[2].name: expected a name"}},
      {"name is a number", "/nodes/2/name", "3", {"nodes[2].name: expected a name", "found 3"}},
      {"operator is a list", "/nodes/2/op", "[1]", {"nodes[2].op: expected an operator"}},
      {"empty operator", "/nodes/2/op", R"("")", {"nodes[2].op: expected an operator"}},
      {"unknown operator", "/nodes/2/op", R"("Rellu")", {"nodes[2]", "did you mean 'Relu'?"}},
      {"name twice", "/nodes/2/name", R"("conv")", {"nodes[2].name: 'conv' is taken"}},
      {"unknown node key", "/nodes/2/input", "[]", {"nodes[2]: unknown key 'input'", "'inputs'"}},
      {"forward reference",
       "/nodes/1/inputs/0",
       R"("relu")",
       {"nodes[1].inputs[0]: 'relu' is no earlier node"}},
      {"reads itself", "/nodes/1/inputs/0", R"("conv")", {"nodes[1].inputs[0]: 'conv'"}},
      {"unknown input", "/nodes/3/inputs/1", R"("cnv")", {"nodes[3].inputs[1]: 'cnv' is no"}},
      {"input by number", "/nodes/3/inputs/1", "0", {"nodes[3].inputs[1]: expected the name"}},
      {"inputs is a name", "/nodes/2/inputs", R"("conv")", {"nodes[2].inputs: expected a list"}},
      {"input reads a node",
       "/nodes/3/op",
       R"("Input")",
       {"nodes[3]: an Input reads no other node"}},
      {"attributes is a list", "/nodes/1/attributes", "[]", {"nodes[1].attributes: expected"}},
      {"attribute is null",
       "/nodes/1/attributes/group",
       "null",
       {"nodes[1].attributes.group: expected a number"}},
      {"attribute is a switch",
       "/nodes/1/attributes/bias",
       "true",
       {"nodes[1].attributes.bias", "found true"}},
      {"attribute is an object", "/nodes/1/attributes/group", "{}", {"nodes[1].attributes.group"}},
      {"attribute list of texts",
       "/nodes/1/attributes/pads/2",
       R"("x")",
       {"nodes[1].attributes.pads[2]"}},
      {"attribute above 64 bits",
       "/nodes/1/attributes/output_channels",
       "18446744073709551615",
       {"nodes[1].attributes.output_channels", "within 64 bits"}},
      {"kernel above 2^31",
       "/nodes/1/attributes/kernel_shape/0",
       "9223372036854775807",
       {"nodes[1]: node 'conv' (Conv of 3x8x8)", "'kernel_shape'"}},
      {"kernel does not fit",
       "/nodes/1/attributes/kernel_shape",
       "[99, 3]",
       {"nodes[1]: node 'conv' (Conv of 3x8x8)", "a window of 99 along the height"}},
      {"attribute missing",
       "/nodes/1/attributes/output_channels",
       "",
       {"nodes[1]: node 'conv'", "lacks the attribute 'output_channels'"}},
      {"attribute unknown",
       "/nodes/2/attributes",
       R"({"slope": 1})",
       {"unknown attribute 'slope'"}},
      {"shape differs",
       "/nodes/2/shape",
       "[4, 8, 9]",
       {"nodes[2].shape: stored as 4x8x9", "gives 4x8x8"}},
      {"shape is a text", "/nodes/2/shape", R"("4x8x8")", {"nodes[2].shape: expected a list"}},
      {"shape of texts", "/nodes/2/shape/1", R"("8")", {"nodes[2].shape[1]: expected"}},
      {"shape of fractions", "/nodes/0/shape/1", "8.5", {"nodes[0].shape[1]", "found 8.5"}},
      {"extent zero", "/nodes/0/shape/0", "0", {"nodes[0].shape[0]: expected an extent"}},
      {"extent negative", "/nodes/0/shape/0", "-3", {"nodes[0].shape[0]: expected an extent"}},
      {"extent above 2^31", "/nodes/0/shape/0", "2147483649", {"nodes[0].shape[0]: expected"}},
      {"extents whose product overflows",
       "/nodes/0/shape",
       "[2147483648, 2147483648, 2147483648]",
       {"nodes[0]: node 'image' (Input) would have the shape"}},
      {"too many extents", "/nodes/0/shape", "[1,1,1,1,1,1,1,1,1]", {"at most 8 extents"}},
      {"two extents", "/nodes/0/shape", "[8, 8]", {"nodes[0]: node 'image' (Input)", "8x8"}},
      {"shapes without shape of the input",
       "/nodes/0/shape",
       "",
       {"nodes[2]: node 'relu' has a shape, but no input"}},
      {"input without edges", "/nodes/2/inputs", "[]", {"nodes[2]: node 'relu' (Relu) has 0"}},
      {"outputs is a name", "/outputs", R"("sum")", {"outputs: expected a list of names"}},
      {"unknown output", "/outputs/0", R"("end")", {"outputs[0]: 'end' is no node of the graph"}},
      {"output is null", "/outputs/0", "null", {"outputs[0]: expected the name of a node"}},
  };
  return faults;
}

}  // namespace

TEST_CASE("a network is read as it was written") {
  const Graph graph = from_json(valid());
  CHECK(graph.size() == 4);
  CHECK(graph[1].shape == Shape{4, 8, 8});
  CHECK(graph[3].inputs == std::vector<NodeId>{2, 1});
  CHECK(graph[3].shape == Shape{4, 8, 8});
  CHECK(same_graph(from_json(to_json(graph)), graph));
}

TEST_CASE("the form of the document stays as it is") {
  Graph graph;
  graph.add_input({4}, "x");
  graph.add("Clip", {0}, {{"max", 6.0}}, "clip");
  graph.set_shape(1, {4});
  graph.set_outputs({1});
  CHECK(to_json(graph).dump() ==
        R"({"nodes":[{"inputs":[],"name":"x","op":"Input","shape":[4]},)"
        R"({"attributes":{"max":6.0},"inputs":["x"],"name":"clip","op":"Clip","shape":[4]}],)"
        R"("outputs":["clip"]})");
}

TEST_CASE("every graph survives being written and read, also as text") {
  CHECK(rc::check("random cells", [](std::uint64_t seed) {
    Rng rng(seed, "json test");
    Graph graph = random_cell(rng, 30);
    graph.add("odd", {},
              {{"real", rng.normal()},
               {"whole", static_cast<std::int64_t>(rng())},
               {"text", std::string("\"\\\n\xc3\xa4")},
               {"list", std::vector<std::int64_t>{-1, static_cast<std::int64_t>(rng())}}});
    RC_ASSERT(same_graph(from_json(Json::parse(to_json(graph).dump())), graph));
  }));
}

TEST_CASE("malformed graphs are refused with place and fix") {
  for (const Malformed& fault : malformed()) {
    CAPTURE(fault.what);
    const std::string error = error_of([&] { from_json(broken(fault)); });
    CAPTURE(error);
    REQUIRE_FALSE(error.empty());
    for (const std::string& part : fault.message) CHECK(contains(error, part));
  }
  CHECK(malformed().size() >= 40);
}

TEST_CASE("messages stay short and printable whatever the names") {
  Json json = valid();
  json["nodes"][2]["inputs"][0] = std::string(1'000'000, 'x') + "\n";
  const std::string error = error_of([&] { from_json(json); });
  CHECK(contains(error, "xxx...' is no earlier node"));
  CHECK(error.size() < 300);
  json = valid();
  json["nodes"][2]["op"] = std::string("bell\a\x1b[31m\0end", 14);
  const std::string control = error_of([&] { from_json(json); });
  CHECK(contains(control, "bell??[31m?end"));
}

TEST_CASE("more nodes than anyone means are refused") {
  Json json = valid();
  json["nodes"] = Json(1'000'001, Json(nullptr));
  CHECK(contains(error_of([&] { from_json(json); }), "1000001 nodes, at most 1000000"));
}

TEST_CASE("no single fault anywhere gets past as anything but a GraphError") {
  const std::vector<Json> strange{nullptr,
                                  true,
                                  -1,
                                  0.5,
                                  std::numeric_limits<std::uint64_t>::max(),
                                  std::numeric_limits<double>::quiet_NaN(),
                                  "",
                                  "Conv",
                                  "\xff\xfe",
                                  Json::array(),
                                  Json::array({Json::array()}),
                                  Json::object(),
                                  Json::binary({1, 2}),
                                  Json(Json::value_t::discarded)};
  const Json original = valid();
  const Json flat = original.flatten();
  std::size_t refused = 0;
  for (const auto& [path, value] : flat.items()) {
    for (Json::json_pointer place(path);; place.pop_back()) {
      for (const Json& replacement : strange) {
        Json json = original;
        json[place] = replacement;
        refused += error_of([&] { from_json(json); }).empty() ? 0 : 1;
      }
      if (place.empty()) break;
    }
  }
  CHECK(refused > 500);
}

TEST_CASE("what JSON cannot hold is refused when writing") {
  Graph graph;
  graph.add("x", {}, {{"limit", std::numeric_limits<double>::infinity()}}, "odd");
  CHECK(contains(error_of([&] { to_json(graph); }), "node 'odd' (x)"));
}

}  // namespace evonas::graph
