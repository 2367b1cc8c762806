#include <algorithm>
#include <cmath>

#include "contract/predictor_contract.hpp"
#include "message_of.hpp"
#include "models/golden.hpp"
#include "predictor/models/computation_network.hpp"
#include "predictor/models/computation_predictor.hpp"
#include "predictor/random_architectures.hpp"
#include "predictor/space_graphs.hpp"
#include "spaces/space_list.hpp"
#include "torch_doctest.hpp"

namespace evonas::predictor {
namespace {

// Small enough for a test; what counts here is what it does, not how well.
constexpr ComputationFit kSmallFit = {
    .layers = 2, .width = 24, .epochs = 0, .least_steps = 200, .learning_rate = 5e-3};
constexpr ComputationOptions kSmallStart = {.layers = 2,
                                            .width = 24,
                                            .graphs = 60,
                                            .steps = 30,
                                            .label_steps = 120,
                                            .batch = 24,
                                            .learning_rate = 5e-3};

/// One cell a stage, so that networks are small.
spaces::AnySpace small_space() {
  return spaces::make_space(spaces::NasBench201Options{.channels = 4, .cells_per_stage = 1});
}

std::unique_ptr<Predictor> cg_on(const spaces::AnySpace& space,
                                 const std::shared_ptr<const ComputationStart>& start = nullptr) {
  return std::make_unique<ComputationPredictor>(
      std::make_shared<const SpaceGraphs>(space, spaces::NetworkInput{}),
      [start](const FitControl& /*control*/) { return start; }, kSmallFit);
}

/// NAS-Bench-101 cells that are better the more they compute, and others without labels.
std::vector<ComputationSource> sources_with_labels(bool with_labels) {
  const spaces::AnySpace labelled = spaces::make_space(
      spaces::NasBench101Options{.channels = 8, .stacks = 1, .modules_per_stack = 1});
  std::vector<ComputationSource> sources = {{.space = labelled, .input = {}, .labels = {}},
                                            {.space = small_space(), .input = {}, .labels = {}}};
  if (!with_labels) return sources;
  for (const spaces::Genotype& genotype : random_architectures(labelled, 80, 5, "labelled")) {
    const ComputationGraph graph = computation_graph(labelled.network(genotype, {}));
    sources[0].labels.push_back({genotype, static_cast<double>(graph.whole[1])});
  }
  return sources;
}

TEST_CASE("the computation-graph predictor keeps the contract") {
  const spaces::AnySpace space = small_space();
  check_predictor(
      space, [&] { return cg_on(space); }, 0.2);
}

TEST_CASE("the computation-graph predictor is not taken in by noisy labels") {
  const spaces::AnySpace space = small_space();
  check_noise(space, [&] { return cg_on(space); });
}

TEST_CASE("what cg has learnt of several spaces is a start for another, with labels and without") {
  const auto start = std::make_shared<const ComputationStart>(sources_with_labels(true),
                                                              kSmallStart, FitControl{});
  CHECK(start->labels() == 80);
  CHECK(start->space_count() == 2);
  const spaces::AnySpace space = small_space();
  std::vector<spaces::Genotype> block = random_architectures(space, 150, 9, "target");
  std::vector<double> values;
  for (const spaces::Genotype& genotype : block) {
    values.push_back(static_cast<double>(computation_graph(space.network(genotype, {})).whole[1]));
  }
  const auto tau_of = [&](const Predictor& predictor) {
    std::vector<double> means;
    for (const Prediction& prediction : predictor.predict(block)) {
      means.push_back(prediction.mean);
    }
    return kendall_tau_b(means, values);
  };
  // Without a label of the space it ranks by what it has learnt of the other one.
  const auto without = cg_on(space, start);
  without->fit({}, {});
  CHECK(tau_of(*without) > 0.4);
  // The file of the start says the same.
  const auto restored = cg_on(space);
  restored->restore(start->state());
  CHECK((restored->predict(block) == without->predict(block)));
  // Ten labels go on from there, and do better than without the start.
  std::vector<Label> labels;
  for (std::size_t i = 0; i < 10; ++i) labels.push_back({block[i], values[i]});
  const auto tuned = cg_on(space, start);
  tuned->fit(labels, {});
  const auto fresh = cg_on(space);
  fresh->fit(labels, {});
  CHECK((tuned->predict(block) != fresh->predict(block)));
  CHECK(tau_of(*tuned) > 0.4);
}

TEST_CASE("a start without labels embeds, but scores nothing") {
  const auto start = std::make_shared<const ComputationStart>(sources_with_labels(false),
                                                              kSmallStart, FitControl{});
  CHECK(start->labels() == 0);
  CHECK(start->contrast() > 0.0);
  const spaces::AnySpace space = small_space();
  CHECK_THROWS_AS(cg_on(space, start)->fit({}, {}), PredictorError);
  CHECK(tests::message_of<PredictorError>([&] { cg_on(space)->restore(start->state()); }) ==
        "its network has learnt no labels, so its scores mean nothing: fit it to some");
  // From a file it is the same, whatever the number of threads.
  const std::vector<spaces::Genotype> block = random_architectures(space, 100, 2, "embedded");
  const SpaceGraphs graphs(space, {});
  const std::vector<double> numbers = start->embed(graphs, block);
  CHECK(numbers.size() == 100 * 24);
  const auto read = read_computation_start(
      checkpoint_bytes({.predictor = "pretrained cg"}, start->state()), "file");
  ThreadArena arena(3);
  CHECK((arena.execute([&] { return read->embed(graphs, block); }) == numbers));
  const auto again = arena.execute([&] {
    return std::make_shared<const ComputationStart>(sources_with_labels(false), kSmallStart,
                                                    FitControl{});
  });
  CHECK((again->embed(graphs, block) == numbers));
}

TEST_CASE("cg scores isomorphic networks alike, whatever stands beside them") {
  const spaces::AnySpace space = small_space();
  const auto predictor = cg_on(space);
  predictor->fit(made_up_labels(space, 40), {});
  const std::vector<spaces::Genotype> cells = {
      space.parse("|nor_conv_3x3~0|+|none~0|none~1|+|none~0|skip_connect~1|none~2|"),
      space.parse("|none~0|+|nor_conv_3x3~0|none~1|+|none~0|none~1|skip_connect~2|"),
      space.parse("|nor_conv_1x1~0|+|none~0|none~1|+|none~0|skip_connect~1|none~2|")};
  const std::vector<Prediction> predictions = predictor->predict(cells);
  CHECK(predictions[0].mean == doctest::Approx(predictions[1].mean).epsilon(1e-4));
  CHECK(predictions[0].mean != doctest::Approx(predictions[2].mean).epsilon(1e-4));
  const std::vector<Prediction> alone = predictor->predict(std::span(cells).last(1));
  CHECK(alone[0].mean == doctest::Approx(predictions[2].mean).epsilon(1e-4));
}

TEST_CASE("graphs whose spectra differ are contrasted") {
  // A path and a star of five nodes: eigenvalues of the normalised Laplacian by hand.
  ComputationGraph path;
  ComputationGraph star;
  for (std::uint32_t node = 0; node < 5; ++node) {
    for (ComputationGraph* graph : {&path, &star}) {
      graph->operators.push_back(0);
      graph->numbers.resize(graph->operators.size() * kNodeNumbers, 0.0F);
    }
    if (node > 0) {
      path.edges.push_back({.from = node - 1, .to = node});
      star.edges.push_back({.from = 0, .to = node});
    }
  }
  const torch::Tensor spectra = spectra_of(std::vector{path, star}, 5);
  const auto cosine = [](double k) { return static_cast<float>(1.0 - std::cos(k * M_PI / 4.0)); };
  CHECK(distance(spectra[0], {cosine(0), cosine(1), cosine(2), cosine(3), cosine(4)}) < 1e-5);
  CHECK(distance(spectra[1], {0.0F, 1.0F, 1.0F, 1.0F, 2.0F}) < 1e-5);
}

TEST_CASE("the network of cg computes what an independent program does") {
  ComputationGraph graph;
  for (std::uint32_t node = 0; node < 4; ++node) {
    graph.operators.push_back(node);
    for (std::size_t i = 0; i < kNodeNumbers; ++i) {
      graph.numbers.push_back(
          static_cast<float>(std::cos(static_cast<double>(node) + 0.3 * static_cast<double>(i))));
    }
  }
  graph.edges = {{0, 1}, {0, 2}, {1, 3}, {2, 3}, {0, 3}};
  for (std::size_t i = 0; i < kWholeNumbers; ++i) {
    graph.whole[i] = static_cast<float>(std::cos(0.3 * static_cast<double>(i)));
  }
  ComputationNetwork network({.layers = 1, .width = 4}, 1);
  set_golden(network, {{"operator", 30},
                       {"numbers.weight", 31},
                       {"numbers.bias", 32},
                       {"layer0.map.weight", 33},
                       {"layer0.map.bias", 34},
                       {"read_out.weight", 35},
                       {"read_out.bias", 36},
                       {"hidden.weight", 37},
                       {"hidden.bias", 38},
                       {"score.weight", 39},
                       {"score.bias", 40}});
  network.eval();
  // The same graph twice, so that the second one's nodes have other numbers.
  const torch::Tensor embedding = network.embed(joined(std::vector{graph, graph}));
  for (const std::int64_t i : {0, 1}) {
    CHECK(distance(embedding[i], {0.053390F, 0.124002F, 0.138951F, 0.090146F}) < 2e-5);
  }
  CHECK(distance(network.score(embedding), {-0.008900F, -0.008900F}) < 2e-5);
}

TEST_CASE("learning of spaces that is stopped, or of none, is an error") {
  std::stop_source stop;
  stop.request_stop();
  CHECK_THROWS_AS(
      ComputationStart(sources_with_labels(false), kSmallStart, {.stop = stop.get_token()}),
      PredictorError);
  CHECK_THROWS_AS(ComputationStart({}, kSmallStart, {}), PredictorError);
  CHECK_THROWS_AS(read_computation_start("nothing", "file"), PredictorError);
}

}  // namespace
}  // namespace evonas::predictor
