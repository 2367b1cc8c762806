#include "predictor/models/network_predictor.hpp"

#include <cmath>

#include "contract/predictor_contract.hpp"
#include "models/golden.hpp"
#include "predictor/models/nar_former_v2.hpp"
#include "predictor/models/network_recipe.hpp"
#include "predictor/models/nn_former_networks.hpp"
#include "predictor/models/nnlp.hpp"
#include "predictor/models/node_costs.hpp"
#include "spaces/space_list.hpp"
#include "torch_doctest.hpp"

namespace evonas::predictor {
namespace {

const spaces::NetworkInput kSmallImages{.height = 8, .width = 8};

spaces::AnySpace small_cells() {
  return spaces::make_space(spaces::NasBench201Options{.channels = 4, .cells_per_stage = 1});
}

/// The recipes with models and times that are small enough for a test.
std::vector<NetworkRecipe> small_network_recipes() {
  NetworkRecipe nnlp = NetworkRecipe::nnlp();
  nnlp.make = [](std::int64_t operators, std::int64_t, std::uint64_t seed) {
    return std::make_shared<Nnlp>(NnlpOptions{.operators = operators, .width = 32}, seed);
  };
  NetworkRecipe v2 = NetworkRecipe::nar_former_v2();
  v2.make = [](std::int64_t, std::int64_t, std::uint64_t seed) {
    NarFormerV2Options options = NarFormerV2Options::networks();
    options.layers = 1;
    options.width = 64;
    return std::make_shared<NarFormerV2>(options, seed);
  };
  NetworkRecipe nn = NetworkRecipe::nn_former();
  nn.make = [](std::int64_t operators, std::int64_t, std::uint64_t seed) {
    return std::make_shared<NnFormerNetworks>(
        NnFormerNetworksOptions{.operators = operators, .layers = 1, .width = 32}, seed);
  };
  std::vector<NetworkRecipe> recipes = {nnlp, NetworkRecipe::node_costs(), v2, nn};
  for (NetworkRecipe& recipe : recipes) {
    recipe.training.epochs = 20;
    recipe.training.least_steps = 150;
    recipe.training.optimiser.learning_rate = 3e-3;
  }
  return recipes;
}

std::unique_ptr<NetworkPredictor> predictor_of(const NetworkRecipe& recipe,
                                               const spaces::AnySpace& space) {
  return std::make_unique<NetworkPredictor>(space, kSmallImages,
                                            std::make_shared<const NetworkRecipe>(recipe));
}

/// A model for graphs of four nodes with few attributes, by its place in the list below.
std::vector<std::shared_ptr<GraphModel>> tiny_models() {
  NarFormerV2Options v2 = NarFormerV2Options::networks();
  v2.operations = 4;
  v2.attributes = 3;
  v2.statics = 2;
  v2.width = 16;
  return {
      std::make_shared<Nnlp>(
          NnlpOptions{.operators = 4, .attributes = 3, .statics = 2, .width = 16}, 1),
      std::make_shared<NodeCosts>(NodeCostsOptions{.operators = 4, .attributes = 3, .statics = 2},
                                  1),
      std::make_shared<NnFormerNetworks>(
          NnFormerNetworksOptions{.operators = 4, .attributes = 3, .statics = 2, .width = 16}, 1),
      std::make_shared<NarFormerV2>(v2, 1)};
}

GraphBatch tiny_networks() {
  return {.operations = torch::arange(4).unsqueeze(0),
          .adjacency = golden_adjacency(),
          .mask = torch::ones({1, 4}),
          .attributes = golden_features(3),
          .statics = torch::tensor({.5F, .25F}).unsqueeze(0)};
}

float score_of_network(GraphModel& model, const GraphBatch& graphs) {
  const torch::NoGradGuard no_gradients;
  model.eval();
  return model.forward(graphs)[0].item<float>();
}

TEST_CASE("models of whole networks keep the contract") {
  const spaces::AnySpace space = small_cells();
  for (const NetworkRecipe& recipe : small_network_recipes()) {
    CAPTURE(recipe.model);
    check_predictor(
        space, [&] { return predictor_of(recipe, space); }, 0.2);
  }
}

TEST_CASE("networks score in bfloat16 where that is asked for, and are fitted in float32") {
  const spaces::AnySpace space = small_cells();
  const auto recipe = std::make_shared<const NetworkRecipe>(small_network_recipes().front());
  const std::vector<Label> labels = made_up_labels(space, 60);
  std::vector<spaces::Genotype> block;
  for (const Label& label : labels) block.push_back(label.genotype);
  const auto means_of = [&](const Predictor& fitted) {
    std::vector<double> means;
    for (const Prediction& prediction : fitted.predict(block)) means.push_back(prediction.mean);
    return means;
  };
  NetworkPredictor exact(space, kSmallImages, recipe);
  exact.fit(labels, {});
  NetworkPredictor rough(space, kSmallImages, recipe, {.precision = "bfloat16"});
  rough.fit(labels, {});
  CHECK((means_of(rough) != means_of(exact)));
  CHECK(kendall_tau_b(means_of(rough), means_of(exact)) > 0.9);
  CHECK((rough.state() == exact.state()));
  CHECK_THROWS_AS(NetworkPredictor(space, kSmallImages, recipe, {.device = "tpu"}), PredictorError);
}

TEST_CASE("padding changes no score of a network") {
  for (const auto& model : tiny_models()) {
    const GraphBatch graphs = tiny_networks();
    // Weights that begin at zero would hide what padding does.
    const torch::NoGradGuard no_gradients;
    torch::manual_seed(1);
    for (torch::Tensor& weight : model->parameters()) weight.add_(0.1 * torch::randn_like(weight));
    GraphBatch padded = graphs;
    padded.operations = torch::constant_pad_nd(graphs.operations, {0, 3}, 2);
    padded.adjacency = torch::constant_pad_nd(graphs.adjacency, {0, 3, 0, 3});
    padded.mask = torch::constant_pad_nd(graphs.mask, {0, 3});
    padded.attributes = torch::constant_pad_nd(graphs.attributes, {0, 0, 0, 3}, 0.7);
    const float plain = score_of_network(*model, graphs);
    CHECK(plain > 0.0F);
    CHECK(score_of_network(*model, padded) == doctest::Approx(plain).epsilon(1e-5));
  }
}

TEST_CASE("models of whole networks see operators, attributes and static numbers") {
  for (const auto& model : tiny_models()) {
    const torch::NoGradGuard no_gradients;
    torch::manual_seed(1);
    for (torch::Tensor& weight : model->parameters()) weight.add_(0.1 * torch::randn_like(weight));
    const float plain = score_of_network(*model, tiny_networks());
    GraphBatch changed = tiny_networks();
    changed.operations = torch::tensor({0, 1, 1, 3}).unsqueeze(0);
    CHECK(score_of_network(*model, changed) != doctest::Approx(plain).epsilon(1e-6));
    changed = tiny_networks();
    changed.attributes[0][2][1] += 0.5;
    CHECK(score_of_network(*model, changed) != doctest::Approx(plain).epsilon(1e-6));
    changed = tiny_networks();
    changed.statics[0][0] += 0.5;
    CHECK(score_of_network(*model, changed) != doctest::Approx(plain).epsilon(1e-6));
  }
}

TEST_CASE("a network costs what its nodes cost, give or take a residual") {
  NodeCosts model({.operators = 4, .attributes = 3, .statics = 2, .nodes = 4}, 1);
  const torch::NoGradGuard no_gradients;
  CHECK(score_of_network(model, tiny_networks()) == doctest::Approx(1.0));  // untrained
  torch::manual_seed(1);
  for (torch::Tensor& weight : model.parameters()) weight.add_(torch::randn_like(weight));
  const float sum = model.costs(tiny_networks()).sum().item<float>();
  const float score = score_of_network(model, tiny_networks());
  CHECK(score >= 0.74F * sum);
  CHECK(score <= 1.26F * sum);
  CHECK(model.costs(tiny_networks()).min().item<float>() > 0.0F);
}

TEST_CASE("NNLP and the costs of nodes give the golden numbers") {
  Nnlp nnlp({.operators = 4, .attributes = 3, .statics = 2, .width = 4}, 1);
  set_golden(nnlp, {{"layer0.neighbours.weight", 0},
                    {"layer0.neighbours.bias", 1},
                    {"layer0.root.weight", 2},
                    {"layer1.neighbours.weight", 3},
                    {"layer1.neighbours.bias", 4},
                    {"layer1.root.weight", 5},
                    {"head.first.weight", 6},
                    {"head.first.bias", 7},
                    {"head.second.weight", 8},
                    {"head.second.bias", 9},
                    {"head.last.weight", 10},
                    {"head.last.bias", 11}});
  CHECK(score_of_network(nnlp, tiny_networks()) == doctest::Approx(.7203357).epsilon(1e-5));
  NodeCosts costs({.operators = 4, .attributes = 3, .statics = 2, .width = 5}, 1);
  set_golden(costs, {{"first.weight", 0},
                     {"first.bias", 1},
                     {"second.weight", 2},
                     {"second.bias", 3},
                     {"last.weight", 4},
                     {"last.bias", 5},
                     {"straight.weight", 6},
                     {"residual_hidden.weight", 7},
                     {"residual_hidden.bias", 8},
                     {"residual.weight", 9},
                     {"residual.bias", 10}});
  const torch::NoGradGuard no_gradients;
  CHECK(distance(costs.costs(tiny_networks()), {.853410F, 1.030097F, 1.241728F, 1.213221F}) < 1e-5);
  CHECK(score_of_network(costs, tiny_networks()) == doctest::Approx(4.227877).epsilon(1e-5));
}

TEST_CASE("labels that add up over nodes are learnt, and told for another space") {
  const spaces::AnySpace space = small_cells();
  const spaces::AnySpace wider =
      spaces::make_space(spaces::NasBench201Options{.channels = 6, .cells_per_stage = 2});
  // Nanoseconds: what is computed, what is moved, and a call of each operator.
  const auto latency_of = [](const NetworkGraph& network) {
    return 1e-6 *
           (network.macs / 4.0 + network.memory + 2e3 * static_cast<double>(network.nodes.size()));
  };
  std::vector<Label> labels;
  for (const Label& label : made_up_labels(space, 150)) {
    const std::vector<spaces::Genotype> one = {label.genotype};
    labels.push_back({label.genotype, latency_of(network_graphs(space, kSmallImages, one)[0])});
  }
  const NetworkRecipe recipe = NetworkRecipe::node_costs();
  const auto fitted = predictor_of(recipe, space);
  fitted->fit(labels, {.seed = 5});
  const auto elsewhere = predictor_of(recipe, wider);
  elsewhere->restore(fitted->state());
  const auto mean_error = [&](const Predictor& predictor, const spaces::AnySpace& tested) {
    std::vector<spaces::Genotype> unseen;
    Rng rng(7, "unseen");
    for (int i = 0; i < 50; ++i) unseen.push_back(tested.sample(rng));
    const std::vector<NetworkGraph> networks = network_graphs(tested, kSmallImages, unseen);
    const std::vector<Prediction> predictions = predictor.predict(unseen);
    double error = 0.0;
    for (std::size_t i = 0; i < unseen.size(); ++i) {
      error += std::abs(predictions[i].mean / latency_of(networks[i]) - 1.0) / 50.0;
      CHECK(predictions[i].deviation > 0.0);
    }
    return error;
  };
  CHECK(mean_error(*fitted, space) < 0.1);
  CHECK(mean_error(*elsewhere, wider) < 0.5);
}

}  // namespace
}  // namespace evonas::predictor
