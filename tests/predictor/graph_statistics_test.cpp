#include "predictor/graph_statistics.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <doctest/doctest.h>

#include "predictor/graph_features.hpp"
#include "spaces/space_list.hpp"

namespace evonas::predictor {
namespace {

/// The numbers by name.
std::map<std::string, double> statistics_of(const FlowGraph& graph, std::size_t operations) {
  GraphStatistics statistics(operations);
  std::vector<double> numbers(statistics.size());
  statistics.compute(graph, numbers);
  std::map<std::string, double> named;
  const std::vector<std::string> names = statistics.names();
  REQUIRE(names.size() == numbers.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) named[names[i]] = numbers[i];
  REQUIRE(named.size() == numbers.size());  // names differ
  return named;
}

// Input (0) -> conv (1) -> pool (2) -> Output (3), and twice from the input to the pool.
const FlowGraph kGraph{.operations = {0, 1, 2, 3},
                       .widths = {1.0F, 0.5F, 0.5F, 1.0F},
                       .edges = {{0, 1, 1.0F}, {0, 2, 2.0F}, {1, 2, 1.0F}, {2, 3, 1.0F}}};

TEST_CASE("the statistics of a small graph, counted by hand") {
  const std::map<std::string, double> numbers = statistics_of(kGraph, 4);
  CHECK(numbers.at("nodes") == 4);
  CHECK(numbers.at("edges") == 4);
  CHECK(numbers.at("count(1)") == 1);
  CHECK(numbers.at("width(2)") == 0.5);
  CHECK(numbers.at("squared_width(2)") == 0.25);
  CHECK(numbers.at("log_paths") == doctest::Approx(std::log1p(3.0)));
  CHECK(numbers.at("most_read") == 3);
  CHECK(numbers.at("most_readers") == 3);
  CHECK(numbers.at("longest_path(1)") == 1);
  CHECK(numbers.at("shortest_path(1)") == 0);
  CHECK(numbers.at("longest_path(4)") == 4);  // nodes of any operation
  CHECK(numbers.at("shortest_path(4)") == 3);
  CHECK(numbers.at("mean_path(1)") == doctest::Approx(1.0 / 3.0));
  CHECK(numbers.at("on_paths(1)") == doctest::Approx(1.0 / 3.0));
  CHECK(numbers.at("on_paths(2)") == doctest::Approx(1.0));
  CHECK(numbers.at("on_paths(0,2)") == doctest::Approx(2.0 / 3.0));
  CHECK(numbers.at("on_paths(2,3)") == doctest::Approx(1.0));
  CHECK(numbers.at("reads(0,2)") == 2);
  CHECK(numbers.at("width_read(1,2)") == 0.25);
  CHECK(numbers.at("reads(2,1)") == 0);
}

TEST_CASE("a graph without a path has statistics too") {
  const FlowGraph graph{.operations = {0, 3}, .widths = {1.0F, 1.0F}, .edges = {}};
  for (const auto& [name, number] : statistics_of(graph, 4)) {
    CAPTURE(name);
    CHECK(std::isfinite(number));
    CHECK(std::abs(number) <= 2.0);
  }
}

TEST_CASE("isomorphic cells have the same features, and features vary") {
  for (const std::string& name : spaces::ready_space_names()) {
    CAPTURE(name);
    const spaces::AnySpace space = spaces::make_space(name);
    const GraphFeatures features(space);
    CHECK(features.names().size() == features.size());
    CHECK(features.size() > 3);
    std::vector<spaces::Genotype> block;
    for (std::uint64_t i = 0; i < 200; ++i) {
      Rng rng(7, "features", i);
      block.push_back(space.sample(rng));
    }
    const std::vector<double> rows = features.compute(block);
    REQUIRE(rows.size() == block.size() * features.size());
    CHECK(std::ranges::all_of(rows, [](double x) { return std::isfinite(x); }));
    std::map<Key, std::size_t> first;
    for (std::size_t i = 0; i < block.size(); ++i) {
      const auto [known, is_new] = first.emplace(space.key(block[i]), i);
      if (is_new) continue;
      for (std::size_t f = 0; f < features.size(); ++f) {
        CHECK(rows[i * features.size() + f] ==
              doctest::Approx(rows[known->second * features.size() + f]));
      }
    }
  }
}

}  // namespace
}  // namespace evonas::predictor
