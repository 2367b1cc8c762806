#include <algorithm>

#include "contract/predictor_contract.hpp"
#include "models/golden.hpp"
#include "predictor/models/carl_network.hpp"
#include "predictor/models/carl_predictor.hpp"
#include "spaces/space_list.hpp"
#include "torch_doctest.hpp"

namespace evonas::predictor {
namespace {

// Small enough for a test.
constexpr CarlFit kSmallCarl = {
    .layers = 2, .width = 24, .epochs = 0, .least_steps = 250, .learning_rate = 5e-3};

std::unique_ptr<CarlPredictor> carl_on(const spaces::AnySpace& space,
                                       const CarlFit& options = kSmallCarl) {
  return std::make_unique<CarlPredictor>(std::make_shared<const GraphFeatures>(space), options);
}

TEST_CASE("CARL keeps the contract") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const auto features = std::make_shared<const GraphFeatures>(space);
  check_predictor(
      space, [&] { return std::make_unique<CarlPredictor>(features, kSmallCarl); }, 0.2);
  check_noise(space, [&] { return std::make_unique<CarlPredictor>(features, kSmallCarl); });
}

TEST_CASE("every node of the graph that is read has a weight") {
  for (const std::string name : {"nasbench101", "nasbench201", "darts"}) {
    CAPTURE(name);
    const spaces::AnySpace space = spaces::make_space(name);
    const auto predictor = carl_on(space);
    const std::vector<Label> labels = made_up_labels(space, 30);
    CHECK_THROWS_AS(predictor->node_weights(labels[0].genotype), PredictorError);
    predictor->fit(labels, {});
    for (const Label& label : std::span(labels).first(5)) {
      const std::vector<double> weights = predictor->node_weights(label.genotype);
      CHECK(weights.size() == ArchitectureView(space).seen_graph(label.genotype).size());
      for (const double weight : weights) {
        CHECK(weight >= 0.0);
        CHECK(weight <= 1.0);
      }
    }
  }
}

TEST_CASE("what decides the labels is critical") {
  // Cells are as good as they have 3x3 convolutions; all else is redundant.
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  std::vector<Label> labels = made_up_labels(space, 300);
  const auto is_good = [](const graph::Node& node) { return node.op == "nor_conv_3x3"; };
  for (Label& label : labels) {
    const graph::Graph cell = space.cell(label.genotype);
    label.value = static_cast<double>(std::ranges::count_if(cell.nodes(), is_good));
  }
  CarlFit longer = kSmallCarl;
  longer.least_steps = 500;
  const auto predictor = carl_on(space, longer);
  predictor->fit(labels, {});
  double good = 0.0;
  double goods = 0.0;
  double other = 0.0;
  double others = 0.0;
  for (const Label& label : std::span(labels).first(100)) {
    const graph::Graph cell = space.cell(label.genotype);
    const std::vector<double> weights = predictor->node_weights(label.genotype);
    for (graph::NodeId id = 0; id < cell.size(); ++id) {
      (is_good(cell[id]) ? good : other) += weights[id];
      (is_good(cell[id]) ? goods : others) += 1.0;
    }
  }
  CHECK(good / goods > other / others);
}

TEST_CASE("the network of CARL computes what an independent program does") {
  CarlNetwork network({.operations = 3, .nodes = 4, .layers = 1, .width = 8}, 1);
  set_golden(network, {{"operation", 41},
                       {"layer0.map.weight", 42},
                       {"layer0.map.bias", 43},
                       {"extract_hidden.weight", 44},
                       {"extract_hidden.bias", 45},
                       {"extract.weight", 46},
                       {"extract.bias", 47},
                       {"hidden.weight", 48},
                       {"hidden.bias", 49},
                       {"score.weight", 50},
                       {"score.bias", 51}});
  network.eval();
  GraphBatch graphs;
  graphs.operations = torch::tensor({{0, 1, 2, 0}}, torch::kInt64);
  graphs.adjacency = golden_adjacency();
  graphs.mask = torch::ones({1, 4});
  const CarlParts parts = network.split(graphs);
  CHECK(distance(parts.weights, {0.473204F, 0.474330F, 0.472900F, 0.473176F}) < 2e-5);
  CHECK(distance(parts.critical.narrow(1, 0, 4), {0.247924F, 0.393217F, 0.045653F, 0.702707F}) <
        2e-5);
  CHECK(distance(network.forward(graphs), {0.100314F}) < 2e-5);
}

TEST_CASE("both parts of a graph add up to the whole, and padding is in neither") {
  CarlNetwork network({.operations = 3, .nodes = 4, .layers = 1, .width = 8}, 1);
  network.eval();
  GraphBatch graphs;
  graphs.operations = torch::tensor({{0, 1, 2, 0, 0}}, torch::kInt64);
  graphs.adjacency = torch::constant_pad_nd(golden_adjacency(), {0, 1, 0, 1}, 0.0);
  graphs.mask = torch::tensor({{1.0F, 1.0F, 1.0F, 1.0F, 0.0F}});
  const CarlParts parts = network.split(graphs);
  CHECK(parts.weights[0][4].item<float>() == 0.0F);
  CHECK(parts.shares[0].item<float>() == doctest::Approx(parts.weights.sum().item<float>() / 4.0F));
  // Without the padding it is the same.
  GraphBatch bare;
  bare.operations = graphs.operations.narrow(1, 0, 4);
  bare.adjacency = golden_adjacency();
  bare.mask = torch::ones({1, 4});
  const CarlParts same = network.split(bare);
  CHECK(torch::allclose(same.critical, parts.critical, 1e-4, 1e-5));
  CHECK(torch::allclose(same.redundant, parts.redundant, 1e-4, 1e-5));
  CHECK(torch::allclose(network.forward(bare), network.forward(graphs), 1e-4, 1e-5));
}

}  // namespace
}  // namespace evonas::predictor
