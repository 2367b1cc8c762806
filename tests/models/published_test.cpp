// The published models against golden numbers of an independent implementation, their numbers of
// parameters, and what must hold for any input.

#include <algorithm>
#include <numeric>
#include <random>

#include "models/golden.hpp"
#include "predictor/models/gnn.hpp"
#include "predictor/models/nar_former.hpp"
#include "predictor/models/nar_former_v2.hpp"
#include "predictor/models/nn_former.hpp"
#include "predictor/predictor_error.hpp"
#include "torch_doctest.hpp"

namespace evonas::predictor {
namespace {

constexpr double kPrinted = 2e-6;  // golden numbers have six decimals

std::int64_t parameters(const torch::nn::Module& module) {
  std::int64_t count = 0;
  for (const torch::Tensor& parameter : module.parameters()) count += parameter.numel();
  return count;
}

/// One graph of the nodes in the given order.
GraphBatch graph(const std::vector<std::int64_t>& operations,
                 const std::vector<std::pair<int, int>>& edges, std::int64_t padding = 0) {
  const auto nodes = static_cast<std::int64_t>(operations.size());
  GraphBatch batch;
  batch.operations = torch::zeros({1, nodes + padding}, torch::kInt64);
  batch.adjacency = torch::zeros({1, nodes + padding, nodes + padding});
  batch.mask = torch::zeros({1, nodes + padding});
  for (std::int64_t i = 0; i < nodes; ++i) {
    batch.operations[0][i] = operations[static_cast<std::size_t>(i)];
    batch.mask[0][i] = 1.0;
  }
  for (const auto& [from, to] : edges) batch.adjacency[0][from][to] = 1.0;
  return batch;
}

const std::vector<std::int64_t> kOperations = {0, 1, 2, 3, 1, 4};
const std::vector<std::pair<int, int>> kEdges = {{0, 1}, {0, 2}, {1, 3}, {2, 3},
                                                 {0, 4}, {2, 4}, {3, 5}, {4, 5}};

float score(GraphModel& model, const GraphBatch& graphs) {
  const torch::NoGradGuard no_gradients;
  model.eval();
  return model.forward(graphs)[0].item<float>();
}

TEST_CASE("the models have the published numbers of parameters") {
  CHECK(parameters(NarFormer({}, 1)) == 4822081);
  CHECK(parameters(NarFormerV2(NarFormerV2Options::cells(), 1)) == 8582535);
  CHECK(parameters(NarFormerV2(NarFormerV2Options::networks(), 1)) == 2310921);
  CHECK(parameters(NnFormer({}, 1)) == 4934081);
}

TEST_CASE("a layer of NAR-Former V2 gives the golden numbers") {
  NarFormerV2Options options;
  options.width = 8;
  options.groups = 2;
  options.expansion = 2;
  options.layer_scale = 0.5;
  NarFormerV2Layer layer(6, options, {0.0, 1});
  set_golden(layer, {{"degree_weight", 0},
                     {"degree_bias", 1},
                     {"query_key.weight", 2},
                     {"query_key.bias", 3},
                     {"neighbours.weight", 4},
                     {"neighbours.bias", 5},
                     {"root.weight", 6},
                     {"up.weight", 7},
                     {"up.bias", 8},
                     {"down.weight", 9},
                     {"down.bias", 10}});
  layer.eval();
  const torch::Tensor x = golden_features(6);
  const torch::Tensor adjacency = golden_adjacency();
  const torch::Tensor edges = adjacency + adjacency.transpose(1, 2);
  CHECK(distance(layer.attention(x, edges)[0],
                 {0, .334044, .333173, .332782, .500719, 0, 0, .499280, .499661, 0, 0, .500339,
                  .332952, .333253, .333795, 0}) < kPrinted);
  CHECK(distance(layer.aggregate(x, edges)[0][0],
                 {.215969, .268261, 0, .687221, .352263, 0, .032173, 0}) < kPrinted);
  const torch::Tensor y = layer.forward(x, edges)[0];
  CHECK(distance(y[0], {-.232661, -.143950, .075561, 1.472501, .745341, .442111, .001047,
                        -.804062}) < kPrinted);
  CHECK(distance(y[3], {-.380965, -.251157, .508448, .806898, .763545, .652528, -.155252,
                        -.742643}) < kPrinted);
}

TEST_CASE("a block of NN-Former gives the golden numbers") {
  NnFormerOptions options;
  options.width = 8;
  options.expansion = 2;
  NnFormerBlock block(options, {0.0, 1});
  set_golden(block, {{"qkv.weight", 20},
                     {"projection.weight", 21},
                     {"up.weight", 22},
                     {"aggregate.weight", 23},
                     {"down.weight", 24}});
  block.eval();
  const torch::Tensor adjacency = golden_adjacency();
  const torch::Tensor masks = sibling_masks(adjacency);
  CHECK(distance(masks[0][2], {1, 0, 0, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1}) == 0.0);
  CHECK(distance(masks[0][3], {1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0, 1}) == 0.0);
  const torch::Tensor x = golden_features(8);
  CHECK(distance(block.attend(x, masks)[0][0], {.990171, .862768, .691578, .506703, .317880,
                                                .116653, -.111503, -.371297}) < kPrinted);
  const torch::Tensor y = block.forward(x, masks, adjacency)[0];
  CHECK(distance(y[0], {.944272, 1.203701, .875900, .240606, .025520, .264050, .240701, -.375696}) <
        kPrinted);
  CHECK(distance(y[3], {-1.144444, -1.062163, -.794997, -.525137, -.356599, -.203403, .041691,
                        .329684}) < kPrinted);
}

TEST_CASE("tokens that count as parents and children make siblings of all nodes") {
  // The graph of a cell of NAS-Bench-201, and the same between a class and a depth token.
  const std::vector<std::pair<int, int>> edges = {{0, 1}, {0, 2}, {0, 4}, {1, 3}, {1, 5},
                                                  {2, 6}, {3, 6}, {4, 7}, {5, 7}, {6, 7}};
  const torch::Tensor alone = graph({0, 1, 1, 1, 1, 1, 1, 2}, edges).adjacency;
  const torch::Tensor between = torch::constant_pad_nd(alone, {1, 1, 1, 1}, 1.0);
  for (const std::int64_t head : {2, 3}) {
    CHECK(sibling_masks(alone)[0][head].count_nonzero().item<std::int64_t>() == 16);
    CHECK(sibling_masks(between)[0][head].count_nonzero().item<std::int64_t>() == 100);
  }
}

TEST_CASE("GraphSAGE and GIN give the golden numbers") {
  GraphBatch graphs;
  graphs.operations = torch::arange(4).unsqueeze(0);
  graphs.adjacency = golden_adjacency();
  graphs.adjacency[0][0][2] = 2.0;  // read twice
  graphs.mask = torch::ones({1, 4});
  graphs.attributes = torch::tensor({.1F, .2F, .3F, .4F}).view({1, 4, 1});
  GnnOptions options{.operations = 4, .nodes = 5, .layers = 2, .width = 4};
  Gnn sage(options, 1);
  set_golden(sage, {{"operation", 0},
                    {"node_width", 1},
                    {"layer0.map.weight", 2},
                    {"layer0.map.bias", 3},
                    {"layer1.map.weight", 4},
                    {"layer1.map.bias", 5},
                    {"hidden.weight", 6},
                    {"hidden.bias", 7},
                    {"score.weight", 8},
                    {"score.bias", 9}});
  CHECK(std::abs(score(sage, graphs) + .058551F) < kPrinted);
  options.kind = GnnOptions::Kind::Gin;
  Gnn gin(options, 1);
  set_golden(gin, {{"operation", 0},
                   {"node_width", 1},
                   {"layer0.epsilon", 2},
                   {"layer0.first.weight", 3},
                   {"layer0.first.bias", 4},
                   {"layer0.second.weight", 5},
                   {"layer0.second.bias", 6},
                   {"layer1.epsilon", 7},
                   {"layer1.first.weight", 8},
                   {"layer1.first.bias", 9},
                   {"layer1.second.weight", 10},
                   {"layer1.second.bias", 11},
                   {"hidden.weight", 12},
                   {"hidden.bias", 13},
                   {"score.weight", 14},
                   {"score.bias", 15}});
  CHECK(std::abs(score(gin, graphs) + .024426F) < kPrinted);
}

TEST_CASE("a sum of neighbours tells how many are alike, a mean does not") {
  const auto difference = [](GnnOptions::Kind kind) {
    Gnn model({.kind = kind, .operations = 5, .nodes = 3}, 1);
    const GraphBatch once = graph({0, 1, 4}, {{0, 1}, {1, 2}});
    GraphBatch twice = graph({0, 1, 4}, {{0, 1}, {1, 2}});
    twice.adjacency[0][1][2] = 2.0;
    return std::abs(score(model, once) - score(model, twice));
  };
  CHECK(difference(GnnOptions::Kind::Sage) < 1e-6F);
  CHECK(difference(GnnOptions::Kind::Gin) > 1e-4F);
}

TEST_CASE("GraphSAGE and GIN see the direction of edges") {
  for (const GnnOptions::Kind kind : {GnnOptions::Kind::Sage, GnnOptions::Kind::Gin}) {
    Gnn model({.kind = kind, .operations = 5, .nodes = 3}, 1);
    const float forwards = score(model, graph({1, 2, 1}, {{0, 1}, {0, 2}}));
    CHECK(std::abs(score(model, graph({1, 2, 1}, {{1, 0}, {2, 0}})) - forwards) > 1e-4F);
  }
}

TEST_CASE("padding changes no score") {
  torch::manual_seed(1);
  NarFormer nar({}, 1);
  NarFormerV2 v2(NarFormerV2Options::cells(), 1);
  NnFormer nn({}, 1);
  NnFormer published({.tokens_make_siblings = true}, 1);
  Gnn sage({.kind = GnnOptions::Kind::Sage, .operations = 5, .nodes = 6}, 1);
  Gnn gin({.kind = GnnOptions::Kind::Gin, .operations = 5, .nodes = 6}, 1);
  for (GraphModel* model :
       std::initializer_list<GraphModel*>{&nar, &v2, &nn, &published, &sage, &gin}) {
    const float plain = score(*model, graph(kOperations, kEdges));
    GraphBatch padded = graph(kOperations, kEdges, 3);
    padded.operations.narrow(1, 6, 3).fill_(2);  // whatever padding holds
    CHECK(score(*model, padded) == doctest::Approx(plain).epsilon(1e-5));
    CHECK(std::isfinite(plain));
  }
}

TEST_CASE("models without position codes score every topological order of a graph equally") {
  torch::manual_seed(1);
  NnFormer nn({}, 1);
  NnFormer published({.tokens_make_siblings = true}, 1);
  Gnn sage({.kind = GnnOptions::Kind::Sage, .operations = 5, .nodes = 6}, 1);
  Gnn gin({.kind = GnnOptions::Kind::Gin, .operations = 5, .nodes = 6}, 1);
  const std::vector<GraphModel*> without = {&nn, &published, &sage, &gin};
  NarFormer nar({}, 1);
  std::vector<float> expected;
  for (GraphModel* model : without) expected.push_back(score(*model, graph(kOperations, kEdges)));
  std::vector<int> place = {0, 1, 2, 3, 4, 5};  // of every node
  std::size_t orders = 0;
  float spread = 0.0F;
  do {
    const auto forward = [&](auto edge) { return place[edge.first] < place[edge.second]; };
    if (!std::ranges::all_of(kEdges, forward)) continue;
    ++orders;
    std::vector<std::int64_t> operations(6);
    std::vector<std::pair<int, int>> edges;
    for (std::size_t i = 0; i < 6; ++i)
      operations[static_cast<std::size_t>(place[i])] = kOperations[i];
    for (const auto& [from, to] : kEdges) edges.emplace_back(place[from], place[to]);
    const GraphBatch reordered = graph(operations, edges);
    for (std::size_t i = 0; i < without.size(); ++i) {
      CHECK(score(*without[i], reordered) == doctest::Approx(expected[i]).epsilon(1e-5));
    }
    spread =
        std::max(spread, std::abs(score(nar, reordered) - score(nar, graph(kOperations, kEdges))));
  } while (std::ranges::next_permutation(place).found);
  CHECK(orders == 5);
  CHECK(spread > 1e-4F);
}

TEST_CASE("a graph that NN-Former has no room for is an error") {
  NnFormer nn({.operations = 5, .layers = 1}, 1);
  CHECK_THROWS_AS(score(nn, graph(kOperations, kEdges)), PredictorError);
  GraphBatch unknown = graph({0, 5, 1}, {{0, 1}, {1, 2}});
  CHECK_THROWS_AS(score(nn, unknown), PredictorError);
}

TEST_CASE("models with position codes refuse graphs of more nodes than they have codes") {
  const std::vector<std::int64_t> operations(70, 1);
  NarFormer nar({}, 1);
  CHECK_THROWS_WITH_AS(nar.forward(graph(operations, {{0, 69}})),
                       "a graph of 70 nodes and 2 operations was given to NAR-Former, whose codes "
                       "tell 61 apart; expected cells, not whole networks",
                       PredictorError);
  NarFormerV2 v2(NarFormerV2Options::cells(), 1);
  CHECK_THROWS_AS(v2.forward(graph(operations, {{0, 69}})), PredictorError);
}

}  // namespace
}  // namespace evonas::predictor
