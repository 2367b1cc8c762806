#include "predictor/models/published_predictor.hpp"

#include "contract/predictor_contract.hpp"
#include "predictor/models/gnn.hpp"
#include "predictor/models/graph_batch.hpp"
#include "predictor/models/nar_former.hpp"
#include "predictor/models/nar_former_v2.hpp"
#include "predictor/models/nn_former.hpp"
#include "predictor/models/published_recipe.hpp"
#include "spaces/space_list.hpp"
#include "torch_doctest.hpp"

namespace evonas::predictor {
namespace {

/// The recipes with models and times that are small enough for a test.
std::vector<PublishedRecipe> small_recipes() {
  PublishedRecipe nar = PublishedRecipe::nar_former();
  nar.make = [](std::int64_t, std::int64_t, std::uint64_t seed) {
    return std::make_shared<NarFormer>(NarFormerOptions{.code_width = 16, .layers = 1}, seed);
  };
  PublishedRecipe v2 = PublishedRecipe::nar_former_v2();
  v2.make = [](std::int64_t, std::int64_t, std::uint64_t seed) {
    return std::make_shared<NarFormerV2>(NarFormerV2Options{.layers = 1, .width = 64}, seed);
  };
  PublishedRecipe nn = PublishedRecipe::nn_former();
  nn.make = [](std::int64_t, std::int64_t, std::uint64_t seed) {
    return std::make_shared<NnFormer>(NnFormerOptions{.layers = 1, .width = 32}, seed);
  };
  PublishedRecipe sage = PublishedRecipe::graphsage();
  sage.make = [](std::int64_t operations, std::int64_t nodes, std::uint64_t seed) {
    return std::make_shared<Gnn>(
        GnnOptions{.operations = operations, .nodes = nodes, .layers = 2, .width = 32}, seed);
  };
  PublishedRecipe gin = PublishedRecipe::gin();
  gin.make = [](std::int64_t operations, std::int64_t nodes, std::uint64_t seed) {
    return std::make_shared<Gnn>(GnnOptions{.kind = GnnOptions::Kind::Gin,
                                            .operations = operations,
                                            .nodes = nodes,
                                            .layers = 2,
                                            .width = 32},
                                 seed);
  };
  std::vector<PublishedRecipe> recipes = {nar, v2, nn, sage, gin};
  for (PublishedRecipe& recipe : recipes) {
    recipe.training.epochs = 20;
    recipe.training.batch = 16;
    recipe.training.average = 0.0;
    recipe.training.optimiser.learning_rate = 3e-3;
  }
  return recipes;
}

TEST_CASE("the published models keep the contract") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const auto features = std::make_shared<const GraphFeatures>(space);
  for (const PublishedRecipe& recipe : small_recipes()) {
    CAPTURE(recipe.model);
    check_predictor(
        space,
        [&] {
          return std::make_unique<PublishedPredictor>(
              features, std::make_shared<const PublishedRecipe>(recipe));
        },
        0.2);
  }
}

TEST_CASE("models with losses of pairs are not taken in by noisy labels") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const auto features = std::make_shared<const GraphFeatures>(space);
  for (const PublishedRecipe& recipe : small_recipes()) {
    if (recipe.labels != LabelScale::Kind::RankNormal) continue;
    CAPTURE(recipe.model);
    check_noise(space, [&] {
      return std::make_unique<PublishedPredictor>(features,
                                                  std::make_shared<const PublishedRecipe>(recipe));
    });
  }
}

/// Keeps a fit in memory, every seven steps.
class KeptInMemory final : public FitKeeper {
 public:
  nlohmann::json kept() override { return state_; }
  bool is_due() override { return ++asked_ % 7 == 0; }
  void keep(const nlohmann::json& state) override { state_ = state; }

 private:
  nlohmann::json state_;
  int asked_ = 0;
};

