#include "predictor/computation_graph.hpp"

#include <cmath>

#include <doctest/doctest.h>

#include "graph/network_builder.hpp"
#include "graph/operators.hpp"
#include "predictor/random_architectures.hpp"
#include "spaces/space_list.hpp"

namespace evonas::predictor {
namespace {

std::uint32_t number_of(std::string_view op) {
  std::uint32_t number = 0;
  while (graph::operators()[number].name != op) ++number;
  return number;
}

/// Input, depthwise convolution with BatchNormalization, sum with the input, pooling, classifier.
graph::Graph small_network() {
  graph::NetworkBuilder build;
  const graph::NodeId input = build.input({8, 16, 32});
  const graph::NodeId conv =
      build.batch_normalization(build.conv(input, 8, {.kernel = 3, .padding = 1}, 8));
  const graph::NodeId sum = build.add({conv, input});
  const graph::NodeId half = build.max_pool(sum, {.kernel = 2, .stride = 2});
  return build.finish(build.gemm(build.flatten(build.global_average_pool(half)), 10));
}

TEST_CASE("a computation graph has the operations of a network in numbers") {
  const ComputationGraph graph = computation_graph(small_network());
  CHECK(graph.operators == std::vector<std::uint32_t>{number_of("Input"), number_of("Conv"),
                                                      number_of("Add"), number_of("MaxPool"),
                                                      number_of("GlobalAveragePool"),
                                                      number_of("Flatten"), number_of("Gemm")});
  CHECK(graph.edges ==
        std::vector<graph::Tokens::Edge>{{0, 1}, {1, 2}, {0, 2}, {2, 3}, {3, 4}, {4, 5}, {5, 6}});
  REQUIRE(graph.numbers.size() == graph.nodes() * kNodeNumbers);
  const auto number = [&](std::size_t node, std::size_t i) {
    return static_cast<double>(graph.numbers[node * kNodeNumbers + i]);
  };
  CHECK(number(1, 0) == doctest::Approx(0.3));        // 8 channels
  CHECK(number(1, 1) == doctest::Approx(0.5));        // 16 high
  CHECK(number(1, 2) == doctest::Approx(0.625));      // 32 wide
  CHECK(number(1, 3) == doctest::Approx(3.0 / 8.0));  // kernel
  CHECK(number(1, 5) == 0.0);                         // stride 1
  CHECK(number(1, 7) == 1.0);                         // depthwise
  CHECK(number(1, 8) == doctest::Approx(0.3));        // 8 groups
  CHECK(number(3, 5) == doctest::Approx(0.5));        // stride 2
  CHECK(number(3, 7) == 0.0);
  CHECK(number(2, 9) == 0.0);  // a sum multiplies nothing
  CHECK(number(6, 0) == doctest::Approx(std::log2(10.0) / 10.0));
  CHECK(number(6, 10) == doctest::Approx(std::log10(1.0 + 90.0) / 8.0));  // weights and biases
  CHECK(static_cast<double>(graph.whole[2]) == doctest::Approx(std::log2(7.0) / 10.0));
  CHECK(static_cast<double>(graph.whole[3]) == doctest::Approx(std::log2(7.0) / 10.0));
}

TEST_CASE("zeros are told from ReLU6") {
  graph::NetworkBuilder build;
  const graph::NodeId input = build.input({8, 4, 4});
  const graph::NodeId relu = build.unary("Clip", input, {{"min", 0.0}, {"max", 6.0}});
  const graph::NodeId zeros = build.unary("Clip", relu, {{"min", 0.0}, {"max", 0.0}});
  const graph::NodeId pooled = build.flatten(build.global_average_pool(zeros));
  const ComputationGraph graph = computation_graph(build.finish(build.gemm(pooled, 10)));
  CHECK(graph.operators[1] == graph.operators[2]);
  CHECK(graph.numbers[2 * kNodeNumbers - 1] == 0.0F);
  CHECK(graph.numbers[3 * kNodeNumbers - 1] == 1.0F);
}

TEST_CASE("networks of every space have computation graphs of known operators") {
  for (const std::string& name : spaces::ready_space_names()) {
    CAPTURE(name);
    const spaces::AnySpace space = spaces::make_space(name);
    const std::vector<spaces::Genotype> some = random_architectures(space, 2, 1, "computation");
    for (const ComputationGraph& graph : computation_graphs(space, {}, some)) {
      REQUIRE(graph.nodes() > 2);
      for (const std::uint32_t op : graph.operators) CHECK(op + 1 < operator_columns());
      for (const float number : graph.numbers) CHECK(std::isfinite(number));
      for (const auto [from, to] : graph.edges) CHECK(from < to);
    }
  }
}

TEST_CASE("spectra of graphs of different sizes have as many quantiles") {
  const std::vector<double> few = {0.0, 1.0, 2.0};
  CHECK(spectrum_quantiles(few, 5) == std::vector<float>{0.0F, 0.5F, 1.0F, 1.5F, 2.0F});
  CHECK(spectrum_quantiles(few, 2) == std::vector<float>{0.0F, 2.0F});
  const std::vector<double> one = {1.25};
  CHECK(spectrum_quantiles(one, 3) == std::vector<float>{1.25F, 1.25F, 1.25F});
}

}  // namespace
}  // namespace evonas::predictor
