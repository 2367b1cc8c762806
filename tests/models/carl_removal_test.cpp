#include <algorithm>
#include <map>
#include <numeric>
#include <optional>

#include "base/random.hpp"
#include "base/rank_test.hpp"
#include "models/nasbench201_values.hpp"
#include "predictor/models/carl_predictor.hpp"
#include "spaces/space_list.hpp"
#include "torch_doctest.hpp"

// Whether the part of a cell that CARL calls critical is: its operations are taken out of cells of
// NAS-Bench-201, and equally many drawn at random, and the published accuracies of what is left
// are looked up.
namespace evonas::predictor {
namespace {

constexpr std::size_t kLearntCells = 200;
constexpr std::size_t kCutCells = 60;
constexpr double kCriticalWeight = 0.5;

using CellEdges = std::vector<std::size_t>;

/// The edge of the cell, as genes number them, that a node stands for; nothing for the input and
/// the output.
std::optional<std::size_t> edge_of(const graph::Node& node) {
  static const std::map<std::string, std::size_t> kEdgeNames = {{"edge_0_1", 0}, {"edge_0_2", 1},
                                                                {"edge_1_2", 2}, {"edge_0_3", 3},
                                                                {"edge_1_3", 4}, {"edge_2_3", 5}};
  const auto found = kEdgeNames.find(node.name);
  return found == kEdgeNames.end() ? std::nullopt : std::optional(found->second);
}

spaces::Genotype emptied(const spaces::Genotype& cell, const CellEdges& edges) {
  std::vector<spaces::Genotype::Gene> genes(cell.genes().begin(), cell.genes().end());
  for (const std::size_t edge : edges) genes[edge] = 0;  // none
  return spaces::Genotype(genes);
}

/// What accuracies were lost, a cell each.
struct Cuts {
  std::vector<double> critical;
  std::vector<double> random;
};

Cuts cut_cells(const std::vector<tests::Nasbench201Value>& values, const spaces::AnySpace& space,
               std::uint64_t seed) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  Rng rng(seed, "cells to learn and to cut");
  rng.shuffle(std::span(order));
  std::vector<Label> labels;
  for (const std::size_t i : std::span(order).first(kLearntCells)) {
    labels.push_back({values[i].genotype, values[i].validation});
  }
  CarlPredictor carl(std::make_shared<const GraphFeatures>(space), {.epochs = 60});
  carl.fit(labels, {.seed = seed});

  std::map<spaces::Genotype, double> accuracies;
  for (const tests::Nasbench201Value& value : values) accuracies[value.genotype] = value.test;
  const ArchitectureView view(space);
  Cuts cuts;
  for (const std::size_t i : std::span(order).subspan(kLearntCells)) {
    if (cuts.critical.size() == kCutCells) break;
    const spaces::Genotype& cell = values[i].genotype;
    const graph::Graph graph = view.seen_graph(cell);
    const std::vector<double> weights = carl.node_weights(cell);
    CellEdges critical;
    CellEdges any;
    for (graph::NodeId id = 0; id < graph.size(); ++id) {
      const auto edge = edge_of(graph[id]);
      if (!edge) continue;
      any.push_back(*edge);
      if (weights[id] > kCriticalWeight) critical.push_back(*edge);
    }
    if (critical.empty() || critical.size() == any.size()) continue;  // either part is the same
    rng.shuffle(std::span(any));
    any.resize(critical.size());
    cuts.critical.push_back(values[i].test - accuracies.at(emptied(cell, critical)));
    cuts.random.push_back(values[i].test - accuracies.at(emptied(cell, any)));
  }
  return cuts;
}

double mean_cut(const std::vector<double>& numbers) {
  return std::accumulate(numbers.begin(), numbers.end(), 0.0) /
         static_cast<double>(std::max<std::size_t>(numbers.size(), 1));
}

TEST_CASE("what taking out the critical part of cells costs in true accuracy") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const auto values = tests::nasbench201_values(space);
  if (!values) return;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const Cuts cuts = cut_cells(*values, space, seed);
    REQUIRE(cuts.critical.size() > kCutCells / 2);
    const double p = signed_rank_p_value(cuts.critical, cuts.random);
    MESSAGE("seed ", seed, ", ", cuts.critical.size(), " cells: the critical part costs ",
            mean_cut(cuts.critical), " % of accuracy, as many operations at random ",
            mean_cut(cuts.random), " %, p = ", p);
    for (const std::vector<double>* lost : {&cuts.critical, &cuts.random}) {
      CHECK(mean_cut(*lost) > 0.0);
      CHECK(mean_cut(*lost) < 90.0);
    }
    CHECK(mean_cut(cuts.critical) > mean_cut(cuts.random));
  }
}

}  // namespace
}  // namespace evonas::predictor
