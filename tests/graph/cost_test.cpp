#include "graph/cost.hpp"

#include <doctest/doctest.h>

#include "graph/network_builder.hpp"
#include "graph/shape_inference.hpp"
#include "test_graphs.hpp"

namespace evonas::graph {
namespace {

NodeId residual_reduction(NetworkBuilder& builder, NodeId x, std::int64_t channels) {
  NodeId main = builder.relu(x);
  main = builder.conv(main, channels, {.kernel = 3, .stride = 2, .padding = 1});
  main = builder.relu(builder.batch_normalization(main));
  main = builder.conv(main, channels, {.kernel = 3, .padding = 1});
  main = builder.batch_normalization(main);
  const NodeId pooled = builder.average_pool(x, {.kernel = 2, .stride = 2});
  return builder.add({main, builder.conv(pooled, channels, {.kernel = 1})});
}

/// The NAS-Bench-201 network without its cells.
Graph skeleton() {
  NetworkBuilder builder;
  NodeId x = builder.input({3, 32, 32});
  x = builder.batch_normalization(builder.conv(x, 16, {.kernel = 3, .padding = 1}));
  x = residual_reduction(builder, x, 32);
  x = residual_reduction(builder, x, 64);
  x = builder.relu(builder.batch_normalization(x));
  x = builder.flatten(builder.global_average_pool(x));
  return builder.finish(builder.gemm(x, 10));
}

}  // namespace

TEST_CASE("published costs of the NAS-Bench-201 skeleton") {
  // A cell of `none` alone: 7.78305 million FLOPs and 0.073306 million parameters.
  const Cost total = cost(skeleton());
  CHECK(total.flops == 7'783'050);
  CHECK(total.macs == 7'783'050);
  CHECK(total.parameters == 73'306);
}

TEST_CASE("costs of single nodes") {
  NetworkBuilder builder;
  const NodeId x = builder.input({3, 32, 32});
  const NodeId stem = builder.conv(x, 16, {.kernel = 3, .padding = 1});
  const NodeId biased = builder.conv(x, 16, {.kernel = 3, .padding = 1}, 1, true);
  const NodeId depthwise = builder.conv(stem, 16, {.kernel = 5, .stride = 2, .padding = 2}, 16);
  const NodeId norm = builder.batch_normalization(stem);
  const NodeId squeeze = builder.unary("Sigmoid", builder.global_average_pool(stem));
  const NodeId scaled = builder.multiply(stem, squeeze);
  const NodeId sum = builder.add({stem, biased});
  const NodeId flat = builder.flatten(builder.concat({squeeze, squeeze, squeeze, squeeze}));
  const NodeId head = builder.gemm(flat, 10);
  const NodeId bare = builder.gemm(flat, 10, false);
  const Graph graph = builder.finish(head);

  CHECK(node_cost(graph, stem).parameters == 432);
  CHECK(node_cost(graph, stem).macs == 442'368);
  CHECK(node_cost(graph, stem).flops == 442'368);
  CHECK(node_cost(graph, stem).activation_bytes == 16 * 32 * 32 * 4);
  CHECK(node_cost(graph, biased).parameters == 448);
  CHECK(node_cost(graph, biased).macs == 442'368 + 16 * 32 * 32);
  CHECK(node_cost(graph, depthwise).parameters == 16 * 25);
  CHECK(node_cost(graph, depthwise).macs == 16 * 25 * 16 * 16);
  CHECK(node_cost(graph, norm).parameters == 32);
  CHECK(node_cost(graph, norm).flops == 0);
  CHECK(node_cost(graph, scaled).flops == 16 * 32 * 32);
  CHECK(node_cost(graph, scaled).macs == 0);
  CHECK(node_cost(graph, sum).flops == 0);
  CHECK(node_cost(graph, head).parameters == 650);
  CHECK(node_cost(graph, head).macs == 650);
  CHECK(node_cost(graph, bare).parameters == 640);
  CHECK(node_cost(graph, bare).macs == 640);
  CHECK(node_cost(graph, flat).activation_bytes == 0);
  CHECK(node_cost(graph, x).activation_bytes == 0);
  CHECK(node_cost(graph, x).peak_activation_bytes == 3 * 32 * 32 * 4);
}

TEST_CASE("the cost of a network is the sum over its nodes") {
  const Graph graph = skeleton();
  Cost sum;
  for (NodeId id = 0; id < graph.size(); ++id) {
    const Cost part = node_cost(graph, id);
    sum.parameters += part.parameters;
    sum.macs += part.macs;
    sum.activation_bytes += part.activation_bytes;
  }
  const Cost total = cost(graph);
  CHECK(total.parameters == sum.parameters);
  CHECK(total.macs == sum.macs);
  CHECK(total.activation_bytes == sum.activation_bytes);
  CHECK(total.peak_activation_bytes < total.activation_bytes);
}

TEST_CASE("the peak counts what is alive at once") {
  NetworkBuilder builder;
  const NodeId x = builder.input({1, 10, 10});  // 400 bytes each
  const NodeId a = builder.relu(x);
  SUBCASE("a chain holds two activations") {
    const NodeId b = builder.relu(a);
    CHECK(cost(builder.finish(builder.relu(b))).peak_activation_bytes == 800);
  }
  SUBCASE("a shortcut stays alive") {
    const NodeId b = builder.relu(a);
    const NodeId c = builder.relu(b);
    CHECK(cost(builder.finish(builder.add({a, c}))).peak_activation_bytes == 1200);
  }
  SUBCASE("a view keeps its source alive and takes nothing") {
    const NodeId view = builder.unary("Identity", a);
    const NodeId b = builder.relu(a);
    const NodeId c = builder.relu(b);
    CHECK(cost(builder.finish(builder.add({view, c}))).peak_activation_bytes == 1200);
  }
  SUBCASE("an output stays alive to the end") {
    Graph graph;
    graph.add_input({1, 10, 10});
    graph.add("Relu", {0});
    graph.add("Relu", {1});
    graph.add("Relu", {2});
    infer_shapes(graph);
    graph.set_outputs({3});
    CHECK(cost(graph).peak_activation_bytes == 800);
    graph.set_outputs({1, 3});
    CHECK(cost(graph).peak_activation_bytes == 1200);
  }
}

TEST_CASE("costs need shapes and never overflow") {
  Graph graph;
  graph.add_input({3, 8, 8});
  graph.add("Relu", {0}, {}, "bare");
  CHECK(contains(error_of([&] { cost(graph); }), "node 'bare' (Relu of 3x8x8) has the shape ?"));
  graph.set_shape(1, {3, 8, 9});
  CHECK(contains(error_of([&] { cost(graph); }), "3x8x9"));
  CHECK(contains(error_of([&] { node_cost(graph, 2); }), "no node number 2"));

  constexpr std::int64_t kHuge = std::int64_t{1} << 31;
  NetworkBuilder builder;
  const NodeId x = builder.input({kHuge, 1, 1});
  const NodeId conv = builder.conv(x, kHuge, {.kernel = 1});
  const NodeId next = builder.conv(conv, kHuge, {.kernel = 3, .padding = 1}, 1, true);
  const Graph large = builder.finish(next);
  CHECK(node_cost(large, conv).parameters == kHuge * kHuge);
  const std::string error = error_of([&] { cost(large); });
  CHECK(contains(error, "more than 64 bits can count"));
  CHECK(contains(error, "Conv of 2147483648x1x1"));
}

}  // namespace evonas::graph
