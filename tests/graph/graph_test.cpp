#include "graph/graph.hpp"

#include <doctest/doctest.h>

#include "test_graphs.hpp"

namespace evonas::graph {

TEST_CASE("nodes get ids in order and names of their own") {
  Graph graph;
  const NodeId input = graph.add_input({3, 8, 8});
  const NodeId relu = graph.add("Relu", {input});
  const NodeId named = graph.add("Relu", {relu}, {}, "last");
  graph.set_outputs({named});
  CHECK(graph.size() == 3);
  CHECK(graph[input].name == "Input_0");
  CHECK(graph[relu].name == "Relu_1");
  CHECK(graph[named].name == "last");
  CHECK(graph[input].shape == Shape{3, 8, 8});
  CHECK(graph[relu].shape.empty());
  CHECK(graph.outputs()[0] == named);
}

TEST_CASE("a default name gives way to one that is taken") {
  Graph graph;
  graph.add_input({}, "Relu_1");
  const NodeId relu = graph.add("Relu", {0});
  CHECK(graph[relu].name != "Relu_1");
}

TEST_CASE("consumers are listed once per use, ascending") {
  Graph graph;
  graph.add_input();
  graph.add("a", {0, 0});
  graph.add("b", {1, 0});
  const auto consumers = graph.consumers();
  CHECK(consumers[0] == std::vector<NodeId>{1, 1, 2});
  CHECK(consumers[1] == std::vector<NodeId>{2});
  CHECK(consumers[2].empty());
}

TEST_CASE("a graph refuses what would break it") {
  Graph graph;
  graph.add_input({}, "image");
  CHECK(contains(error_of([&] { graph.add("Relu", {1}, {}, "early"); }), "'early' (Relu)"));
  CHECK(contains(error_of([&] { graph.add("Relu", {0}, {}, "image"); }), "'image'"));
  CHECK(contains(error_of([&] { graph.add("", {0}, {}, "blank"); }), "'blank'"));
  CHECK(contains(error_of([&] { graph.set_outputs({0, 7}); }), "number 7"));
  CHECK(contains(error_of([&] { graph.set_shape(3, {1}); }), "number 3"));
  CHECK(graph.size() == 1);
  CHECK(graph.outputs().empty());
}

TEST_CASE("attributes are read by type") {
  Graph graph;
  graph.add("x", {},
            {{"count", std::int64_t{3}},
             {"ratio", 0.5},
             {"list", std::vector<std::int64_t>{1, 2}},
             {"word", std::string("same")}},
            "probe");
  const Node& node = graph[0];
  CHECK(node.integer("count", 0) == 3);
  CHECK(node.integer("absent", 9) == 9);
  CHECK(node.real("ratio", 0) == 0.5);
  CHECK(node.real("count", 0) == 3.0);
  CHECK(node.integers("list", {}) == std::vector<std::int64_t>{1, 2});
  CHECK(node.integers("absent", {4}) == std::vector<std::int64_t>{4});
  const std::string error = error_of([&] { node.integer("word", 0); });
  CHECK(contains(error, "'probe' (x)"));
  CHECK(contains(error, "'word' is the text 'same', expected a whole number"));
  CHECK(contains(error_of([&] { node.real("list", 0); }), "the list [1, 2]"));
  CHECK(contains(error_of([&] { node.integers("ratio", {}); }), "the number 0.5"));
}

TEST_CASE("shapes print as people write them") {
  CHECK(to_string(Shape{16, 32, 32}) == "16x32x32");
  CHECK(to_string(Shape{10}) == "10");
  CHECK(to_string(Shape{}) == "?");
}

}  // namespace evonas::graph
