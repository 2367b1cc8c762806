#include "predictor/network_statics.hpp"

#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "base/json.hpp"
#include "base/parallel.hpp"
#include "base/random.hpp"
#include "graph/cost.hpp"
#include "graph/passes.hpp"
#include "predictor/graph_features.hpp"
#include "predictor/trees.hpp"
#include "spaces/space_list.hpp"

namespace evonas::predictor {
namespace {

const spaces::NetworkInput kImages = spaces::NetworkInput::parse("cifar10");

std::vector<spaces::Genotype> cells_with_statics(const spaces::AnySpace& space,
                                                 std::uint64_t count) {
  std::vector<spaces::Genotype> cells;
  for (std::uint64_t i = 0; i < count; ++i) {
    Rng rng(7, "cells", i);
    cells.push_back(space.sample(rng));
  }
  return cells;
}

TEST_CASE("statics are what a network costs, and the longest chain of operators that multiply") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const NetworkStatics statics(space, kImages);
  for (const spaces::Genotype& cell : cells_with_statics(space, 5)) {
    const Statics once = statics.of(cell);
    CHECK((statics.of(cell) == once));
    const graph::Cost cost = graph::cost(space.network(cell, kImages));
    CHECK(once[0] == doctest::Approx(std::log1p(static_cast<double>(cost.parameters))));
    CHECK(once[1] == doctest::Approx(std::log1p(static_cast<double>(cost.macs))));
    CHECK(once[2] == doctest::Approx(std::log1p(static_cast<double>(cost.activation_bytes))));
  }
  // A stem, two reductions of two convolutions each, a classifier, and 15 cells.
  const auto depth_of = [&](const char* cell) { return statics.of(space.parse(cell))[3]; };
  CHECK(depth_of("|skip_connect~0|+|none~0|skip_connect~1|+|none~0|none~1|skip_connect~2|") == 6.0);
  CHECK(depth_of("|nor_conv_3x3~0|+|none~0|nor_conv_1x1~1|+|none~0|none~1|skip_connect~2|") ==
        36.0);
  CHECK(depth_of("|skip_connect~0|+|none~0|avg_pool_3x3~1|+|none~0|none~1|nor_conv_1x1~2|") ==
        21.0);
}

TEST_CASE("auxiliary classifiers, which are there for training, are no part of statics") {
  const spaces::AnySpace space =
      spaces::make_space(spaces::DartsOptions{.channels = 8, .cells = 5, .auxiliary = true});
  const spaces::Genotype cell = cells_with_statics(space, 1).front();
  const graph::Graph network = space.network(cell, kImages);
  REQUIRE(network.outputs().size() > 1);
  const graph::Graph used = graph::inference_network(network);
  CHECK(statics_of(network)[0] ==
        doctest::Approx(std::log1p(static_cast<double>(graph::cost(used).parameters))));
}

TEST_CASE("features with statics are those without, and these") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const GraphFeatures plain(space);
  const GraphFeatures features(space, kImages);
  const std::vector<std::string> names = features.names();
  const std::vector<std::string> before = plain.names();
  REQUIRE(features.size() > plain.size());
  REQUIRE(names.size() == features.size());
  CHECK(std::equal(before.begin(), before.end(), names.begin()));
  CHECK(std::ranges::find(names, "log_parameters") != names.end());
  CHECK(plain.key() != features.key());
  CHECK(features.key() != GraphFeatures(space, spaces::NetworkInput::parse("3x16x16:10")).key());

  const std::vector<spaces::Genotype> cells = cells_with_statics(space, 100);
  const std::vector<double> rows = features.compute(cells);
  const std::vector<double> short_rows = plain.compute(cells);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto row = rows.begin() + static_cast<std::ptrdiff_t>(i * features.size());
    const auto short_row = short_rows.begin() + static_cast<std::ptrdiff_t>(i * plain.size());
    CHECK(std::equal(short_row, short_row + static_cast<std::ptrdiff_t>(plain.size()), row));
  }
  for (std::size_t f = plain.size(); f < features.size(); ++f) {
    double mean = 0.0;
    for (std::size_t i = 0; i < cells.size(); ++i) mean += rows[i * features.size() + f] / 100.0;
    CAPTURE(names[f]);
    CHECK(std::abs(mean) < 0.5);
  }
  ThreadArena three(3);
  CHECK((three.execute([&] { return GraphFeatures(space, kImages).compute(cells); }) == rows));
}

TEST_CASE("a predictor that was fitted with statics is not taken for one without") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  Trees fitted(std::make_shared<const GraphFeatures>(space, kImages), {.rounds = 5});
  std::vector<Label> labels;
  for (const spaces::Genotype& cell : cells_with_statics(space, 20)) {
    labels.push_back({cell, static_cast<double>(cell[0])});
  }
  fitted.fit(labels, {});
  Trees plain(std::make_shared<const GraphFeatures>(space));
  CHECK_THROWS_AS(plain.restore(fitted.state()), PredictorError);
}

}  // namespace
}  // namespace evonas::predictor
