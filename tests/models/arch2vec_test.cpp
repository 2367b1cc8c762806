#include "predictor/models/arch2vec.hpp"

#include <cmath>

#include "contract/predictor_contract.hpp"
#include "message_of.hpp"
#include "predictor/models/arch2vec_network.hpp"
#include "predictor/models/arch2vec_predictor.hpp"
#include "predictor/models/graph_batch.hpp"
#include "predictor/random_architectures.hpp"
#include "spaces/space_list.hpp"
#include "torch_doctest.hpp"

namespace evonas::predictor {
namespace {

// Small enough for a test; what counts here is what it does, not how well.
constexpr Arch2VecOptions kSmallEmbedding = {
    .layers = 2, .width = 32, .latent = 8, .graphs = 400, .epochs = 0, .least_steps = 100};

std::shared_ptr<const Arch2Vec> embedding_of(const spaces::AnySpace& space,
                                             const Arch2VecOptions& options = kSmallEmbedding) {
  return std::make_shared<const Arch2Vec>(GraphFeatures(space), options, FitControl{});
}

std::unique_ptr<Predictor> predictor_on(const spaces::AnySpace& space,
                                        const std::shared_ptr<const Arch2Vec>& embedding) {
  return std::make_unique<Arch2VecPredictor>(
      std::make_shared<const GraphFeatures>(space),
      [embedding](const FitControl& /*control*/) { return embedding; });
}

TEST_CASE("arch2vec keeps the contract") {
  for (const std::string name : {"nasbench101", "nasbench201", "darts"}) {
    CAPTURE(name);
    const spaces::AnySpace space = spaces::make_space(name);
    const auto embedding = embedding_of(space);
    check_predictor(
        space, [&] { return predictor_on(space, embedding); }, 0.3);
  }
}

TEST_CASE("arch2vec is not taken in by noisy labels") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const auto embedding = embedding_of(space);
  check_noise(space, [&] { return predictor_on(space, embedding); });
}

TEST_CASE("the embedding of arch2vec is the same for any number of threads and isomorphic cells") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const GraphFeatures features(space);
  std::vector<spaces::Genotype> cells(
      700, space.parse("|nor_conv_3x3~0|+|none~0|none~1|+|none~0|skip_connect~1|none~2|"));
  cells[1] = space.parse("|none~0|+|nor_conv_3x3~0|none~1|+|none~0|none~1|skip_connect~2|");
  cells[2] = space.parse("|nor_conv_1x1~0|+|none~0|none~1|+|none~0|skip_connect~1|none~2|");
  const auto embed = [&](std::size_t threads) {
    ThreadArena arena(threads);
    return arena.execute([&] { return embedding_of(space)->embed(features, cells); });
  };
  const std::vector<double> numbers = embed(1);
  REQUIRE(numbers.size() == 700 * 8);
  CHECK((embed(3) == numbers));
  const auto apart = [&](std::size_t a, std::size_t b) {
    double sum = 0.0;
    for (std::size_t i = 0; i < 8; ++i) sum += std::abs(numbers[8 * a + i] - numbers[8 * b + i]);
    return sum;
  };
  CHECK(apart(0, 1) < 1e-4);
  CHECK(apart(0, 2) > 1e-3);
  CHECK(apart(0, 699) < 1e-4);  // beyond the first chunk
}

TEST_CASE("arch2vec learns to give graphs back") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  Arch2VecOptions longer = kSmallEmbedding;
  longer.least_steps = 600;
  Arch2VecOptions one_step = kSmallEmbedding;
  one_step.least_steps = 1;
  const Arch2VecQuality before = embedding_of(space, one_step)->quality();
  const Arch2VecQuality after = embedding_of(space, longer)->quality();
  CHECK(after.operations > before.operations + 0.1);
  CHECK(after.edges > before.edges + 0.1);
}

/// Graphs that a network gives back exactly, one at a time.
std::size_t given_back(Arch2VecNetwork& network, const GraphFeatures& features,
                       std::span<const spaces::Genotype> block) {
  const torch::NoGradGuard no_gradients;
  std::size_t exact = 0;
  for (const spaces::Genotype& genotype : block) {
    const GraphBatch graph = graphs_of(features.view(), features.vocabulary(),
                                       std::vector<spaces::Genotype>{genotype}, Identities::Kept);
    const DecodedGraphs decoded = network.decode(network.encode(graph).means);
    bool same = true;
    for (std::int64_t i = 0; i < graph.operations.size(1); ++i) {
      same &= decoded.operations[0][i].argmax().item<std::int64_t>() ==
              graph.operations[0][i].item<std::int64_t>();
      for (std::int64_t j = i + 1; j < graph.operations.size(1); ++j) {
        same &= (decoded.adjacency[0][i][j].item<float>() > 0.0F) ==
                (graph.adjacency[0][i][j].item<float>() > 0.0F);
      }
    }
    exact += same ? 1 : 0;
  }
  return exact;
}

TEST_CASE("the quality of arch2vec counts graphs that come back exactly") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const GraphFeatures features(space);
  // Few graphs, which it can learn by heart, and some that it has not seen.
  const Arch2VecOptions options = {.layers = 2,
                                   .width = 64,
                                   .graphs = 40,
                                   .held_out = 0.0,
                                   .epochs = 0,
                                   .least_steps = 600,
                                   .learning_rate = 5e-3};
  const nlohmann::json state = embedding_of(space, options)->state();
  const auto network = arch2vec_network_from(state.at("network"), features.vocabulary().width());
  const auto learnt = random_architectures(space, 40, 1, "graphs to embed");
  std::vector<spaces::Genotype> block = random_architectures(space, 20, 1, "other graphs");
  block.insert(block.end(), learnt.begin(), learnt.end());
  const Arch2VecQuality quality = judge(*network, features, block, 1);
  const std::size_t exact = given_back(*network, features, block);
  CHECK(exact >= 8);
  CHECK(exact < 60);
  CHECK(quality.graphs * 60.0 == doctest::Approx(static_cast<double>(exact)));
  CHECK(quality.operations > quality.graphs);
  for (const double share : {quality.operations, quality.edges, quality.valid, quality.distinct}) {
    CHECK(share > 0.0);
    CHECK(share <= 1.0);
  }
  CHECK(judge(*network, features, block, 1).valid == quality.valid);
}

TEST_CASE("an embedding comes back from a file, for its own space alone") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const auto embedding = embedding_of(space);
  const std::string bytes =
      checkpoint_bytes({.predictor = "pretrained arch2vec"}, embedding->state());
  const GraphFeatures features(space);
  const auto read = read_arch2vec(bytes, "file", features);
  CHECK(read->quality().edges == embedding->quality().edges);
  const std::vector<spaces::Genotype> block = random_architectures(space, 20, 3, "file");
  CHECK((read->embed(features, block) == embedding->embed(features, block)));
  CHECK(tests::message_of<PredictorError>([&] {
          read_arch2vec(bytes, "file", GraphFeatures(spaces::make_space("nasbench101")));
        }) ==
        "file: it was fitted to architectures of other operations, or by another version of "
        "evonas; fit it again in the space that it is to be used in");
}

TEST_CASE("learning an embedding that is stopped is an error") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  std::stop_source stop;
  stop.request_stop();
  CHECK_THROWS_AS(Arch2Vec(GraphFeatures(space), kSmallEmbedding, {.stop = stop.get_token()}),
                  PredictorError);
}

}  // namespace
}  // namespace evonas::predictor
