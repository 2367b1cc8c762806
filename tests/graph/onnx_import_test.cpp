#include <numeric>

#include <doctest/doctest.h>

#include "graph/canonical.hpp"
#include "graph/cost.hpp"
#include "graph/network_builder.hpp"
#include "graph/onnx_files.hpp"
#include "graph/test_graphs.hpp"

namespace evonas::graph {
namespace {

std::vector<float> ramp(std::size_t count) {
  std::vector<float> values(count);
  std::iota(values.begin(), values.end(), 1.0F);
  return values;
}

/// An image of batch x 3 x 8 x 8, called x.
OnnxFile image(std::int64_t opset = 17) {
  OnnxFile file(opset);
  file.input("x", {0, 3, 8, 8}).output("y");
  return file;
}

/// The network that a builder makes of an image of 3 x 8 x 8.
template <class Build>
Key expected(Build&& build, const Shape& input = {3, 8, 8}) {
  NetworkBuilder builder;
  const NodeId x = builder.input(input);
  return canonical_key(builder.finish(build(builder, x)));
}

Key key_of(const OnnxFile& file) { return canonical_key(file.read().graph); }

std::string refusal(const OnnxFile& file) {
  return error_of([&] { file.read(); });
}

}  // namespace

TEST_CASE("a convolution reads its kernel, its pads and its bias from what is there") {
  const auto conv = [](OnnxFile file) {
    return file.reals("w", {4, 3, 3, 3}, ramp(108)).reals("b", {4}, ramp(4));
  };
  OnnxFile plain = conv(image());
  plain.node("Conv", {"x", "w", "b"}, "y", {{"pads", {1, 1, 1, 1}}});
  const Key padded = expected([](NetworkBuilder& b, NodeId x) {
    return b.conv(x, 4, {.kernel = 3, .padding = 1}, 1, true);
  });
  CHECK(key_of(plain) == padded);
  CHECK(plain.read().weights.at("y_weight") == Tensor{{4, 3, 3, 3}, ramp(108)});
  CHECK(plain.read().weights.at("y_bias") == Tensor{{4}, ramp(4)});

  OnnxFile same = conv(image());
  same.node("Conv", {"x", "w", "b"}, "y", {{"kernel_shape", {3, 3}}})
      .text("auto_pad", "SAME_UPPER");
  CHECK(key_of(same) == padded);

  OnnxFile in_front = conv(image());
  in_front.integers("pads", {0, 0, 1, 1, 0, 0, 1, 1})
      .node("Pad", {"x", "pads"}, "p")
      .node("Conv", {"p", "w", "b"}, "y");
  CHECK(key_of(in_front) == padded);

  OnnxFile old = conv(image(9));
  old.node("Pad", {"x"}, "p", {{"pads", {0, 0, 1, 1, 0, 0, 1, 1}}})
      .node("Conv", {"p", "w", "b"}, "y");
  CHECK(key_of(old) == padded);

  OnnxFile strided = conv(image());
  strided.node("Conv", {"x", "w"}, "y", {{"strides", {2, 2}}}).text("auto_pad", "SAME_LOWER");
  CHECK(strided.read().graph[1].integers("pads", {}) == std::vector<std::int64_t>{1, 1, 0, 0});
}

TEST_CASE("files without weight data give shapes and no weights") {
  const Key key = expected([](NetworkBuilder& b, NodeId x) { return b.conv(x, 4, {.kernel = 3}); });
  OnnxFile stripped = image();
  stripped.reals("w", {4, 3, 3, 3}, {}).node("Conv", {"x", "w"}, "y");
  CHECK(key_of(stripped) == key);
  CHECK(stripped.read().weights.empty());

  OnnxFile as_input = image();
  as_input.input("w", {4, 3, 3, 3}).node("Conv", {"x", "w"}, "y");
  CHECK(key_of(as_input) == key);

  OnnxFile external = image();
  external.reals("w", {4, 3, 3, 3}, {}).node("Conv", {"x", "w"}, "y");
  external.model().mutable_graph()->mutable_initializer(0)->set_data_location(
      onnx::TensorProto::EXTERNAL);
  CHECK(key_of(external) == key);
}

TEST_CASE("linear layers come as Gemm and as MatMul with Add") {
  const Key key = expected([](NetworkBuilder& b, NodeId x) { return b.gemm(x, 2); }, {3});
  const Tensor weight{{2, 3}, {1, 2, 3, 4, 5, 6}};
  OnnxFile gemm;
  gemm.input("x", {1, 3}).output("y").reals("w", {2, 3}, ramp(6)).reals("b", {2}, ramp(2));
  gemm.node("Gemm", {"x", "w", "b"}, "y", {{"transB", {1}}}).real("alpha", 1);
  CHECK(key_of(gemm) == key);
  CHECK(gemm.read().weights.at("y_weight") == weight);

  OnnxFile product;
  product.input("x", {1, 3}).output("y").reals("w", {3, 2}, {1, 4, 2, 5, 3, 6});
  product.reals("b", {1, 2}, ramp(2)).node("MatMul", {"x", "w"}, "m").node("Add", {"b", "m"}, "y");
  CHECK(key_of(product) == key);
  CHECK(product.read().weights.at("m_weight") == weight);
  CHECK(product.read().weights.at("m_bias") == Tensor{{2}, ramp(2)});

  OnnxFile alone;
  alone.input("x", {1, 3}).output("y").reals("w", {3, 2}, ramp(6)).node("MatMul", {"x", "w"}, "y");
  CHECK(key_of(alone) ==
        expected([](NetworkBuilder& b, NodeId x) { return b.gemm(x, 2, false); }, {3}));
}

TEST_CASE("a sum with what a later node computes is no bias") {
  OnnxFile file;
  file.input("x", {1, 3}).output("y").reals("w", {3, 3}, ramp(9));
  file.node("MatMul", {"x", "w"}, "m").node("Relu", {"x"}, "r").node("Add", {"m", "r"}, "y");
  CHECK(key_of(file) == expected(
                            [](NetworkBuilder& b, NodeId x) {
                              return b.add({b.gemm(x, 3, false), b.unary("Relu", x)});
                            },
                            {3}));
}

TEST_CASE("a file cannot ask for far more memory than it has bytes") {
  OnnxFile joined = image();
  joined.integers("c", std::vector<std::int64_t>(64, 1))
      .node("Concat", {"c"}, "j", {{"axis", {0}}});
  for (int i = 0; i < 100; ++i) joined.last().add_input("c");
  joined.node("Reshape", {"x", "j"}, "y");
  CHECK(contains(error_of([&] { joined.read(); }), "Concat to a long constant (node 'j')"));

  OnnxFile split = image();
  split.node("Split", {"x"}, "o0").known_shape("o0", {1, 1});
  split.last().set_name(std::string(3000, 'n'));
  for (int i = 1; i < 200; ++i) {
    const std::string name = "o" + std::to_string(i);
    split.last().add_output(name);
    split.known_shape(name, {1, 1}).output(name);
  }
  split.node("Flatten", {"o0"}, "y");
  CHECK(contains(error_of([&] { split.read(UnknownOperators::Opaque); }),
                 "shares its inputs with too many outputs"));
}

TEST_CASE("Clip has its bounds as attributes or as operands, and both absent is nothing") {
  const Key key = expected([](NetworkBuilder& b, NodeId x) {
    return b.unary("Clip", x, {{"min", 0.0}, {"max", 6.0}});
  });
  OnnxFile old = image(10);
  old.node("Clip", {"x"}, "y").real("min", 0).real("max", 6);
  CHECK(key_of(old) == key);
  OnnxFile operands = image(11);
  operands.reals("a", {}, {0}).reals("b", {}, {6}).node("Clip", {"x", "a", "b"}, "y");
  CHECK(key_of(operands) == key);
  OnnxFile none = image();
  none.node("Clip", {"x"}, "c").node("Relu", {"c"}, "y");
  CHECK(none.read().graph.size() == 2);
}

TEST_CASE("a vector is made by Flatten, Reshape, Squeeze or shape arithmetic") {
  const auto pooled = [](std::int64_t opset = 17) {
    OnnxFile file = image(opset);
    file.node("GlobalAveragePool", {"x"}, "g");
    return file;
  };
  const Key key =
      expected([](NetworkBuilder& b, NodeId x) { return b.flatten(b.global_average_pool(x)); });
  OnnxFile flatten = pooled();
  flatten.node("Flatten", {"g"}, "y", {{"axis", {-3}}});
  CHECK(key_of(flatten) == key);
  for (const std::vector<std::int64_t>& target :
       {std::vector<std::int64_t>{-1, 3}, {0, -1}, {0, 3}}) {
    OnnxFile reshape = pooled();
    reshape.integers("t", target).node("Reshape", {"g", "t"}, "y");
    CHECK(key_of(reshape) == key);
  }
  OnnxFile squeeze = pooled(11);
  squeeze.node("Squeeze", {"g"}, "y", {{"axes", {2, 3}}});
  CHECK(key_of(squeeze) == key);
  OnnxFile arithmetic = pooled();  // x.view(x.size(0), -1)
  arithmetic.node("Shape", {"g"}, "s")
      .node("Constant", {}, "zero", {{"value_int", {0}}})
      .node("Gather", {"s", "zero"}, "n")
      .integers("axes", {0})
      .node("Unsqueeze", {"n", "axes"}, "n1")
      .node("Constant", {}, "rest", {{"value_ints", {-1}}})
      .node("Concat", {"n1", "rest"}, "t", {{"axis", {0}}})
      .node("Reshape", {"g", "t"}, "y");
  CHECK(key_of(arithmetic) == key);
  OnnxFile joined = pooled();
  joined.integers("t", {1, -1}).node("Reshape", {"g", "t"}, "y");
  CHECK(contains(refusal(joined), "Reshape to other than a vector (node 'y')"));
}

TEST_CASE("the mean over height and width has its axes as attribute or as operand") {
  const Key key = expected([](NetworkBuilder& b, NodeId x) {
    return b.unary("ReduceMean", x, {{"axes", std::vector<std::int64_t>{2, 3}}});
  });
  OnnxFile attribute = image(13);
  attribute.node("ReduceMean", {"x"}, "y", {{"axes", {-1, -2}}});
  CHECK(key_of(attribute) == key);
  OnnxFile as_operand = image(18);
  as_operand.integers("a", {2, 3}).node("ReduceMean", {"x", "a"}, "y", {{"keepdims", {1}}});
  CHECK(key_of(as_operand) == key);
}

TEST_CASE("pooling rounds up by padding") {
  OnnxFile up = image();
  up.node("MaxPool", {"x"}, "y",
          {{"kernel_shape", {3, 3}}, {"strides", {2, 2}}, {"ceil_mode", {1}}});
  const Graph rounded = up.read().graph;
  CHECK(rounded[1].shape == Shape{3, 4, 4});
  CHECK(rounded[1].integers("pads", {}) == std::vector<std::int64_t>{0, 0, 1, 1});
}

TEST_CASE("hard functions that are spelt out are recognised") {
  const auto begun = [] {
    OnnxFile file = image();
    file.reals("3", {}, {3}).reals("0", {}, {0}).reals("6", {}, {6}).reals("6th", {}, {1.0F / 6});
    file.node("Add", {"x", "3"}, "a").node("Clip", {"a", "0", "6"}, "c");
    return file;
  };
  OnnxFile sigmoid = begun();
  sigmoid.node("Mul", {"c", "6th"}, "y");
  CHECK(key_of(sigmoid) == expected([](NetworkBuilder& b, NodeId x) {
          return b.unary("HardSigmoid", x, {{"alpha", 1.0 / 6.0}, {"beta", 0.5}});
        }));
  OnnxFile swish = begun();
  swish.node("Mul", {"x", "c"}, "m").node("Div", {"m", "6"}, "y");
  CHECK(key_of(swish) ==
        expected([](NetworkBuilder& b, NodeId x) { return b.unary("HardSwish", x); }));
  OnnxFile neither = begun();
  neither.node("Mul", {"c", "x"}, "y");
  CHECK(contains(refusal(neither), "Add of a constant (node 'a')"));
}

TEST_CASE("unknown operators are named all at once, or become opaque") {
  OnnxFile file = image();
  file.node("Erf", {"x"}, "e1")
      .node("Relu", {"e1"}, "r")
      .node("Erf", {"r"}, "e2")
      .node("Mish", {"e2"}, "m")
      .node("Relu", {"m"}, "y");
  file.last();
  const std::string error = refusal(file);
  CHECK(contains(error, "Erf (nodes 'e1', 'e2'); Mish (node 'm')"));
  const std::string missing = error_of([&] { file.read(UnknownOperators::Opaque); });
  CHECK(contains(missing, "node 'e1' (Erf) is unknown and the file does not say the shape"));
  for (const char* name : {"e1", "e2", "m"}) file.known_shape(name, {0, 3, 8, 8});
  const Graph graph = file.read(UnknownOperators::Opaque).graph;
  CHECK(cost(graph).opaque_nodes == 3);
  CHECK(graph[1].op == "Opaque");
  CHECK(std::get<std::string>(graph[1].attributes.at("onnx_op")) == "Erf");
  CHECK(graph[1].shape == Shape{3, 8, 8});
}

TEST_CASE("names become words that are unique") {
  OnnxFile file = image();
  file.node("Relu", {"x"}, "/layer.1/Relu").node("Relu", {"/layer.1/Relu"}, "/layer/1/Relu");
  file.node("Relu", {"/layer/1/Relu"}, "0").node("Relu", {"0"}, "y");
  const Graph graph = file.read().graph;
  CHECK(graph[1].name == "layer_1_Relu");
  CHECK(graph[2].name == "layer_1_Relu_2");
  CHECK(graph[3].name == "node_0");
}

TEST_CASE("malformed models are refused in one sentence") {
  struct Fault {
    OnnxFile file;
    std::string message;
  };
  const auto with = [](auto change) {
    OnnxFile file = image();
    change(file);
    return file;
  };
  const std::vector<Fault> faults = {
      {with([](OnnxFile& f) { f.node("Relu", {"z"}, "y"); }), "'y' (Relu) reads 'z'"},
      {with([](OnnxFile& f) { f.node("Relu", {"b"}, "y").node("Relu", {"y"}, "b"); }),
       "nodes must stand after those they read"},
      {with([](OnnxFile& f) { f.node("Relu", {"x"}, "x"); }), "two values are called 'x'"},
      {with([](OnnxFile& f) { f.node("Relu", {"x"}, "r"); }), "output 'y' is computed by no node"},
      {with([](OnnxFile& f) { f.node("Relu", {}, "y"); }), "lacks its operand 1"},
      {with([](OnnxFile& f) { f.node("Relu", {"x"}, ""); }), "computes nothing"},
      {with([](OnnxFile& f) { f.integers("y", {1}); }), "output 'y' is a constant"},
      {with([](OnnxFile& f) {
         f.reals("w", {4, 2, 3, 3}, ramp(72)).node("Conv", {"x", "w"}, "y");
       }),
       "a weight of 4x2x3x3, expected 4x3x3x3"},
      {with([](OnnxFile& f) {
         f.reals("w", {4, 3, 3, 3}, ramp(7)).node("Conv", {"x", "w"}, "y");
       }),
       "'w' has 7 numbers, its shape 4x3x3x3 asks for 108"},
      {with([](OnnxFile& f) {
         f.reals("w", {1LL << 40, 3, 3, 3}, {});
       }),
       "which no tensor has"},
      {with([](OnnxFile& f) {
         f.reals("w", {-4, 3, 3, 3}, {});
       }),
       "which no tensor has"},
      {with([](OnnxFile& f) {
         f.input("w", {1LL << 31, 1LL << 31, 1LL << 31, 1LL << 31});
       }),
       "would have the shape"},
      {with([](OnnxFile& f) {
         f.input("w", {1, 3, 0, 8});
       }),
       "input 'w' has the shape 1x3x?x8"},
      {with([](OnnxFile& f) {
         f.input("w", {1, 3, 8});
       }),
       "input 'w' has the shape 1x3x8"},
      {with([](OnnxFile& f) {
         f.node("Concat", {"x", "x"}, "y", {{"axis", {9}}});
       }),
       "axis 9"},
      {with([](OnnxFile& f) {
         f.node("MaxPool", {"x"}, "y", {{"kernel_shape", {3, 3}}, {"strides", {0, 1}}});
       }),
       "'strides' with 0, expected 1"},
      {with([](OnnxFile& f) {
         f.node("MaxPool", {"x"}, "y", {{"kernel_shape", {99, 3}}});
       }),
       "a window of 99"},
      {with([](OnnxFile& f) {
         f.node("MaxPool", {"x"}, "y", {{"strides", {2, 2}}});
       }),
       "has no attribute 'kernel_shape'"},
      {with([](OnnxFile& f) {
         f.node("Flatten", {"x"}, "y", {{"axis", {1, 2}}});
       }),
       "'axis' as INTS, expected INT"},
      {OnnxFile(3), "opset 3"},
      {OnnxFile(17), "the model has no input"},
  };
  for (const Fault& fault : faults) {
    const std::string error = refusal(fault.file);
    CAPTURE(error);
    CAPTURE(fault.message);
    CHECK(contains(error, fault.message));
    CHECK(error.find('\n') == std::string::npos);
  }
}

TEST_CASE("no cut and no altered byte gets past as anything but a GraphError") {
  NetworkBuilder builder;
  const NodeId x = builder.input({3, 8, 8});
  const NodeId y = builder.relu(builder.batch_normalization(builder.conv(x, 2, {.kernel = 3})));
  const NodeId z = builder.gemm(builder.flatten(builder.resize(y, 3, 3)), 2);
  const std::string bytes = to_onnx({builder.finish(z), {}, {}});
  const auto attempt = [](const std::string& altered) {
    return error_of([&] { from_onnx(altered, UnknownOperators::Opaque); });
  };
  CHECK(attempt(bytes).empty());
  CHECK(contains(attempt(""), "is no ONNX model"));
  CHECK(contains(attempt("PK\x03\x04 no model"), "is no ONNX model"));
  for (std::size_t length = 0; length < bytes.size(); ++length) attempt(bytes.substr(0, length));
  Rng rng(7, "onnx");
  std::size_t refused = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string altered = bytes;
    for (std::uint64_t n = 1 + rng.below(3); n-- > 0;) {
      altered[rng.below(altered.size())] = static_cast<char>(rng.below(256));
    }
    refused += attempt(altered).empty() ? 0 : 1;
  }
  CHECK(refused > 5'000);
}

TEST_CASE("graphs within graphs without end are refused") {
  const auto field = [](int number, const std::string& content) {
    std::string bytes(1, static_cast<char>(number * 8 + 2));  // a message or text of that length
    for (std::size_t rest = content.size(); rest != 0; rest >>= 7) {
      bytes += static_cast<char>((rest & 0x7f) | (rest >> 7 != 0 ? 0x80 : 0));
    }
    return bytes + content;
  };
  std::string graph = field(2, "innermost");
  // GraphProto.node is field 1, NodeProto.attribute field 5, AttributeProto.g field 6.
  for (int depth = 0; depth < 1'000; ++depth) graph = field(1, field(5, field(6, graph)));
  // ModelProto.graph is field 7.
  CHECK(contains(error_of([&] { from_onnx(field(7, graph)); }), "is no ONNX model"));
}

}  // namespace evonas::graph
