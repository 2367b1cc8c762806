#include "graph/onnx.hpp"

#include <doctest/doctest.h>

#include "base/random.hpp"
#include "graph/canonical.hpp"
#include "graph/cost.hpp"
#include "graph/network_builder.hpp"
#include "graph/shape_inference.hpp"
#include "graph/test_graphs.hpp"

namespace evonas::graph {
namespace {

/// One network with every operator that ONNX files hold.
Graph every_operator() {
  NetworkBuilder builder;
  const NodeId image = builder.input({3, 13, 12});
  NodeId x = builder.conv(image, 8, {.kernel = 3, .stride = 2, .padding = 2, .dilation = 2}, 1,
                          /*bias=*/true);
  x = builder.relu(builder.batch_normalization(x, 1e-3, 0.99));
  const NodeId y = builder.unary("Clip", builder.conv(x, 8, {.kernel = 1}, 8), {{"max", 6.0}});
  const NodeId z = builder.unary("Clip", y, {{"min", -0.5}, {"max", 6.0}});
  NodeId gate = builder.unary("ReduceMean", z, {{"axes", std::vector<std::int64_t>{2, 3}}});
  gate = builder.unary("HardSigmoid", gate, {{"alpha", 1.0 / 6.0}, {"beta", 0.5}});
  const NodeId gated = builder.multiply(z, gate);
  const NodeId swish = builder.unary("HardSwish", builder.unary("Identity", gated));
  const NodeId sum = builder.add({swish, x, builder.unary("Sigmoid", y)});
  const NodeId two = builder.add({sum, builder.unary("HardSigmoid", sum)});
  const NodeId pooled = builder.concat(
      {builder.max_pool(two, {.kernel = 3, .padding = 1}),
       builder.average_pool(two, {.kernel = 3, .padding = 1}),
       builder.average_pool(two, {.kernel = 3, .padding = 1}, /*count_include_pad=*/true)});
  const NodeId resized = builder.resize(pooled, 11, 9);
  const NodeId vector = builder.flatten(builder.global_average_pool(resized));
  const NodeId hidden = builder.unary("Softmax", builder.gemm(vector, 24, /*bias=*/false));
  NodeId mean =
      builder.unary("ReduceMean", resized,
                    {{"axes", std::vector<std::int64_t>{2, 3}}, {"keepdims", std::int64_t{0}}});
  Graph graph = builder.finish(mean);
  const NodeId difference = graph.add("Sub", {mean, hidden});
  const NodeId quotient = graph.add("Div", {difference, hidden});
  const NodeId head = graph.add("Gemm", {quotient},
                                {{"output_features", std::int64_t{5}}, {"bias", std::int64_t{1}}});
  graph.set_outputs({head});
  infer_shapes(graph);
  return graph;
}

Weights random_weights(const Graph& graph, std::uint64_t seed) {
  Weights weights;
  for (const WeightSlot& slot : weight_slots(graph)) {
    Rng rng(seed, slot.name);
    std::size_t count = 1;
    for (const std::int64_t extent : slot.shape) count *= static_cast<std::size_t>(extent);
    Tensor tensor{.shape = slot.shape, .values = std::vector<float>(count)};
    for (float& value : tensor.values) value = static_cast<float>(rng.normal());
    weights.emplace(slot.name, std::move(tensor));
  }
  return weights;
}

void check_round_trip(const Graph& graph) {
  const Weights weights = random_weights(graph, 1);
  const OnnxModel with = from_onnx(to_onnx({graph, weights, {}}));
  CHECK(canonical_key(with.graph) == canonical_key(graph));
  CHECK(with.weights == weights);
  const OnnxModel without = from_onnx(to_onnx({graph, {}, {}}));
  CHECK(canonical_key(without.graph) == canonical_key(graph));
  CHECK(without.weights.empty());
}

}  // namespace

TEST_CASE("every operator survives ONNX, with weights and without") {
  const Graph graph = every_operator();
  check_round_trip(graph);
  CHECK(same_graph(from_onnx(to_onnx({graph, {}, {}})).graph, graph));
}

TEST_CASE("Dropout is left out, and outputs keep their order") {
  Graph graph;
  const NodeId input = graph.add_input({4}, "x");
  const NodeId dropped = graph.add("Dropout", {input}, {{"ratio", 0.3}});
  const NodeId relu = graph.add("Relu", {dropped}, {}, "relu");
  const NodeId again = graph.add("Dropout", {relu});
  graph.set_outputs({again, dropped});
  infer_shapes(graph);
  const Graph read = from_onnx(to_onnx({graph, {}, {}})).graph;
  CHECK(read.size() == 3);
  REQUIRE(read.outputs().size() == 2);
  CHECK(read[read.outputs()[0]].name == "relu");
  CHECK(read[read.outputs()[1]].op == "Identity");
}

TEST_CASE("metadata comes back") {
  Graph graph;
  graph.set_outputs({graph.add("Relu", {graph.add_input({4})})});
  infer_shapes(graph);
  const OnnxModel model{graph, {}, {{"space", "nasbench201"}, {"accuracy", "91.5"}}};
  CHECK(from_onnx(to_onnx(model)).metadata == model.metadata);
  CHECK(to_onnx(model) == to_onnx(model));
}

TEST_CASE("what ONNX cannot hold is refused when writing") {
  Graph graph = every_operator();
  Weights weights = random_weights(graph, 1);
  weights.begin()->second.shape.push_back(1);
  CHECK(contains(error_of([&] { to_onnx({graph, weights, {}}); }), "needs '"));
  weights.erase(weights.begin());
  CHECK(contains(error_of([&] { to_onnx({graph, weights, {}}); }), "is missing"));
  weights = random_weights(graph, 1);
  weights["other"] = {};
  CHECK(contains(error_of([&] { to_onnx({graph, weights, {}}); }), "'other' belong to no node"));
  graph.set_outputs({});
  CHECK(contains(error_of([&] { to_onnx({graph, {}, {}}); }), "no outputs"));
  Graph opaque;
  opaque.set_outputs({opaque.add("Opaque", {opaque.add_input({4})},
                                 {{"onnx_op", "Erf"}, {"output_shape", Shape{4}}})});
  infer_shapes(opaque);
  CHECK(contains(error_of([&] { to_onnx({opaque, {}, {}}); }), "cannot be exported"));
  CHECK(cost(opaque).opaque_nodes == 1);
}

}  // namespace evonas::graph
