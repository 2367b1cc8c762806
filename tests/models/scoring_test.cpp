#include "predictor/models/scoring.hpp"

#include <algorithm>
#include <cmath>
#include <new>

#include <torch/utils.h>

#include "contract/predictor_contract.hpp"
#include "predictor/decorators.hpp"
#include "predictor/length_parts.hpp"
#include "predictor/models/network_predictor.hpp"
#include "predictor/models/network_recipe.hpp"
#include "predictor/models/nn_former_networks.hpp"
#include "predictor/models/nnlp.hpp"
#include "spaces/space_list.hpp"
#include "torch_doctest.hpp"

namespace evonas::predictor {
namespace {

const std::vector<std::string> kDevices = {"cpu", "cpu,cpu", "cpu,cpu,cpu"};

/// Graphs of so many nodes, the operation of each being the graph's number: nothing else tells
/// them apart.
GraphEncoder numbered_graphs(const std::vector<std::size_t>& nodes) {
  return [&nodes](std::size_t begin, std::size_t count) {
    EncodedGraphs encoded;
    const auto from = nodes.begin() + static_cast<std::ptrdiff_t>(begin);
    encoded.nodes.assign(from, from + static_cast<std::ptrdiff_t>(count));
    encoded.batch = [&nodes, begin](std::span<const std::size_t> which, BatchMemory& memory) {
      std::size_t longest = 1;
      for (const std::size_t graph : which) longest = std::max(longest, nodes[begin + graph]);
      GraphBatch batch = memory.batch({.graphs = which.size(), .nodes = longest});
      batch.mask.zero_();
      for (std::size_t row = 0; row < which.size(); ++row) {
        const auto at = static_cast<std::int64_t>(row);
        const std::size_t graph = begin + which[row];
        batch.operations[at].fill_(static_cast<std::int64_t>(graph));
        batch.mask[at].narrow(0, 0, static_cast<std::int64_t>(nodes[graph])).fill_(1.0F);
      }
      return batch;
    };
    return encoded;
  };
}

/// The number of each graph and that of its nodes.
torch::Tensor tell(const GraphBatch& graphs) {
  return torch::stack({graphs.operations.select(1, 0).to(torch::kFloat), graphs.mask.sum(1)}, 1);
}

TEST_CASE("each graph has the score of its own, however blocks are cut and wherever they are") {
  for (const std::string& device : kDevices) {
    CAPTURE(device);
    const Placement placement({.device = device});
    CHECK(placement.devices.size() == (device.size() + 1) / 4);
    for (std::uint64_t trial = 0; trial < 8; ++trial) {
      CAPTURE(trial);
      Rng rng(1, "sizes", trial);
      std::vector<std::size_t> nodes(rng.below(300));
      for (std::size_t& n : nodes) n = 1 + rng.below(trial % 2 == 0 ? 100 : 20);
      const std::vector<float> scores = score_graphs(
          placement, nodes.size(), numbered_graphs(nodes),
          [](std::size_t /*device*/, const GraphBatch& graphs) { return tell(graphs); },
          1 + rng.below(6), 2);
      REQUIRE(scores.size() == 2 * nodes.size());
      bool right = true;
      for (std::size_t i = 0; i < nodes.size(); ++i) {
        right = right && scores[2 * i] == static_cast<float>(i) &&
                scores[2 * i + 1] == static_cast<float>(nodes[i]);
      }
      CHECK(right);
    }
  }
}

TEST_CASE("devices take parts in turn") {
  const Placement placement({.device = "cpu,cpu"});
  const std::vector<std::size_t> nodes(7 * 4, 3);
  const std::vector<float> scores = score_graphs(
      placement, nodes.size(), numbered_graphs(nodes),
      [](std::size_t device, const GraphBatch& graphs) {
        return torch::full({graphs.mask.size(0)}, static_cast<double>(device));
      },
      4);
  bool in_turn = true;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    in_turn = in_turn && scores[i] == static_cast<float>(i / 4 % 2);
  }
  CHECK(in_turn);
}

TEST_CASE("what goes wrong on a device comes back, and nothing waits for ever") {
  const std::vector<std::size_t> nodes(300, 3);
  for (const std::string& device : kDevices) {
    CAPTURE(device);
    const Placement placement({.device = device});
    const auto score_with = [&](const GraphEncoder& encode, std::size_t failing) {
      return score_graphs(
          placement, nodes.size(), encode,
          [&](std::size_t /*device*/, const GraphBatch& graphs) {
            const torch::Tensor numbers = graphs.operations.select(1, 0).to(torch::kFloat);
            if (numbers.max().item<float>() >= static_cast<float>(failing)) throw std::bad_alloc();
            return numbers;
          },
          2);
    };
    CHECK_THROWS_AS(score_with(numbered_graphs(nodes), 0), std::bad_alloc);
    CHECK_THROWS_AS(score_with(numbered_graphs(nodes), 299), std::bad_alloc);
    CHECK(score_with(numbered_graphs(nodes), 300).back() == 299.0F);
    const auto unreadable = [&](std::size_t first, std::size_t count) {
      if (first > 0) throw PredictorError("no graph");
      return numbered_graphs(nodes)(first, count);
    };
    CHECK_THROWS_AS(score_with(unreadable, 300), PredictorError);
    EncodedGraphs unwritable = numbered_graphs(nodes)(0, nodes.size());
    unwritable.batch = [](auto, BatchMemory&) -> GraphBatch { throw PredictorError("no room"); };
    CHECK_THROWS_AS(score_with(
                        [&](std::size_t, std::size_t count) {
                          unwritable.nodes.resize(count, 3);
                          return unwritable;
                        },
                        300),
                    PredictorError);
  }
}

TEST_CASE("memory of batches is used again, and what was in it is written over") {
  BatchMemory memory;
  const GraphBatch large = memory.batch({.graphs = 3, .nodes = 5, .attributes = 2, .statics = 4});
  const void* const place = large.adjacency.data_ptr();
  CHECK((large.attributes.sizes() == at::IntArrayRef({3, 5, 2})));
  CHECK((large.statics.sizes() == at::IntArrayRef({3, 4})));
  const GraphBatch small = memory.batch({.graphs = 2, .nodes = 3});
  CHECK(small.adjacency.data_ptr() == place);
  CHECK(small.adjacency.is_contiguous());
  CHECK((small.adjacency.sizes() == at::IntArrayRef({2, 3, 3})));
  CHECK_FALSE(small.statics.defined());

  const spaces::AnySpace space = spaces::make_space("nasbench201");
  std::vector<spaces::Genotype> cells;
  for (const Label& label : made_up_labels(space, 20)) cells.push_back(label.genotype);
  const spaces::NetworkInput input = spaces::NetworkInput::parse("1x8x8:3");
  for (const NodeNumbers numbers : {NodeNumbers::Logarithms, NodeNumbers::Codes}) {
    const std::vector<NetworkGraph> networks = network_graphs(space, input, cells);
    std::vector<const NetworkGraph*> each;
    for (const NetworkGraph& network : networks) each.push_back(&network);
    const EncodedGraphs encoded = encoded_networks(each, numbers);
    const std::vector<std::size_t> order = {7, 2, 11};
    BatchMemory dirty;
    const GraphBatch before = dirty.batch(
        {.graphs = 20, .nodes = 400, .attributes = kNodeCodes, .statics = kNetworkCodes});
    before.operations.fill_(5);
    for (const torch::Tensor& numbers_before :
         {before.adjacency, before.mask, before.attributes, before.statics}) {
      numbers_before.fill_(NAN);
    }
    const GraphBatch written = encoded.batch(order, dirty);
    const std::vector<const NetworkGraph*> same = {each[7], each[2], each[11]};
    const GraphBatch expected = network_batch(same, numbers);
    CHECK(torch::equal(written.operations, expected.operations));
    CHECK(torch::equal(written.adjacency, expected.adjacency));
    CHECK(torch::equal(written.mask, expected.mask));
    CHECK(torch::equal(written.attributes, expected.attributes));
    CHECK(torch::equal(written.statics, expected.statics));
  }
}

/// MobileNetV3 networks, which differ in depth, and small models of them.
struct Networks {
  spaces::AnySpace space = spaces::make_space("mobilenetv3");
  spaces::NetworkInput input = spaces::NetworkInput::parse("3x32x32:10");
  std::vector<Label> labels = made_up_labels(space, 40);

