#include "predictor/models/network_ensemble.hpp"

#include <cmath>

#include "base/json.hpp"
#include "contract/joint_predictor_contract.hpp"
#include "message_of.hpp"
#include "spaces/space_list.hpp"
#include "torch_doctest.hpp"

namespace evonas::predictor {
namespace {

// Small enough for a test; what counts here is what it does, not how well.
constexpr PretrainingOptions kSmallNetworks = {
    .networks = 2, .layers = 1, .width = 16, .graphs = 300, .steps = 40, .batch = 64};

std::shared_ptr<const PretrainedNetworks> pretrained(
    const spaces::AnySpace& space, const PretrainingOptions& options = kSmallNetworks) {
  return std::make_shared<const PretrainedNetworks>(GraphFeatures(space), options, FitControl{});
}

std::unique_ptr<JointPredictor> ensemble_of(
    const spaces::AnySpace& space, const std::shared_ptr<const PretrainedNetworks>& networks,
    std::size_t metrics) {
  return std::make_unique<NetworkEnsemble>(
      std::make_shared<const GraphFeatures>(space),
      [networks](const FitControl& /*control*/) { return networks; }, NetworkOptions{}, metrics);
}

std::unique_ptr<Predictor> ensemble_of(const spaces::AnySpace& space,
                                       const std::shared_ptr<const PretrainedNetworks>& networks) {
  return std::make_unique<OneMetric>(ensemble_of(space, networks, 1));
}

TEST_CASE("an ensemble of networks keeps the contract") {
  for (const std::string name : {"nasbench201", "darts"}) {  // a cell, and a pair of cells
    CAPTURE(name);
    const spaces::AnySpace space = spaces::make_space(name);
    const auto networks = pretrained(space);
    check_predictor(
        space, [&] { return ensemble_of(space, networks); }, 0.5);
  }
}

TEST_CASE("an ensemble of networks with two heads keeps the contract") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const auto networks = pretrained(space);
  check_joint_predictor(
      space, [&] { return ensemble_of(space, networks, 2); }, 0.3);
}

TEST_CASE("heads add their own weights to networks, and nothing else") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const auto networks = pretrained(space);
  const auto one = ensemble_of(space, networks, 1);
  const auto two = ensemble_of(space, networks, 2);
  const std::vector<std::vector<Label>> lists = two_metrics(space, 20);
  one->fit(std::span(lists).first(1), {});
  two->fit(lists, {});
  CHECK(two->parameters() - one->parameters() == 2 * (2 * 16 + 1));  // two networks, each 16 wide
  CHECK(one->state().at("networks").at(0).size() == 5);              // nothing about heads
  CHECK(tests::message_of<PredictorError>([&] { one->restore(two->state()); }) ==
        "a predictor of 2 metrics, expected one of 1");
}

TEST_CASE("noise of one metric leaves the labels of the other alike") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const auto networks = pretrained(space);
  std::vector<std::vector<Label>> lists = two_metrics(space, 40);
  for (Label& label : lists.front()) label.noise = 0.5;
  const auto ensemble = ensemble_of(space, networks, 2);
  ensemble->fit(lists, {});
  for (const std::vector<Prediction>& of_metric :
       ensemble->predict({&lists.front().front().genotype, 1})) {
    CHECK(std::isfinite(of_metric.front().mean));
  }
}

TEST_CASE("an ensemble of networks is not taken in by noisy labels") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const auto networks = pretrained(space);
  check_noise(space, [&] { return ensemble_of(space, networks); });
}

TEST_CASE("an ensemble learns as its options say, and by its own recipe without") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const auto networks = pretrained(space);
  const std::vector<Label> labels = made_up_labels(space, 40);
  std::vector<spaces::Genotype> block;
  for (const Label& label : labels) block.push_back(label.genotype);
  const auto predictions = [&](const FittingOptions& fitting) {
    OneMetric ensemble(std::make_unique<NetworkEnsemble>(
        std::make_shared<const GraphFeatures>(space),
        [networks](const FitControl& /*control*/) { return networks; },
        NetworkOptions{.computing = {}, .fitting = fitting}));
    ensemble.fit(labels, {});
    return ensemble.predict(block);
  };
  const std::vector<Prediction> own = predictions({});
  CHECK((predictions({.losses = "squared_error=0.5+pairwise_logistic=0.5"}) == own));
  CHECK_FALSE((predictions({.losses = "squared_error"}) == own));
  CHECK_FALSE((predictions({.validation = 0.25, .patience = 3}) == own));
}

TEST_CASE("pre-training learns the statistics of graphs") {
  const spaces::AnySpace space = spaces::make_space("nasbench101");
  PretrainingOptions longer = kSmallNetworks;
  longer.steps = 200;
  CHECK(pretrained(space, longer)->loss() < 0.8 * pretrained(space)->loss());
}

