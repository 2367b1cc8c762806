#include "graph/shape_inference.hpp"

#include <limits>

#include <doctest/doctest.h>

#include "graph/network_builder.hpp"
#include "graph/operators.hpp"
#include "test_graphs.hpp"

namespace evonas::graph {
namespace {

using Integers = std::vector<std::int64_t>;

/// The shape that one operator gives operands of these shapes.
Shape shape_of(const std::string& op, const std::vector<Shape>& operands,
               Attributes attributes = {}) {
  Graph graph;
  std::vector<NodeId> inputs;
  for (const Shape& shape : operands) inputs.push_back(graph.add_input(shape));
  return infer_shape(graph, graph.add(op, inputs, std::move(attributes), "probe"));
}

Attributes conv(Integers kernel, std::int64_t channels, Attributes more = {}) {
  more.emplace("kernel_shape", std::move(kernel));
  more.emplace("output_channels", channels);
  return more;
}

/// The error of one operator; empty where there is none.
std::string refusal(const std::string& op, const std::vector<Shape>& operands,
                    Attributes attributes = {}) {
  return error_of([&] { shape_of(op, operands, std::move(attributes)); });
}

}  // namespace

TEST_CASE("shapes of convolutions") {
  CHECK(shape_of("Conv", {{3, 32, 32}}, conv({3, 3}, 16, {{"pads", Integers{1, 1, 1, 1}}})) ==
        Shape{16, 32, 32});
  CHECK(shape_of("Conv", {{16, 32, 32}},
                 conv({3, 3}, 32, {{"pads", Integers{1, 1, 1, 1}}, {"strides", Integers{2, 2}}})) ==
        Shape{32, 16, 16});
  CHECK(shape_of("Conv", {{16, 33, 31}}, conv({1, 1}, 8, {{"strides", Integers{2, 2}}})) ==
        Shape{8, 17, 16});
  CHECK(shape_of("Conv", {{4, 10, 12}}, conv({5, 3}, 4, {{"group", std::int64_t{4}}})) ==
        Shape{4, 6, 10});
  CHECK(shape_of("Conv", {{4, 11, 11}}, conv({3, 3}, 4, {{"dilations", Integers{2, 3}}})) ==
        Shape{4, 7, 5});
  CHECK(shape_of("Conv", {{4, 4, 4}}, conv({3, 3}, 4, {{"pads", Integers{0, 1, 2, 3}}})) ==
        Shape{4, 4, 6});
  CHECK(shape_of("Conv", {{4, 3, 3}}, conv({3, 3}, 4)) == Shape{4, 1, 1});
}

TEST_CASE("shapes of poolings and reductions") {
  const Attributes window{{"kernel_shape", Integers{3, 3}},
                          {"strides", Integers{2, 2}},
                          {"pads", Integers{1, 1, 1, 1}}};
  CHECK(shape_of("MaxPool", {{8, 32, 32}}, window) == Shape{8, 16, 16});
  CHECK(shape_of("AveragePool", {{8, 33, 7}}, window) == Shape{8, 17, 4});
  CHECK(shape_of("GlobalAveragePool", {{8, 5, 7}}) == Shape{8, 1, 1});
  CHECK(shape_of("ReduceMean", {{8, 5, 7}}, {{"axes", Integers{2, 3}}}) == Shape{8, 1, 1});
  CHECK(shape_of("ReduceMean", {{8, 5, 7}},
                 {{"axes", Integers{2, 3}}, {"keepdims", std::int64_t{0}}}) == Shape{8});
  CHECK(shape_of("Resize", {{8, 5, 7}}, {{"sizes", Integers{9, 3}}}) == Shape{8, 9, 3});
  CHECK(shape_of("Slice", {{8, 5, 7}},
                 {{"axes", Integers{1}}, {"starts", Integers{2}}, {"ends", Integers{5}}}) ==
        Shape{3, 5, 7});
}

TEST_CASE("shapes of everything else") {
  for (const char* op : {"Relu", "Clip", "HardSwish", "HardSigmoid", "Sigmoid", "Softmax",
                         "BatchNormalization", "Identity", "Dropout"}) {
    CAPTURE(op);
    CHECK(shape_of(op, {{8, 5, 7}}) == Shape{8, 5, 7});
    CHECK(shape_of(op, {{12}}) == Shape{12});
  }
  CHECK(shape_of("Add", {{8, 5, 7}, {8, 5, 7}, {8, 5, 7}}) == Shape{8, 5, 7});
  CHECK(shape_of("Mul", {{8, 5, 7}, {8, 1, 1}}) == Shape{8, 5, 7});
  CHECK(shape_of("Mul", {{8, 1, 1}, {8, 5, 7}}) == Shape{8, 5, 7});
  CHECK(shape_of("Sub", {{6}, {1}}) == Shape{6});
  CHECK(shape_of("Div", {{6}, {6}}) == Shape{6});
  CHECK(shape_of("Concat", {{8, 5, 7}, {1, 5, 7}, {3, 5, 7}}, {{"axis", std::int64_t{1}}}) ==
        Shape{12, 5, 7});
  CHECK(shape_of("Concat", {{8}, {4}}) == Shape{12});
  CHECK(shape_of("Flatten", {{8, 5, 7}}) == Shape{280});
  CHECK(shape_of("Gemm", {{64}}, {{"output_features", std::int64_t{10}}}) == Shape{10});
}

TEST_CASE("every listed operator is one of network graphs") {
  for (const Operator& op : operators()) {
    CHECK(is_network_operator(op.name));
    CHECK((op.infer != nullptr));
    CHECK(op.least_inputs <= op.most_inputs);
  }
  CHECK_FALSE(is_network_operator("nor_conv_3x3"));
  CHECK_FALSE(is_network_operator(""));
}

TEST_CASE("errors name the node, its operator, the shapes and what fits") {
  const std::string misfit = refusal("Add", {{8, 5, 7}, {8, 5, 6}});
  CHECK(contains(misfit, "node 'probe' (Add of 8x5x7, 8x5x6)"));
  CHECK(contains(misfit, "extents must be equal"));
  const std::string large = refusal("Conv", {{3, 2, 9}}, conv({3, 3}, 4));
  CHECK(contains(large, "node 'probe' (Conv of 3x2x9)"));
  CHECK(contains(large, "a window of 3 along the height"));
  CHECK(contains(refusal("Convv", {{3, 8, 8}}), "did you mean 'Conv'?"));
  CHECK(contains(refusal("nor_conv_3x3", {{3, 8, 8}}), "known are Input, Conv"));
  CHECK(contains(refusal("Conv", {{3, 8, 8}}, conv({3, 3}, 4, {{"stride", Integers{1, 1}}})),
                 "did you mean 'strides'?"));
}

TEST_CASE("operands that do not fit are refused") {
  CHECK(contains(refusal("Conv", {{10}}, conv({1, 1}, 4)), "channels x height x width"));
  CHECK(contains(refusal("Conv", {{3, 8, 8}}, conv({1, 1}, 4, {{"group", std::int64_t{2}}})),
                 "2 groups"));
  CHECK(contains(refusal("Conv", {{4, 8, 8}}, conv({1, 1}, 3, {{"group", std::int64_t{2}}})),
                 "2 groups"));
  CHECK(contains(refusal("Conv", {{3, 8, 8}, {3, 8, 8}}, conv({1, 1}, 4)), "2 operands"));
  CHECK(contains(refusal("Conv", {}, conv({1, 1}, 4)), "0 operands"));
  CHECK(contains(refusal("Add", {{3, 8, 8}}), "1 operands, expected 2 or more"));
  CHECK(contains(refusal("Mul", {{3, 8, 8}, {3}}), "extents must be equal"));
  CHECK(contains(refusal("Concat", {{3, 8, 8}, {3, 8, 9}}), "cannot join operand 1"));
  CHECK(contains(refusal("Concat", {{3, 8, 8}, {3}}), "cannot join operand 1"));
  CHECK(contains(refusal("Gemm", {{3, 8, 8}}, {{"output_features", std::int64_t{4}}}), "Flatten"));
  CHECK(contains(refusal("GlobalAveragePool", {{3}}), "channels x height x width"));
  CHECK(contains(refusal("Relu", {{}}), "has no shape yet"));
}

TEST_CASE("attributes that do not fit are refused") {
  const std::vector<Shape> image{{3, 8, 8}};
  CHECK(contains(refusal("Conv", image, {{"kernel_shape", Integers{3, 3}}}),
                 "lacks the attribute 'output_channels'"));
  CHECK(contains(refusal("Conv", image, {{"output_channels", std::int64_t{3}}}),
                 "lacks the attribute 'kernel_shape'"));
  CHECK(contains(refusal("Conv", image, conv({3}, 4)), "1 numbers, expected 2"));
  CHECK(contains(refusal("Conv", image, conv({3, 3}, 0)), "expected 1 to"));
  CHECK(contains(refusal("Conv", image, conv({0, 3}, 4)), "expected 1 to"));
  CHECK(contains(refusal("Conv", image, conv({3, 3}, 4, {{"strides", Integers{0, 1}}})),
                 "'strides' with 0"));
  CHECK(contains(refusal("Conv", image, conv({3, 3}, 4, {{"pads", Integers{0, 0, 0, -1}}})),
                 "'pads' with -1"));
  CHECK(contains(refusal("Conv", image, conv({3, 3}, 4, {{"bias", std::int64_t{2}}})),
                 "'bias' with 2"));
  CHECK(contains(refusal("Conv", image, conv({3, 3}, 4, {{"strides", std::int64_t{2}}})),
                 "expected a list of whole numbers"));
  CHECK(contains(
      refusal("MaxPool", image, {{"kernel_shape", Integers{2, 2}}, {"pads", Integers{2, 0, 0, 0}}}),
      "must be smaller than the kernel"));
  CHECK(contains(refusal("AveragePool", image,
                         {{"kernel_shape", Integers{2, 2}}, {"dilations", Integers{2, 2}}}),
                 "unknown attribute 'dilations'"));
  CHECK(contains(refusal("Concat", {{3, 8, 8}}, {{"axis", std::int64_t{2}}}), "only axis 1"));
  CHECK(contains(refusal("Softmax", image, {{"axis", std::int64_t{0}}}), "expected -3..-1"));
  CHECK(contains(refusal("Clip", image, {{"min", 6.0}, {"max", 0.0}}), "min 6 above max 0"));
  CHECK(contains(refusal("Clip", image, {{"max", std::numeric_limits<double>::quiet_NaN()}}),
                 "'max' with nan"));
  CHECK(contains(refusal("ReduceMean", image, {{"axes", Integers{1, 2}}}), "only [2, 3]"));
  CHECK(contains(refusal("BatchNormalization", image, {{"epsilon", -1.0}}), "'epsilon'"));
  CHECK(contains(refusal("Relu", image, {{"alpha", 1.0}}), "it has none"));
}

TEST_CASE("absurd sizes are refused without overflow") {
  constexpr std::int64_t kHuge = std::int64_t{1} << 31;
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  const auto input = [](Shape shape) {
    return error_of([&] { NetworkBuilder().input(std::move(shape)); });
  };
  CHECK(contains(input({kHuge, kHuge, kHuge}), "more than"));
  CHECK(contains(input({kHuge + 1}), "extents must be"));
  CHECK(contains(input({3, 0, 8}), "extents must be"));
  CHECK(contains(input({3, -8, 8}), "extents must be"));
  CHECK(contains(input({}), "the shape ?"));
  CHECK(contains(input({8, 8}), "the shape 8x8"));
  CHECK(contains(refusal("Conv", {{3, 8, 8}}, conv({kMax, 1}, 4)), "expected 1 to"));
  CHECK(contains(refusal("Conv", {{3, 8, 8}},
                         conv({kHuge, kHuge}, 4, {{"dilations", Integers{kHuge, kHuge}}})),
                 "more than the padded extent"));
  CHECK(contains(refusal("Concat", {{kHuge, 1, 1}, {1, 1, 1}}), "extents must be"));
}

TEST_CASE("a whole graph is inferred in one go") {
  Graph graph;
  const NodeId x = graph.add_input({3, 8, 8});
  const NodeId c = graph.add("Conv", {x}, conv({3, 3}, 4));
  graph.add("Flatten", {graph.add("Relu", {c})});
  infer_shapes(graph);
  CHECK(graph[c].shape == Shape{4, 6, 6});
  CHECK(graph[3].shape == Shape{144});
  CHECK(contains(error_of([&] { infer_shape(graph, 9); }), "no node number 9"));
}

TEST_CASE("the builder writes attributes as ONNX spells them") {
  NetworkBuilder builder;
  const NodeId x = builder.input({4, 9, 9});
  const NodeId c = builder.conv(x, 8, {.kernel = 3, .stride = 2, .padding = 1, .dilation = 1}, 4);
  const NodeId b = builder.batch_normalization(c);
  const NodeId m = builder.max_pool(b, {.kernel = 3, .stride = 1, .padding = 1});
  const NodeId a = builder.average_pool(b, {.kernel = 3, .stride = 1, .padding = 1});
  const NodeId s =
      builder.multiply(builder.concat({m, a}), builder.unary("Sigmoid", builder.concat({m, a})));
  const NodeId f = builder.flatten(builder.global_average_pool(s));
  const NodeId g = builder.gemm(f, 10);
  CHECK(builder.shape(c) == Shape{8, 5, 5});
  CHECK(builder.shape(s) == Shape{16, 5, 5});
  CHECK(contains(error_of([&] { builder.average_pool(b, {.kernel = 2, .dilation = 2}); }),
                 "dilations"));
  const Graph graph = builder.finish(g);
  CHECK(graph.outputs()[0] == g);
  CHECK(graph[c].attributes == Attributes{{"kernel_shape", Integers{3, 3}},
                                          {"strides", Integers{2, 2}},
                                          {"pads", Integers{1, 1, 1, 1}},
                                          {"dilations", Integers{1, 1}},
                                          {"group", std::int64_t{4}},
                                          {"output_channels", std::int64_t{8}},
                                          {"bias", std::int64_t{0}}});
  CHECK(graph[b].attributes == Attributes{{"epsilon", 1e-5}, {"momentum", 0.9}});
  CHECK(graph[a].integer("count_include_pad", 7) == 0);
  CHECK(graph[g].attributes ==
        Attributes{{"output_features", std::int64_t{10}}, {"bias", std::int64_t{1}}});
  CHECK(builder.finish(builder.input({3, 4, 4})).size() == 1);
}

}  // namespace evonas::graph