  std::unique_ptr<Predictor> make(const std::string& model, const std::string& device) const {
    NetworkRecipe recipe = NetworkRecipe::nnlp();
    recipe.make = [](std::int64_t operators, std::int64_t, std::uint64_t seed) {
      return std::make_shared<Nnlp>(NnlpOptions{.operators = operators, .width = 16}, seed);
    };
    if (model == "nn_former") {
      recipe = NetworkRecipe::nn_former();
      recipe.make = [](std::int64_t operators, std::int64_t, std::uint64_t seed) {
        return std::make_shared<NnFormerNetworks>(
            NnFormerNetworksOptions{.operators = operators, .layers = 1, .width = 16}, seed);
      };
    }
    recipe.training.epochs = 1;
    recipe.training.least_steps = 1;
    return std::make_unique<NetworkPredictor>(space, input,
                                              std::make_shared<const NetworkRecipe>(recipe),
                                              ComputingOptions{.device = device});
  }
};

TEST_CASE("networks ordered by length score as they do one by one, and on several devices alike") {
  const Networks networks;
  std::vector<spaces::Genotype> block;
  for (const Label& label : networks.labels) block.push_back(label.genotype);
  const std::vector<NetworkGraph> graphs = network_graphs(networks.space, networks.input, block);
  const auto [least, most] =
      std::ranges::minmax(graphs, {}, [](const NetworkGraph& graph) { return graph.nodes.size(); });
  REQUIRE(most.nodes.size() > LengthParts::kShort);
  REQUIRE(least.nodes.size() < most.nodes.size());
  for (const std::string model : {"nnlp", "nn_former"}) {
    CAPTURE(model);
    const auto fitted = networks.make(model, "cpu");
    fitted->fit(std::span(networks.labels).first(16), {});
    const std::vector<Prediction> together = fitted->predict(block);
    for (std::size_t i = 0; i < block.size(); ++i) {
      const std::vector<Prediction> alone = fitted->predict(std::span(block).subspan(i, 1));
      CHECK(alone.front().mean == doctest::Approx(together[i].mean).epsilon(1e-5));
    }
    const auto on_two = networks.make(model, "cpu,cpu");
    on_two->fit(std::span(networks.labels).first(16), {});
    CHECK((on_two->predict(block) == together));
    const auto restored = networks.make(model, "cpu,cpu,cpu");
    restored->restore(fitted->state());
    CHECK((restored->predict(block) == together));
    ThreadArena one(1);
    CHECK((one.execute([&] { return restored->predict(block); }) == together));
  }
}

}  // namespace
}  // namespace evonas::predictor