TEST_CASE("pre-training can tell costs beside the statistics of graphs, or alone") {
  for (const std::string name : {"nasbench201", "darts"}) {
    CAPTURE(name);
    const spaces::AnySpace space = spaces::make_space(name);
    PretrainingOptions with_costs = kSmallNetworks;
    with_costs.graphs = 100;
    with_costs.steps = 5;
    with_costs.costs = 1.0;
    PretrainingOptions statistics_alone = with_costs;
    statistics_alone.costs = 0.0;
    PretrainingOptions costs_alone = with_costs;
    costs_alone.statistics = 0.0;
    const nlohmann::json state = pretrained(space, with_costs)->state();
    CHECK(state == pretrained(space, with_costs)->state());
    CHECK(state != pretrained(space, statistics_alone)->state());
    CHECK(state != pretrained(space, costs_alone)->state());
    // Costs are told while there are no labels, and not kept.
    const auto ensemble = ensemble_of(space, pretrained(space, costs_alone));
    ensemble->fit(made_up_labels(space, 20), {});
    CHECK(ensemble->parameters() > 0);
  }
}

TEST_CASE("isomorphic cells have the same prediction") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const std::unique_ptr<Predictor> ensemble = ensemble_of(space, pretrained(space));
  ensemble->fit(made_up_labels(space, 40), {});
  const std::vector<spaces::Genotype> cells = {
      space.parse("|nor_conv_3x3~0|+|none~0|none~1|+|none~0|skip_connect~1|none~2|"),
      space.parse("|none~0|+|nor_conv_3x3~0|none~1|+|none~0|none~1|skip_connect~2|"),
      space.parse("|nor_conv_1x1~0|+|none~0|none~1|+|none~0|skip_connect~1|none~2|")};
  const std::vector<Prediction> predictions = ensemble->predict(cells);
  CHECK(predictions[0].mean == doctest::Approx(predictions[1].mean).epsilon(1e-5));
  CHECK(predictions[0].mean != doctest::Approx(predictions[2].mean).epsilon(1e-5));
}

TEST_CASE("pre-trained networks make the same of isomorphic cells, and other of other cells") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  std::vector<spaces::Genotype> cells(700, space.parse("|nor_conv_3x3~0|+|none~0|none~1|+|none~0|"
                                                       "skip_connect~1|none~2|"));
  cells[1] = space.parse("|none~0|+|nor_conv_3x3~0|none~1|+|none~0|none~1|skip_connect~2|");
  cells[2] = space.parse("|nor_conv_1x1~0|+|none~0|none~1|+|none~0|skip_connect~1|none~2|");
  const std::vector<double> numbers = pretrained(space)->embed(GraphFeatures(space), cells);
  const std::size_t width = 2 * 2 * 16;  // two networks, each 16 wide
  REQUIRE(numbers.size() == 700 * width);
  const auto distance = [&](std::size_t a, std::size_t b) {
    double sum = 0.0;
    for (std::size_t i = 0; i < width; ++i) {
      sum += std::abs(numbers[a * width + i] - numbers[b * width + i]);
    }
    return sum;
  };
  CHECK(distance(0, 1) < 1e-3);
  CHECK(distance(0, 2) > 1e-2);
  CHECK(distance(0, 699) < 1e-3);  // beyond the first chunk
}

TEST_CASE("pre-trained networks come back from a file, for their own space alone") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const auto networks = pretrained(space);
  const std::string bytes = checkpoint_bytes({.predictor = "networks"}, networks->state());
  const GraphFeatures features(space);
  const auto read = read_pretrained(bytes, "file", features);
  CHECK(read->loss() == networks->loss());
  CHECK(read->networks().size() == 2);
  CHECK(tests::message_of<PredictorError>([&] {
          read_pretrained(bytes, "file", GraphFeatures(spaces::make_space("nasbench101")));
        }) ==
        "file: it was fitted to architectures of other operations, or by another version of "
        "evonas; fit it again in the space that it is to be used in");
}

TEST_CASE("evonas carries pre-trained networks for the spaces of the benchmarks") {
  for (const std::string name : {"nasbench101", "nasbench201"}) {
    CAPTURE(name);
    const auto carried = carried_networks(GraphFeatures(spaces::make_space(name)));
    REQUIRE(carried != nullptr);
    CHECK(carried->networks().size() == 3);
    CHECK(carried->loss() < 0.5);  // of what would be 1 for networks that know nothing
  }
  CHECK(carried_networks(GraphFeatures(spaces::make_space("darts"))) == nullptr);
}

TEST_CASE("pre-training that is stopped is an error") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  std::stop_source stop;
  stop.request_stop();
  CHECK_THROWS_AS(
      PretrainedNetworks(GraphFeatures(space), kSmallNetworks, {.stop = stop.get_token()}),
      PredictorError);
}

}  // namespace
}  // namespace evonas::predictor
