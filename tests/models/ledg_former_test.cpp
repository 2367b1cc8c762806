#include "predictor/models/ledg_former.hpp"

#include <cmath>

#include "contract/predictor_contract.hpp"
#include "models/golden.hpp"
#include "predictor/models/ledg_former_recipe.hpp"
#include "predictor/models/operation_texts.hpp"
#include "predictor/models/published_predictor.hpp"
#include "predictor/models/published_recipe.hpp"
#include "spaces/space_list.hpp"
#include "torch_doctest.hpp"

namespace evonas::predictor {
namespace {

/// The recipe with a model and a time that are small enough for a test.
std::shared_ptr<const PublishedRecipe> small_ledg_recipe(const GraphFeatures& features) {
  PublishedRecipe recipe = *ledg_former_recipe(features, {.epochs = 20});
  recipe.make = [texts = operation_texts(features, *carried_descriptions())](
                    std::int64_t, std::int64_t, std::uint64_t seed) {
    return std::make_shared<LedgFormer>(LedgFormerOptions{.layers = 1, .width = 32, .dropout = 0.0},
                                        texts, seed);
  };
  recipe.training.least_steps = 120;
  recipe.training.batch = 16;
  recipe.training.optimiser.learning_rate = 3e-3;
  return std::make_shared<const PublishedRecipe>(std::move(recipe));
}

TEST_CASE("LeDG-Former keeps the contract") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const auto features = std::make_shared<const GraphFeatures>(space);
  const auto recipe = small_ledg_recipe(*features);
  const auto make = [&] { return std::make_unique<PublishedPredictor>(features, recipe); };
  check_predictor(space, make, 0.2);
  check_noise(space, make);
}

TEST_CASE("heads attend to sons, fathers, grandfathers and everyone") {
  const torch::Tensor adjacency = torch::constant_pad_nd(golden_adjacency(), {0, 1, 0, 1}, 0.0);
  const torch::Tensor mask = torch::tensor({{1.0F, 1.0F, 1.0F, 1.0F, 0.0F}});
  const torch::Tensor masks = kinship_masks(adjacency, mask).to(torch::kFloat);
  // Edges 0->1, 0->2, 1->3, 2->3, 0->3; node 4 is padding.
  CHECK(distance(masks[0][0], {1, 1, 1, 1, 0, 0, 1, 0, 1, 0, 0, 0, 1,
                               1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1}) == 0.0);
  CHECK(distance(masks[0][1], {1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0, 1,
                               0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 1}) == 0.0);
  CHECK(distance(masks[0][2], {1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1,
                               0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1}) == 0.0);
  CHECK(distance(masks[0][3], {1, 1, 1, 1, 0, 1, 1, 1, 1, 0, 1, 1, 1,
                               1, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 1}) == 0.0);
}

TEST_CASE("a block of LeDG-Former computes what an independent program does") {
  LedgFormerBlock block({.layers = 1, .width = 8, .dropout = 0.0}, Dropout(0.0, 1));
  set_golden(block, {{"qkv.weight", 52},
                     {"qkv.bias", 53},
                     {"gate.weight", 54},
                     {"gate.bias", 55},
                     {"projection.weight", 56},
                     {"projection.bias", 57},
                     {"up.weight", 58},
                     {"up.bias", 59},
                     {"down.weight", 60},
                     {"down.bias", 61}});
  block.eval();
  const torch::Tensor out =
      block.forward(golden_features(8), kinship_masks(golden_adjacency(), torch::ones({1, 4})));
  CHECK(distance(out[0][0], {0.994129F, 0.775980F, 0.753101F, 0.881820F, 0.714445F, 0.112171F,
                             -0.490581F, -0.699162F}) < 2e-5);
  CHECK(distance(out[0][3], {-0.973136F, -0.791709F, -0.767145F, -0.851270F, -0.712111F, -0.258817F,
                             0.201949F, 0.420646F}) < 2e-5);
}

TEST_CASE("operations are what is said of them, and their attributes") {
  const auto descriptions = carried_descriptions();
  CHECK(descriptions->width() == 384);
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const GraphFeatures features(space);
  const torch::Tensor texts = operation_texts(features, *descriptions);
  CHECK(texts.size(0) == static_cast<std::int64_t>(features.vocabulary().width()));
  const auto row = [&](std::string_view word) {
    return texts[static_cast<std::int64_t>(
        features.vocabulary().column(graph::operation_token(word)))];
  };
  CHECK(row("nor_conv_3x3").norm().item<float>() == doctest::Approx(1.0).epsilon(0.01));
  const auto alike = [&](std::string_view a, std::string_view b) {
    return row(a).dot(row(b)).item<float>();
  };
  CHECK(alike("nor_conv_3x3", "nor_conv_1x1") > alike("nor_conv_3x3", "skip_connect"));
  // The column of operations that nobody knows is empty.
  CHECK(texts[texts.size(0) - 1].abs().sum().item<float>() == 0.0F);
}

TEST_CASE("every operation of the ready spaces and of networks is described") {
  const auto descriptions = carried_descriptions();
  for (const std::string& name : spaces::ready_space_names()) {
    const spaces::AnySpace space = spaces::make_space(name);
    Rng rng(1, "described");
    for (int i = 0; i < 5; ++i) {
      const spaces::Genotype genotype = space.sample(rng);
      for (const graph::Graph& graph : {space.cell(genotype), space.network(genotype, {})}) {
        for (const graph::Node& node : graph.nodes()) {
          CAPTURE(node.op);
          CHECK_FALSE(descriptions->text_of(node.op).empty());
        }
      }
    }
  }
}

TEST_CASE("operations that are described alike are scored alike, devices too") {
  const auto descriptions = carried_descriptions();
  const auto row = [&](const std::string& name) {
    return torch::tensor(descriptions->vector_of(name));
  };
  const std::string device(kDevicePrefix);
  const torch::Tensor texts = torch::stack({row("Input"), row(device + "pixel3"),
                                            row(device + "samsung_s7"), row(device + "1080ti_32")});
  const torch::NoGradGuard no_gradients;
  double near = 0.0;
  double far = 0.0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {  // whatever a fit would begin with
    LedgFormer model({.layers = 2, .width = 32}, texts, seed);
    model.eval();
    const auto score = [&](std::int64_t column) {
      GraphBatch graphs;
      graphs.operations = torch::tensor({{std::int64_t{0}, column}}, torch::kInt64);
      graphs.adjacency = torch::zeros({1, 2, 2});
      graphs.mask = torch::ones({1, 2});
      return model.forward(graphs).item<double>();
    };
    near += std::abs(score(1) - score(2));
    far += std::abs(score(1) - score(3));
  }
  CHECK(near < far);
  CHECK(row(device + "pixel3").dot(row(device + "samsung_s7")).item<float>() >
        row(device + "pixel3").dot(row(device + "1080ti_32")).item<float>());
}

}  // namespace
}  // namespace evonas::predictor