TEST_CASE("a fit that was stopped goes on to the same end") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const auto features = std::make_shared<const GraphFeatures>(space);
  const std::vector<Label> labels = made_up_labels(space, 60);
  for (PublishedRecipe recipe : small_recipes()) {
    CAPTURE(recipe.model);
    recipe.training.least_steps = 0;
    recipe.training.average = 0.9;
    recipe.training.validation = recipe.model == "gin" ? 0.25 : 0.0;
    recipe.training.losses.push_back({Loss::PermutedPairs, 0.1});
    const auto make = [&] {
      return PublishedPredictor(features, std::make_shared<const PublishedRecipe>(recipe));
    };
    std::vector<LearningPoint> whole_curve;
    const auto add_to = [](std::vector<LearningPoint>& curve) {
      return [&curve](const LearningPoint& point, const PredictBlock& /*predict*/) {
        curve.push_back(point);
      };
    };
    PublishedPredictor whole = make();
    whole.fit(labels, {.seed = 3, .on_point = add_to(whole_curve)});

    KeptInMemory keeper;
    std::vector<LearningPoint> curve;
    for (const double share : {0.3, 0.6}) {  // stopped, and then stopped again
      std::stop_source stop;
      const auto stop_then = [&](double done) {
        if (done >= share) stop.request_stop();
      };
      PublishedPredictor stopped = make();
      CHECK_THROWS_AS(stopped.fit(labels, {.seed = 3,
                                           .stop = stop.get_token(),
                                           .progress = stop_then,
                                           .on_point = add_to(curve),
                                           .keeper = &keeper}),
                      PredictorError);
      CHECK_FALSE(keeper.kept().is_null());
    }
    PublishedPredictor last = make();
    last.fit(labels, {.seed = 3, .on_point = add_to(curve), .keeper = &keeper});
    CHECK((last.state() == whole.state()));
    REQUIRE(curve.size() == whole_curve.size());
    for (std::size_t i = 0; i < curve.size(); ++i) {
      CHECK(curve[i].epoch == whole_curve[i].epoch);
      CHECK(curve[i].loss == doctest::Approx(whole_curve[i].loss));
    }
  }
}

TEST_CASE("NN-Former is there with siblings as in the paper and as in the released code") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const auto features = std::make_shared<const GraphFeatures>(space);
  const GraphFeatures& known = *features;
  std::vector<spaces::Genotype> cells;
  for (const Label& label : made_up_labels(space, 8)) cells.push_back(label.genotype);
  const GraphBatch graphs = graphs_of(known.view(), known.vocabulary(), cells, Identities::Kept);
  const auto scores = [&](const std::string& name) {
    const auto model = published_recipe(name)->make(
        static_cast<std::int64_t>(known.vocabulary().width()), graphs.operations.size(1), 1);
    model->eval();
    const torch::NoGradGuard no_gradients;
    return model->forward(graphs);
  };
  NnFormer released({.tokens_make_siblings = true}, 1);
  released.eval();
  const torch::NoGradGuard no_gradients;
  CHECK(scores("nn_former_published").equal(released.forward(graphs)));
  CHECK_FALSE(scores("nn_former_published").allclose(scores("nn_former")));
  CHECK(published_recipe("nn_former_published")->model == "nn_former_published");
}

TEST_CASE("GraphSAGE and GIN score equal networks equally") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const auto features = std::make_shared<const GraphFeatures>(space);
  // One convolution between input and output, by two ways; then another one.
  const std::vector<spaces::Genotype> cells = {
      space.parse("|nor_conv_3x3~0|+|none~0|none~1|+|none~0|skip_connect~1|none~2|"),
      space.parse("|none~0|+|nor_conv_3x3~0|skip_connect~1|+|none~0|none~1|skip_connect~2|"),
      space.parse("|nor_conv_1x1~0|+|none~0|none~1|+|none~0|skip_connect~1|none~2|")};
  for (const std::string name : {"graphsage", "gin"}) {
    CAPTURE(name);
    PublishedPredictor predictor(features, published_recipe(name, {.epochs = 5}));
    predictor.fit(made_up_labels(space, 40), {});
    const std::vector<Prediction> predictions = predictor.predict(cells);
    CHECK(predictions[0].mean == doctest::Approx(predictions[1].mean).epsilon(1e-5));
    CHECK(predictions[0].mean != doctest::Approx(predictions[2].mean).epsilon(1e-5));
  }
}

}  // namespace
}  // namespace evonas::predictor
