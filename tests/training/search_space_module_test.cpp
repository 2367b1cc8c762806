#include "evaluation/training/network_module.hpp"
#include "graph/cost.hpp"
#include "graph/network_builder.hpp"
#include "spaces/blocks.hpp"
#include "spaces/darts.hpp"
#include "spaces/hierarchical.hpp"
#include "torch_doctest.hpp"

namespace evonas::evaluation {
namespace {

torch::Tensor ramp(std::vector<std::int64_t> shape) {
  std::int64_t count = 1;
  for (const std::int64_t extent : shape) count *= extent;
  return torch::sin(torch::arange(count, torch::kFloat32)).reshape(shape);
}

/// Modules of random networks of `space` have the parameters of their graphs and train one step.
void check_modules(const spaces::AnySpace& space, int networks) {
  Rng rng(1, "modules");
  for (int i = 0; i < networks; ++i) {
    const spaces::Genotype genotype = space.sample(rng);
    CAPTURE(space.format(genotype));
    const graph::Graph network = space.network(genotype, {1, 14, 15, 10});
    NetworkModule module(network, 1);
    std::int64_t count = 0;
    for (const torch::Tensor& parameter : module.parameters()) count += parameter.numel();
    CHECK(count == graph::cost(network).parameters);
    const torch::Tensor logits = module.forward({ramp({2, 1, 14, 15})});
    CHECK(logits.sizes() == torch::IntArrayRef({2, 10}));
    CHECK(logits.isfinite().all().item<bool>());
    logits.square().sum().backward();
  }
}

}  // namespace

TEST_CASE("networks of the space darts train") {
  check_modules(spaces::AnySpace(spaces::Darts({.channels = 4, .cells = 4})), 20);
  check_modules(spaces::AnySpace(spaces::Darts({.skeleton = "imagenet",
                                                .channels = 5,
                                                .cells = 3,
                                                .auxiliary = true,
                                                .drop_path = 0.2})),
                20);
}

TEST_CASE("networks of the space hierarchical train") {
  check_modules(spaces::AnySpace(spaces::Hierarchical({.channels = 4})), 20);
}

TEST_CASE("a Pad adds zeros at positive sides and crops negative ones") {
  graph::NetworkBuilder builder;
  const auto x = builder.input({1, 2, 3});
  NetworkModule module(builder.finish(builder.pad(x, {-1, 2, 1, -1})), 1);
  const torch::Tensor result =
      module.forward({torch::arange(6, torch::kFloat32).view({1, 1, 2, 3})});
  CHECK(torch::equal(
      result,
      torch::tensor({{0.0F, 0.0F, 3.0F, 4.0F}, {0.0F, 0.0F, 0.0F, 0.0F}}).view({1, 1, 2, 4})));
}

TEST_CASE("a factorized reduction is the authors', and on odd sides as if a zero followed") {
  for (const std::int64_t side : {6, 7}) {
    graph::NetworkBuilder builder;
    const auto x = builder.input({3, side, side});
    const graph::Graph network = builder.finish(spaces::factorized_reduce(builder, x, 4));
    NetworkModule module(network, 1);
    module.eval();
    const torch::NoGradGuard guard;
    const torch::Tensor images = ramp({2, 3, side, side});
    torch::Tensor y = torch::relu(images);
    if (side % 2 == 1) y = torch::constant_pad_nd(y, {0, 1, 0, 1});
    std::vector<torch::Tensor> halves;
    for (const graph::Node& node : network.nodes()) {
      if (node.op != "Conv") continue;
      const auto first = static_cast<std::int64_t>(halves.size());
      halves.push_back(torch::conv2d(y.slice(2, first).slice(3, first),
                                     module.named_parameters()[node.name + "_weight"], {}, 2));
    }
    REQUIRE(halves.size() == 2);
    const torch::Tensor expected = torch::cat(halves, 1) / std::sqrt(1.0 + 1e-5);
    CHECK(torch::allclose(module.forward({images}), expected, 1e-4, 1e-5));
  }
}

}  // namespace evonas::evaluation
