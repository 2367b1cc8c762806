#include "predictor/models/arch2vec_network.hpp"

#include <cmath>

#include "base/json.hpp"
#include "models/golden.hpp"
#include "predictor/predictor_error.hpp"
#include "torch_doctest.hpp"

namespace evonas::predictor {
namespace {

constexpr double kPrintedDecimals = 2e-6;  // golden numbers have six decimals

/// The golden graph, its nodes having the first four of five operations.
GraphBatch golden_graph() {
  return {.operations = torch::arange(4).unsqueeze(0),
          .adjacency = golden_adjacency(),
          .mask = torch::ones({1, 4})};
}

Arch2VecNetwork golden_network() {
  Arch2VecNetwork network({.operations = 5, .layers = 2, .width = 8, .latent = 4}, 1);
  set_golden(network, {{"epsilon", 40},
                       {"layer0.first.weight", 41},
                       {"layer0.first.bias", 42},
                       {"layer0.second.weight", 43},
                       {"layer0.second.bias", 44},
                       {"layer1.first.weight", 45},
                       {"layer1.first.bias", 46},
                       {"layer1.second.weight", 47},
                       {"layer1.second.bias", 48},
                       {"means.weight", 49},
                       {"means.bias", 50},
                       {"log_deviations.weight", 51},
                       {"log_deviations.bias", 52},
                       {"operations.weight", 53},
                       {"operations.bias", 54}});
  return network;
}

/// Graphs of three and of four nodes.
GraphBatch two_graphs() {
  GraphBatch graphs = {.operations = torch::tensor({{0, 2, 4, 0}, {0, 1, 2, 3}}, torch::kInt64),
                       .adjacency = torch::zeros({2, 4, 4}),
                       .mask = torch::tensor({{1.0F, 1.0F, 1.0F, 0.0F}, {1.0F, 1.0F, 1.0F, 1.0F}})};
  graphs.adjacency[0][0][1] = 1.0;
  graphs.adjacency[0][1][2] = 2.0;  // read twice
  graphs.adjacency[1] = golden_adjacency()[0];
  return graphs;
}

double cross_entropy(double logit, bool truth) {
  const double probability = 1.0 / (1.0 + std::exp(-logit));
  return -std::log(truth ? probability : 1.0 - probability);
}

TEST_CASE("the encoder and the decoder of arch2vec give the golden numbers") {
  const torch::NoGradGuard no_gradients;
  Arch2VecNetwork network = golden_network();
  const GraphBatch graph = golden_graph();
  // Normalised over the nodes at hand.
  const Latents latents = network.encode(graph);
  CHECK(distance(latents.means[0][0], {.129487, .263616, .277292, .164687}) < kPrintedDecimals);
  CHECK(distance(latents.means[0][3], {.125909, .260219, .275600, .165460}) < kPrintedDecimals);
  CHECK(distance(latents.log_deviations[0][0], {-.153634, -.191195, -.142315, -.027758}) <
        kPrintedDecimals);
  CHECK(distance(network.embed(graph)[0], {.097391, .133966, .108284, .032183}) < kPrintedDecimals);
  network.eval();
  const DecodedGraphs decoded = network.decode(latents.means);
  CHECK(distance(decoded.operations[0][1], {-.089151, -.074008, -.027581, .075413, .064310}) <
        kPrintedDecimals);
  CHECK(distance(decoded.adjacency[0][0], {.190273, -.017357, -.028477, .188572}) <
        kPrintedDecimals);
  const Arch2VecLoss loss = arch2vec_loss(graph, latents, decoded);
  CHECK(loss.operations.item<double>() == doctest::Approx(0.694448).epsilon(1e-5));
  CHECK(loss.adjacency.item<double>() == doctest::Approx(0.253237).epsilon(1e-5));
  CHECK(loss.divergence.item<double>() == doctest::Approx(0.063675).epsilon(1e-5));
}

TEST_CASE("the loss of arch2vec is what its terms say, without the padding") {
  const GraphBatch graphs = two_graphs();
  const std::vector<std::int64_t> sizes = {3, 4};
  torch::manual_seed(5);
  const Latents latents = {.means = torch::randn({2, 4, 3}),
                           .log_deviations = torch::randn({2, 4, 3})};
  const DecodedGraphs decoded = {.operations = torch::randn({2, 4, 5}),
                                 .adjacency = torch::randn({2, 4, 4})};
  double operations = 0.0;
  double adjacency = 0.0;
  double divergence = 0.0;
  for (std::int64_t g = 0; g < 2; ++g) {
    for (std::int64_t i = 0; i < sizes[static_cast<std::size_t>(g)]; ++i) {
      for (std::int64_t k = 0; k < 5; ++k) {
        operations += cross_entropy(decoded.operations[g][i][k].item<double>(),
                                    graphs.operations[g][i].item<std::int64_t>() == k);
      }
      for (std::int64_t j = i + 1; j < sizes[static_cast<std::size_t>(g)]; ++j) {
        adjacency += cross_entropy(decoded.adjacency[g][i][j].item<double>(),
                                   graphs.adjacency[g][i][j].item<double>() > 0.0);
      }
      for (std::int64_t d = 0; d < 3; ++d) {
        const double mean = latents.means[g][i][d].item<double>();
        const double deviation = std::exp(latents.log_deviations[g][i][d].item<double>());
        divergence += 0.5 * (mean * mean + deviation * deviation - 1.0) - std::log(deviation);
      }
    }
  }
  const Arch2VecLoss loss = arch2vec_loss(graphs, latents, decoded);
  CHECK(loss.operations.item<double>() == doctest::Approx(operations / (7 * 5)).epsilon(1e-5));
  CHECK(loss.adjacency.item<double>() == doctest::Approx(adjacency / (9 + 16)).epsilon(1e-5));
  CHECK(loss.divergence.item<double>() == doctest::Approx(divergence / (7 * 7)).epsilon(1e-5));
  CHECK(loss.sum().item<double>() ==
        doctest::Approx(operations / 35 + adjacency / 25 + divergence / 49).epsilon(1e-5));
}

TEST_CASE(
    "a graph is encoded alike with and without padding, and with its nodes in another order") {
  const torch::NoGradGuard no_gradients;
  Arch2VecNetwork network = golden_network();
  network.encode(two_graphs());  // normalisation sees something
  network.eval();
  const torch::Tensor together = network.embed(two_graphs());
  CHECK(distance(together[1], values_of(network.embed(golden_graph())[0])) < 1e-5);
  GraphBatch small = {
      .operations = torch::tensor({{0, 2, 4}}, torch::kInt64),
      .adjacency = two_graphs().adjacency.slice(0, 0, 1).slice(1, 0, 3).slice(2, 0, 3),
      .mask = torch::ones({1, 3})};
  CHECK(distance(together[0], values_of(network.embed(small)[0])) < 1e-5);

  GraphBatch swapped = golden_graph();
  const torch::Tensor order = torch::tensor({0, 2, 1, 3}, torch::kInt64);
  swapped.operations = swapped.operations.index_select(1, order);
  swapped.adjacency = swapped.adjacency.index_select(1, order).index_select(2, order);
  CHECK(distance(together[1], values_of(network.embed(swapped)[0])) < 1e-5);
  swapped.operations[0][1] = 4;
  CHECK(distance(together[1], values_of(network.embed(swapped)[0])) > 1e-4);
}

TEST_CASE("what arch2vec's normalisation has seen does not depend on padding") {
  const torch::NoGradGuard no_gradients;
  Arch2VecNetwork narrow = golden_network();
  Arch2VecNetwork wide = golden_network();
  GraphBatch padded = golden_graph();
  padded.operations = torch::constant_pad_nd(padded.operations, {0, 3});
  padded.adjacency = torch::constant_pad_nd(padded.adjacency, {0, 3, 0, 3});
  padded.mask = torch::constant_pad_nd(padded.mask, {0, 3});
  narrow.encode(golden_graph());
  wide.encode(padded);
  narrow.eval();
  wide.eval();
  CHECK(distance(narrow.embed(golden_graph()), values_of(wide.embed(golden_graph()))) < 1e-6);
}

TEST_CASE("a network of arch2vec comes back from its state, for as many operations alone") {
  const torch::NoGradGuard no_gradients;
  Arch2VecNetwork network = golden_network();
  network.encode(two_graphs());
  network.eval();
  const nlohmann::json state = state_of(network);
  const auto again = arch2vec_network_from(state, 5);
  CHECK(distance(again->embed(two_graphs()), values_of(network.embed(two_graphs()))) == 0.0);
  CHECK_THROWS_AS(arch2vec_network_from(state, 6), PredictorError);
  nlohmann::json wrong = state;
  wrong["layers"] = 0;
  CHECK_THROWS_AS(arch2vec_network_from(wrong, 5), PredictorError);
  wrong = state;
  wrong["numbers"].erase(3);
  CHECK_THROWS(arch2vec_network_from(wrong, 5));
}

}  // namespace
}  // namespace evonas::predictor
