#include "predictor/space_graphs.hpp"

#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "base/parallel.hpp"
#include "predictor/random_architectures.hpp"
#include "spaces/space_list.hpp"

namespace evonas::predictor {
namespace {

TEST_CASE("whole networks are described by how far they are from what is usual in their space") {
  for (const std::int64_t channels : {4, 64}) {
    CAPTURE(channels);
    const spaces::AnySpace space =
        spaces::make_space(spaces::NasBench201Options{.channels = channels, .cells_per_stage = 1});
    const SpaceGraphs view(space, {});
    const std::vector<spaces::Genotype> others = random_architectures(space, 400, 9, "others");
    const std::vector<ComputationGraph> graphs = view.graphs(others);
    for (std::size_t i = 0; i < kWholeNumbers; ++i) {
      CAPTURE(i);
      double mean = 0.0;
      double square = 0.0;
      for (const ComputationGraph& graph : graphs) {
        const double number = graph.whole[i];
        mean += number / 400.0;
        square += number * number / 400.0;
      }
      CHECK(std::abs(mean) < 0.3);
      CHECK(square == doctest::Approx(1.0).epsilon(0.35));
    }
    // The order is that of the numbers themselves, and so are the nodes.
    const ComputationGraph one = computation_graph(space.network(others[0], {}));
    const ComputationGraph two = computation_graph(space.network(others[1], {}));
    CHECK((one.whole[1] < two.whole[1]) == (graphs[0].whole[1] < graphs[1].whole[1]));
    CHECK(one.numbers == graphs[0].numbers);
    CHECK(one.operators == graphs[0].operators);
  }
}

TEST_CASE("what is usual in a space is the same at any number of threads") {
  const spaces::AnySpace space =
      spaces::make_space(spaces::NasBench201Options{.channels = 4, .cells_per_stage = 1});
  const std::vector<spaces::Genotype> block = random_architectures(space, 20, 2, "block");
  ThreadArena arena(3);
  const auto there = arena.execute([&] { return SpaceGraphs(space, {}).graphs(block); });
  const auto here = SpaceGraphs(space, {}).graphs(block);
  CHECK(std::ranges::equal(here, there, {}, &ComputationGraph::whole, &ComputationGraph::whole));
}

}  // namespace
}  // namespace evonas::predictor
