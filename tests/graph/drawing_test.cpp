#include "graph/drawing.hpp"

#include <cstdlib>
#include <thread>

#include <doctest/doctest.h>

#include "graph/graphviz.hpp"
#include "graph/network_builder.hpp"
#include "test_graphs.hpp"

namespace evonas::graph {
namespace {

Graph small_network() {
  NetworkBuilder builder;
  const NodeId x = builder.input({3, 32, 32});
  const NodeId c = builder.conv(x, 16, {.kernel = 3, .stride = 2, .padding = 1});
  const NodeId d = builder.conv(c, 16, {.kernel = 3, .padding = 2, .dilation = 2}, 16);
  return builder.finish(builder.add({builder.relu(d), c}));
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

/// Runs the rest of a test with another PATH.
class OtherPath {
 public:
  explicit OtherPath(const std::string& path) : saved_(std::getenv("PATH")) {
    ::setenv("PATH", path.c_str(), 1);
  }
  ~OtherPath() { ::setenv("PATH", saved_.c_str(), 1); }
  OtherPath(const OtherPath&) = delete;
  OtherPath& operator=(const OtherPath&) = delete;

 private:
  std::string saved_;
};

}  // namespace

TEST_CASE("DOT shows operators, their details, shapes and edges") {
  const Graph graph = small_network();
  const std::string dot = to_dot(graph);
  CHECK(contains(dot, "rankdir=TB"));
  CHECK(contains(dot, "bgcolor=\"transparent\""));
  CHECK(contains(dot, "n1 [label=\"Conv 3x3 /2\\n16x16x16\""));
  CHECK(contains(dot, "n2 [label=\"Conv 3x3 d2 g16\\n16x16x16\""));
  CHECK(contains(dot, "class=\"convolution\""));
  CHECK(contains(dot, "class=\"activation\""));
  CHECK(contains(dot, "tooltip=\"Relu_3\""));
  CHECK(count(dot, " -> ") == 5);
  const std::string flat = to_dot(graph, {.left_to_right = true, .shapes = false});
  CHECK(contains(flat, "rankdir=LR"));
  CHECK_FALSE(contains(flat, "16x16x16"));
}

TEST_CASE("nodes that matter are framed") {
  Graph graph;
  graph.add_input();
  graph.add("nor_conv_3x3", {0});
  graph.set_outputs({graph.add("Output", {1})});
  const std::string dot = to_dot(graph, {.weights = {0.1, 0.75, 0.5}});
  CHECK(count(dot, "penwidth=3") == 1);
  CHECK(contains(dot, "tooltip=\"nor_conv_3x3_1 (0.75)\""));
  CHECK(contains(dot, "tooltip=\"Output_2 (0.50)\""));
  CHECK(count(dot, "penwidth=2") == 1);  // the output, as ever
  CHECK_FALSE(contains(to_dot(graph), "penwidth=3"));
}

TEST_CASE("cells are coloured by the words of their space") {
  Graph graph;
  graph.add_input();
  graph.add("nor_conv_3x3", {0});
  graph.add("avg_pool_3x3", {0});
  graph.add("skip_connect", {0});
  const std::string dot = to_dot(graph);
  CHECK(
      contains(dot, "[label=\"nor_conv_3x3\", tooltip=\"nor_conv_3x3_1\", class=\"convolution\""));
  CHECK(contains(dot, "class=\"pooling\""));
  CHECK(contains(dot, "class=\"rearrangement\""));
  CHECK(contains(dot, "class=\"input\""));
}

TEST_CASE("names cannot break out of DOT or of the SVG") {
  Graph graph;
  const std::string evil =
      "\"]; x [label=\"$(touch /tmp/x)`id`\\N\\\" <script> &lt; --> \n\x01\xff id=\"y\"";
  graph.add(evil, {}, {}, evil);
  const std::string dot = to_dot(graph);
  CHECK(contains(dot, "\\\"]; x [label=\\\"$(touch"));
  CHECK(contains(dot, "\\\\N\\\\\\\""));
  CHECK(contains(dot, "&amp;lt;"));
  CHECK(count(dot, "\n") == 6);
  if (!graphviz_available()) return;
  const std::string svg = to_svg(graph);
  CHECK(count(svg, "<text") == 1);
  CHECK_FALSE(contains(svg, "<script"));
  CHECK(contains(svg, "&lt;script&gt;"));
  CHECK(contains(svg, "$(touch /tmp/x)`id`\\N"));
  CHECK(contains(svg, "&amp;lt;"));
  CHECK(contains(svg, "id=&quot;y&quot;"));
}

TEST_CASE("an SVG stands inline in a page, as often as wanted") {
  if (!graphviz_available()) {
    MESSAGE("skipped: Graphviz is not installed");
    return;
  }
  const std::string svg = to_svg(small_network());
  CHECK(svg.starts_with("<svg"));
  CHECK(contains(svg, "</svg>"));
  CHECK_FALSE(contains(svg, "<?xml"));
  CHECK_FALSE(contains(svg, "<!DOCTYPE"));
  CHECK_FALSE(contains(svg, "<!--"));
  CHECK_FALSE(contains(svg, " id="));
  CHECK(contains(svg, "viewBox="));
  CHECK(contains(svg, " width="));
  CHECK(contains(svg, "class=\"node convolution\""));
  CHECK(count(svg, "class=\"node ") == 5);
  CHECK(count(svg, "class=\"edge\"") == 5);
  CHECK(contains(svg, ">Conv 3x3 /2</text>"));
  CHECK(contains(svg, ">16x16x16</text>"));
}

TEST_CASE("pictures can be drawn from many threads") {
  if (!graphviz_available()) {
    MESSAGE("skipped: Graphviz is not installed");
    return;
  }
  const Graph graph = small_network();
  const std::string expected = to_svg(graph);
  std::vector<std::string> drawn(4);
  {
    std::vector<std::jthread> threads;
    for (std::string& svg : drawn) threads.emplace_back([&] { svg = to_svg(graph); });
  }
  for (const std::string& svg : drawn) CHECK(svg == expected);
}

TEST_CASE("a missing or failing Graphviz is an error with its words") {
  {
    const OtherPath path("/nonexistent");
    CHECK_FALSE(graphviz_available());
    CHECK(contains(error_of([] { to_svg(small_network()); }), "install graphviz"));
  }
  CHECK(contains(error_of([] { inline_svg("no picture"); }), "no SVG element"));
  if (!graphviz_available()) return;
  const std::string error = error_of([] { run_graphviz("digraph { this is -> no ->"); });
  CHECK(contains(error, "'dot' of Graphviz failed (exit code 1)"));
  CHECK(contains(error, "syntax error"));
}

}  // namespace evonas::graph
