#include "evaluation/training/network_module.hpp"

#include "graph/cost.hpp"
#include "graph/network_builder.hpp"
#include "graph/passes.hpp"
#include "spaces/mobilenetv3.hpp"
#include "spaces/nasbench101.hpp"
#include "spaces/nasbench201.hpp"
#include "torch_doctest.hpp"

namespace evonas::evaluation {
namespace {

torch::Tensor ramp(std::int64_t batch, const spaces::NetworkInput& input) {
  const std::int64_t count = batch * input.channels * input.height * input.width;
  return torch::sin(torch::arange(count, torch::kFloat32))
      .reshape({batch, input.channels, input.height, input.width})
      .contiguous(torch::MemoryFormat::ChannelsLast);
}

std::int64_t parameter_count(const torch::nn::Module& module) {
  std::int64_t count = 0;
  for (const torch::Tensor& parameter : module.parameters()) count += parameter.numel();
  return count;
}

}  // namespace

TEST_CASE("a module has as many parameters as its graph costs") {
  const spaces::NasBench201 space({.channels = 4, .cells_per_stage = 1});
  Rng rng(3, "test");
  const spaces::NetworkInput input{.channels = 1, .height = 7, .width = 7, .classes = 10};
  for (int i = 0; i < 50; ++i) {
    const graph::Graph network = space.network(space.sample(rng), input);
    const NetworkModule module(network, 1);
    CHECK(parameter_count(module) == graph::cost(network).parameters);
  }
}

TEST_CASE("every cell of a sample trains one step and gives finite logits") {
  const spaces::NasBench201 space({.channels = 4, .cells_per_stage = 1});
  const spaces::NetworkInput input{.channels = 3, .height = 9, .width = 8, .classes = 5};
  Rng rng(4, "test");
  std::vector<spaces::Genotype> genotypes = {
      space.parse("|none~0|+|none~0|none~1|+|none~0|none~1|none~2|")};
  for (int i = 0; i < 30; ++i) genotypes.push_back(space.sample(rng));
  for (const auto format : {torch::kFloat32, torch::kBFloat16}) {
    for (const spaces::Genotype& genotype : genotypes) {
      CAPTURE(space.format(genotype));
      NetworkModule module(space.network(genotype, input), 1);
      for (torch::Tensor& parameter : module.parameters()) {
        if (parameter.dim() == 4) parameter.set_data(parameter.to(format));
      }
      const torch::Tensor logits = module.forward(ramp(2, input).to(format));
      CHECK(logits.sizes() == torch::IntArrayRef({2, 5}));
      CHECK(logits.isfinite().all().item<bool>());
      logits.square().sum().backward();
      bool trained = false;
      for (const torch::Tensor& parameter : module.parameters()) {
        if (parameter.grad().defined()) trained = true;
      }
      CHECK(trained);
    }
  }
}

TEST_CASE("MobileNetV3 networks train one step in either number format") {
  const spaces::MobileNetV3 space({.width_multiplier = 0.25, .first_stride = 1});
  const spaces::NetworkInput input{.channels = 1, .height = 14, .width = 14, .classes = 5};
  Rng rng(5, "test");
  for (const auto format : {torch::kFloat32, torch::kBFloat16}) {
    const graph::Graph network = space.network(space.sample(rng), input);
    NetworkModule module(network, 1);
    CHECK(parameter_count(module) == graph::cost(network).parameters);
    for (torch::Tensor& parameter : module.parameters()) {
      if (parameter.dim() == 4) parameter.set_data(parameter.to(format));
    }
    const torch::Tensor logits = module.forward(ramp(4, input).to(format));
    CHECK(logits.isfinite().all().item<bool>());
    logits.square().sum().backward();
    for (const auto& parameter : module.named_parameters()) {
      CAPTURE(parameter.key());
      CHECK(parameter.value().grad().defined());
    }
  }
}

TEST_CASE("a module computes what LibTorch computes, operator by operator") {
  graph::NetworkBuilder builder;
  const auto input = builder.input({3, 10, 8});
  const auto a = builder.conv(input, 6, {.kernel = 3, .stride = 2, .padding = 1}, 3, true);
  const auto b = builder.unary("HardSwish", a);
  const auto pooled = builder.global_average_pool(b);
  const auto gate = builder.unary("HardSigmoid", builder.conv(pooled, 6, {}, 1, true));
  const auto scaled = builder.multiply(b, gate);
  const auto joined =
      builder.concat({scaled, builder.max_pool(scaled, {.kernel = 3, .padding = 1})});
  const auto average = builder.average_pool(joined, {.kernel = 3, .stride = 2, .padding = 1}, true);
  const auto clipped = builder.unary("Clip", average, {{"min", -0.1}, {"max", 0.3}});
  const auto sum = builder.add({clipped, builder.unary("Sigmoid", clipped)});
  const graph::Graph network = builder.finish(builder.gemm(builder.flatten(sum), 4));
  NetworkModule module(network, 5);
  const torch::NoGradGuard guard;
  const torch::Tensor x = ramp(2, {.channels = 3, .height = 10, .width = 8});
  const auto parameter = [&](graph::NodeId id, const std::string& what) {
    return module.named_parameters()[network[id].name + "_" + what];
  };
  const torch::Tensor ya =
      torch::conv2d(x, parameter(a, "weight"), parameter(a, "bias"), 2, 1, 1, 3);
  const torch::Tensor yb = torch::hardswish(ya);
  const graph::NodeId gate_conv =
      network[network[gate].inputs[0]].op == "Conv" ? network[gate].inputs[0] : 0;
  const torch::Tensor yg =
      torch::clamp(0.2 * torch::conv2d(yb.mean({2, 3}, true), parameter(gate_conv, "weight"),
                                       parameter(gate_conv, "bias")) +
                       0.5,
                   0, 1);
  const torch::Tensor ys = yb * yg;
  const torch::Tensor yj = torch::cat({ys, torch::max_pool2d(ys, 3, 1, 1)}, 1);
  const torch::Tensor yc = torch::clamp(torch::avg_pool2d(yj, 3, 2, 1, false, true), -0.1, 0.3);
  const graph::NodeId head = network.outputs()[0];
  const torch::Tensor expected = torch::linear((yc + torch::sigmoid(yc)).flatten(1),
                                               parameter(head, "weight"), parameter(head, "bias"));
  CHECK((module.forward(x) - expected).abs().max().item<double>() < 1e-5);
}

TEST_CASE("a slice is the first channels, and gradients come back through it") {
  graph::NetworkBuilder builder;
  const auto input = builder.input({5, 4, 3});
  NetworkModule module(builder.finish(builder.first_channels(input, 2)), 1);
  torch::Tensor x = ramp(2, {.channels = 5, .height = 4, .width = 3});
  x.set_requires_grad(true);
  const torch::Tensor y = module.forward(x);
  CHECK(torch::equal(y, x.slice(1, 0, 2)));
  CHECK(y.is_contiguous(torch::MemoryFormat::ChannelsLast));
  y.sum().backward();
  CHECK(x.grad().sum().item<double>() == 2 * 2 * 4 * 3);
}

TEST_CASE("nasbench101 cells train one step, those with truncated channels among them") {
  const spaces::NasBench101 space({.channels = 5, .stacks = 2, .modules_per_stack = 1});
  const spaces::NetworkInput input{.channels = 1, .height = 7, .width = 6, .classes = 4};
  Rng rng(5, "test");
  bool sliced = false;
  for (int i = 0; i < 30; ++i) {
    const spaces::Genotype genotype = space.sample(rng);
    CAPTURE(space.format(genotype));
    const graph::Graph network = space.network(genotype, input);
    for (const graph::Node& node : network.nodes()) sliced = sliced || node.op == "Slice";
    NetworkModule module(network, 1);
    CHECK(parameter_count(module) == graph::cost(network).parameters);
    const torch::Tensor logits = module.forward(ramp(2, input));
    CHECK(logits.sizes() == torch::IntArrayRef({2, 4}));
    CHECK(logits.isfinite().all().item<bool>());
    logits.square().sum().backward();
    for (const torch::Tensor& parameter : module.parameters()) CHECK(parameter.grad().defined());
  }
  CHECK(sliced);
}

TEST_CASE("uneven padding counts real pixels only") {
  graph::Graph network;
  const auto input = network.add_input({1, 3, 3});
  const auto pool = network.add("AveragePool", {input},
                                {{"kernel_shape", std::vector<std::int64_t>{2, 2}},
                                 {"strides", std::vector<std::int64_t>{2, 2}},
                                 {"pads", std::vector<std::int64_t>{0, 0, 1, 1}}});
  network.set_outputs({pool});
  network.set_shape(pool, {1, 2, 2});
  NetworkModule module(network, 1);
  const torch::Tensor x = torch::arange(9, torch::kFloat32).reshape({1, 1, 3, 3});
  const torch::Tensor expected = torch::tensor({2.0, 3.5, 6.5, 8.0}).reshape({1, 1, 2, 2});
  CHECK(torch::allclose(module.forward(x), expected));
}

TEST_CASE("Resize is LibTorch's bilinear interpolation between the centres of pixels") {
  namespace nn = torch::nn::functional;
  for (const auto& [height, width] : {std::pair{5, 7}, {13, 4}, {20, 20}, {1, 1}}) {
    graph::NetworkBuilder builder;
    const graph::Graph network =
        builder.finish(builder.resize(builder.input({3, 10, 8}), height, width));
    NetworkModule module(network, 1);
    const torch::Tensor x = ramp(2, {.channels = 3, .height = 10, .width = 8});
    const torch::Tensor expected =
        nn::interpolate(x, nn::InterpolateFuncOptions()
                               .size(std::vector<std::int64_t>{height, width})
                               .mode(torch::kBilinear)
                               .align_corners(false));
    CHECK(torch::equal(module.forward(x), expected));
  }
  graph::NetworkBuilder builder;
  NetworkModule module(builder.finish(builder.resize(builder.input({1, 1, 2}), 1, 4)), 1);
  const torch::Tensor doubled = module.forward(torch::tensor({0.0F, 1.0F}).reshape({1, 1, 1, 2}));
  CHECK(torch::allclose(doubled.flatten(), torch::tensor({0.0F, 0.25F, 0.75F, 1.0F})));
}

TEST_CASE("an operator without a module is named") {
  graph::Graph network;
  const auto input = network.add_input({3, 4, 4});
  network.set_outputs({network.add("Einsum", {input}, {}, "odd")});
  try {
    const NetworkModule module(network, 1);
    FAIL("expected an EvaluationError");
  } catch (const EvaluationError& error) {
    CHECK(std::string(error.what()).find("Einsum of node odd") != std::string::npos);
  }
}

}  // namespace evonas::evaluation
