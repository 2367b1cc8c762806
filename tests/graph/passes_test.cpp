#include "graph/passes.hpp"

#include <algorithm>

#include <doctest/doctest.h>

#include "graph/canonical.hpp"
#include "graph/cost.hpp"
#include "graph/network_builder.hpp"
#include "graph/shape_inference.hpp"
#include "test_graphs.hpp"

namespace evonas::graph {
namespace {

std::vector<std::string> names(const Graph& graph) {
  std::vector<std::string> result;
  for (const Node& node : graph.nodes()) result.push_back(node.name);
  return result;
}

/// A random network of operators with and without parameters, all of one shape.
Graph random_network(Rng& rng) {
  NetworkBuilder builder;
  std::vector<NodeId> nodes{builder.input({4, 6, 6})};
  const auto any = [&] { return nodes[rng.below(nodes.size())]; };
  const std::uint64_t size = 1 + rng.below(25);
  for (std::uint64_t i = 0; i < size; ++i) {
    switch (rng.below(7)) {
      case 0:
        nodes.push_back(builder.conv(any(), 4, {.kernel = 3, .padding = 1}));
        break;
      case 1:
        nodes.push_back(builder.batch_normalization(any()));
        break;
      case 2:
        nodes.push_back(builder.relu(any()));
        break;
      case 3:
        nodes.push_back(builder.add({any(), any()}));
        break;
      case 4:
        nodes.push_back(builder.multiply(any(), any()));
        break;
      case 5:
        nodes.push_back(builder.unary("Dropout", any()));
        break;
      default:
        nodes.push_back(builder.unary("Identity", any()));
    }
  }
  return builder.finish(any());
}

}  // namespace

TEST_CASE("dead nodes go, inputs stay") {
  Graph graph;
  graph.add_input({}, "used");
  graph.add_input({}, "unused");
  graph.add("a", {0}, {}, "alive");
  graph.add("b", {0}, {}, "dead");
  graph.add("b", {3}, {}, "dead too");
  graph.add("c", {2}, {}, "end");
  graph.set_outputs({5});
  const Graph pruned = prune_dead_nodes(graph);
  CHECK(names(pruned) == std::vector<std::string>{"used", "unused", "alive", "end"});
  CHECK(pruned[3].inputs == std::vector<NodeId>{2});
  CHECK(pruned.outputs()[0] == 3);
}

TEST_CASE("a graph that a pass has written knows its names") {
  Graph graph;
  graph.add_input({}, "images");
  graph.add("Identity", {0});
  graph.add("Sigmoid", {1}, {}, "gate");
  graph.set_outputs({2});
  Graph simple = simplify(graph);
  CHECK_THROWS_WITH_AS(simple.add("Tanh", {0}, {}, "gate"), doctest::Contains("two nodes"),
                       GraphError);
  CHECK_THROWS_AS(simple.add("Tanh", {0}, {}, "images"), GraphError);
  simple.add("Tanh", {1});
  CHECK(names(simple) == std::vector<std::string>{"images", "gate", "Tanh_2"});
  CHECK(names(graph) == std::vector<std::string>{"images", "Identity_1", "gate"});
}

TEST_CASE("simplifying contracts identities and repeated computation") {
  NetworkBuilder builder;
  const NodeId x = builder.input({4, 6, 6});
  const NodeId a = builder.relu(builder.unary("Identity", x));
  const NodeId b = builder.relu(x);
  const NodeId p = builder.multiply(a, x);
  const NodeId q = builder.multiply(x, b);
  const Graph simple = simplify(builder.finish(builder.add({p, q})));
  CHECK(names(simple) == std::vector<std::string>{"Input_0", "Relu_2", "Mul_4", "Add_6"});
  CHECK(simple[3].inputs == std::vector<NodeId>{2, 2});
}

TEST_CASE("simplifying keeps what has parameters, chance or an order") {
  NetworkBuilder builder;
  const NodeId x = builder.input({4, 6, 6});
  const NodeId r = builder.relu(x);
  const NodeId end =
      builder.add({builder.conv(x, 4, {.kernel = 1}), builder.conv(x, 4, {.kernel = 1}),
                   builder.batch_normalization(x), builder.batch_normalization(x),
                   builder.unary("Dropout", x), builder.unary("Dropout", x), builder.concat({x}),
                   builder.max_pool(x, {.kernel = 3, .stride = 1, .padding = 1}),
                   builder.average_pool(x, {.kernel = 3, .stride = 1, .padding = 1})});
  const NodeId tail = builder.concat({builder.concat({r, end}), builder.concat({end, r})});
  const Graph graph = builder.finish(tail);
  CHECK(simplify(graph).size() == graph.size());
}

TEST_CASE("simplifying tells attributes apart") {
  NetworkBuilder builder;
  const NodeId x = builder.input({4, 6, 6});
  const NodeId six = builder.unary("Clip", x, {{"min", 0.0}, {"max", 6.0}});
  const NodeId one = builder.unary("Clip", x, {{"min", 0.0}, {"max", 1.0}});
  const NodeId again = builder.unary("Clip", x, {{"min", 0.0}, {"max", 1.0}});
  CHECK(simplify(builder.finish(builder.add({six, one, again}))).size() == 4);
}

TEST_CASE("an output may be an identity of the input") {
  NetworkBuilder builder;
  const NodeId x = builder.input({4});
  const Graph simple = simplify(builder.finish(builder.unary("Identity", x)));
  CHECK(simple.size() == 1);
  CHECK(simple.outputs()[0] == 0);
}

TEST_CASE("batch normalisation folds into the convolution before it") {
  NetworkBuilder builder;
  const NodeId x = builder.input({4, 6, 6});
  const NodeId folded = builder.batch_normalization(builder.conv(x, 4, {.kernel = 1}));
  const NodeId shared = builder.conv(folded, 4, {.kernel = 1});
  const NodeId kept = builder.batch_normalization(shared);
  const NodeId pre = builder.batch_normalization(builder.relu(x));
  const NodeId biased = builder.batch_normalization(builder.conv(pre, 4, {.kernel = 1}, 1, true));
  const FoldedGraph result =
      fold_batch_normalization(builder.finish(builder.add({shared, kept, biased})));
  REQUIRE(result.pairs.size() == 2);
  CHECK(result.pairs[0].conv == "Conv_1");
  CHECK(result.pairs[0].batch_normalization == "BatchNormalization_2");
  CHECK(result.pairs[1].conv == "Conv_7");
  CHECK(names(result.graph) == std::vector<std::string>{"Input_0", "Conv_1", "Conv_3",
                                                        "BatchNormalization_4", "Relu_5",
                                                        "BatchNormalization_6", "Conv_7", "Add_9"});
  CHECK(result.graph[1].integer("bias", 0) == 1);
  CHECK(result.graph[2].integer("bias", 0) == 0);
  CHECK(result.graph[2].inputs == std::vector<NodeId>{1});
  CHECK(result.graph[7].inputs == std::vector<NodeId>{2, 3, 6});
}

TEST_CASE("a convolution that is an output keeps its normalisation apart") {
  Graph graph;
  graph.add_input({4, 6, 6});
  graph.add(
      "Conv", {0},
      {{"kernel_shape", std::vector<std::int64_t>{1, 1}}, {"output_channels", std::int64_t{4}}});
  graph.add("BatchNormalization", {1});
  infer_shapes(graph);
  graph.set_outputs({1, 2});
  CHECK(fold_batch_normalization(graph).pairs.empty());
  graph.set_outputs({2});
  const FoldedGraph folded = fold_batch_normalization(graph);
  CHECK(folded.pairs.size() == 1);
  CHECK(folded.graph.outputs()[0] == 1);
}

TEST_CASE("a resampling that alone reads the images goes") {
  const auto network = [](bool read_twice) {
    NetworkBuilder builder;
    const NodeId images = builder.input({3, 32, 32});
    const NodeId small = builder.resize(images, 16, 12);
    const NodeId y = builder.conv(small, 4, {.kernel = 3, .padding = 1});
    const NodeId again = builder.resize(y, 8, 8);
    const NodeId side = builder.resize(read_twice ? images : again, 8, 8);
    return builder.finish(builder.concat({again, side}));
  };
  const Graph whole = network(false);
  const Graph graph = without_resampling(whole);
  CHECK(graph.size() == whole.size() - 1);
  CHECK(graph[0].shape == Shape{3, 16, 12});
  CHECK(graph[1].op == "Conv");
  CHECK(cost(graph).macs == cost(whole).macs);
  // What reads the images as they are keeps them.
  CHECK(without_resampling(network(true)).size() == network(true).size());
}

TEST_CASE("passes keep the network valid and have nothing left to do the second time") {
  CHECK(rc::check("random networks", [](std::uint64_t seed) {
    Rng rng(seed, "passes test");
    const Graph graph = random_network(rng);
    const Graph simple = simplify(graph);
    const FoldedGraph folded = fold_batch_normalization(graph);
    RC_ASSERT(same_graph(prune_dead_nodes(prune_dead_nodes(graph)), prune_dead_nodes(graph)));
    RC_ASSERT(same_graph(simplify(simple), simple));
    RC_ASSERT(canonical_key(simplify(relabelled(graph, rng))) == canonical_key(simple));
    RC_ASSERT(folded.graph.size() + folded.pairs.size() == graph.size());
    for (const Graph& result : {simple, folded.graph}) {
      Graph inferred = result;
      infer_shapes(inferred);
      RC_ASSERT(same_graph(inferred, result));
    }
    RC_ASSERT(cost(prune_dead_nodes(graph)).parameters == cost(simple).parameters);
  }));
}

TEST_CASE("the network that is used has one output and neither Dropout nor DropPath") {
  NetworkBuilder builder;
  const NodeId stem = builder.conv(builder.input({3, 8, 8}), 4, {.kernel = 3, .padding = 1});
  const NodeId dropped = builder.unary("DropPath", stem, {{"ratio", 0.2}});
  builder.conv(stem, 5, {});  // dead, and kept, as costs count it
  const NodeId auxiliary = builder.gemm(builder.flatten(builder.conv(dropped, 2, {})), 10);
  builder.gemm(auxiliary, 7);  // dead behind what goes
  const NodeId pooled = builder.flatten(builder.global_average_pool(dropped));
  const NodeId result = builder.gemm(builder.unary("Dropout", pooled, {{"ratio", 0.5}}), 10);
  const Graph trained = builder.finish(result, {auxiliary});
  REQUIRE(trained.outputs().size() == 2);

  const Graph used = inference_network(trained);
  const std::int64_t parameters = 3 * 4 * 9 + 4 * 5 + 4 * 10 + 10;
  CHECK(cost(used).parameters == parameters);
  CHECK(cost(trained).parameters == parameters + 4 * 2 + (2 * 64 * 10 + 10) + (10 * 7 + 7));
  REQUIRE(used.outputs().size() == 1);
  CHECK(used[used.outputs()[0]].name == trained[result].name);
  std::string operators;
  for (const Node& node : used.nodes()) operators += node.op + " ";
  CHECK(operators == "Input Conv Conv GlobalAveragePool Flatten Gemm ");
  CHECK(canonical_key(inference_network(used)) == canonical_key(used));

  const std::vector<bool> needed = needed_for(trained, std::vector<NodeId>{pooled});
  CHECK(std::ranges::count(needed, true) == 5);
  CHECK_FALSE(needed[auxiliary]);
}

}  // namespace evonas::graph
