#include "predictor/graph_colours.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/random.hpp"
#include "predictor/ridge.hpp"
#include "predictor/vocabulary.hpp"
#include "spaces/space_list.hpp"

namespace evonas::predictor {
namespace {

constexpr std::size_t kRounds = 4;

/// A directed acyclic graph with up to eight nodes of three operations, some edges of which count
/// twice.
FlowGraph random_graph(std::uint64_t number) {
  Rng rng(3, "graphs to colour", number);
  FlowGraph graph;
  const auto nodes = static_cast<std::uint32_t>(1 + rng.below(8));
  for (std::uint32_t to = 0; to < nodes; ++to) {
    graph.operations.push_back(static_cast<std::uint32_t>(rng.below(3)));
    graph.widths.push_back(0.25F * static_cast<float>(rng.below(2)));
    for (std::uint32_t from = 0; from < to; ++from) {
      if (rng.below(2) == 0) continue;
      graph.edges.push_back(
          {.from = from, .to = to, .count = 1.0F + static_cast<float>(rng.below(2))});
    }
  }
  return graph;
}

/// The same graph with its nodes in another order, topological or not.
FlowGraph shuffled(const FlowGraph& graph, std::uint64_t seed) {
  std::vector<std::uint32_t> places(graph.nodes());
  std::iota(places.begin(), places.end(), 0U);
  Rng(seed, "order").shuffle(std::span(places));
  FlowGraph result = graph;
  for (std::size_t node = 0; node < graph.nodes(); ++node) {
    result.operations[places[node]] = graph.operations[node];
    result.widths[places[node]] = graph.widths[node];
  }
  for (FlowGraph::Edge& edge : result.edges) {
    edge.from = places[edge.from];
    edge.to = places[edge.to];
  }
  std::ranges::reverse(result.edges);
  return result;
}

/// By round: how often there is each label, which spells out what its colour stands for.
using Labels = std::vector<std::map<std::string, double>>;

Labels spelled_labels(const FlowGraph& graph) {
  std::vector<std::string> labels;
  for (const std::uint32_t operation : graph.operations)
    labels.push_back(std::to_string(operation));
  Labels histograms;
  for (std::size_t round = 0; round < kRounds; ++round) {
    histograms.emplace_back();
    for (const std::string& label : labels) histograms.back()[label] += 1.0;
    std::vector<std::string> next;
    for (std::uint32_t node = 0; node < graph.nodes(); ++node) {
      std::vector<std::string> read;
      std::vector<std::string> readers;
      for (const auto [from, to, count] : graph.edges) {
        if (to == node) read.push_back(fmt::format("{}*{}", count, labels[from]));
        if (from == node) readers.push_back(fmt::format("{}*{}", count, labels[to]));
      }
      std::ranges::sort(read);
      std::ranges::sort(readers);
      std::string label = "(" + labels[node];
      for (const std::string& one : read) label += "<" + one;
      for (const std::string& one : readers) label += ">" + one;
      next.push_back(label + ")");
    }
    labels = std::move(next);
  }
  return histograms;
}

double product(const Labels& a, const Labels& b, std::size_t round) {
  const auto dot = [&](const Labels& left, const Labels& right) {
    double sum = 0.0;
    for (const auto& [label, count] : left[round]) {
      const auto found = right[round].find(label);
      if (found != right[round].end()) sum += count * found->second;
    }
    return sum;
  };
  return dot(a, b) / std::sqrt(dot(a, a) * dot(b, b));
}

ColourHistograms histograms_of(const FlowGraph& graph,
                               ColourWidths widths = ColourWidths::Ignored) {
  ColourHistograms histograms;
  ColourReader(kRounds, widths).read(graph, histograms);
  return histograms;
}

/// The products of each histogram with all, row by row.
std::vector<double> gram_of(const std::vector<ColourHistograms>& graphs,
                            std::span<const double> weights) {
  const ColourIndex index(graphs);
  std::vector<double> gram(graphs.size() * graphs.size(), 0.0);
  for (std::size_t i = 0; i < graphs.size(); ++i) {
    index.add_products(graphs[i], weights,
                       std::span(gram).subspan(i * graphs.size(), graphs.size()));
  }
  return gram;
}

TEST_CASE("products of colours are those of labels that spell everything out") {
  std::vector<ColourHistograms> colours;
  std::vector<Labels> labels;
  for (std::uint64_t i = 0; i < 60; ++i) {
    const FlowGraph graph = random_graph(i);
    colours.push_back(histograms_of(graph));
    labels.push_back(spelled_labels(graph));
  }
  for (std::size_t round = 0; round < kRounds; ++round) {
    std::vector<double> weights(kRounds, 0.0);
    weights[round] = 2.0;
    const std::vector<double> gram = gram_of(colours, weights);
    double furthest = 0.0;
    for (std::size_t i = 0; i < labels.size(); ++i) {
      for (std::size_t j = 0; j < labels.size(); ++j) {
        const double expected = 2.0 * product(labels[i], labels[j], round);
        furthest = std::max(furthest, std::abs(gram[i * labels.size() + j] - expected));
      }
    }
    CAPTURE(round);
    CHECK(furthest < 1e-12);
  }
}

TEST_CASE("the order of nodes does not matter, what differs does") {
  const auto same = [](const ColourHistograms& a, const ColourHistograms& b) {
    const auto equal = [](const ColourHistograms::Entry& x, const ColourHistograms::Entry& y) {
      return x.colour == y.colour && x.share == y.share;
    };
    return a.ends == b.ends && std::ranges::equal(a.entries, b.entries, equal);
  };
  for (std::uint64_t i = 0; i < 60; ++i) {
    const FlowGraph graph = random_graph(i);
    for (const ColourWidths widths : {ColourWidths::Ignored, ColourWidths::Told}) {
      CHECK(same(histograms_of(graph, widths), histograms_of(shuffled(graph, i), widths)));
    }
  }
  const FlowGraph chain{
      .operations = {0, 1, 2}, .widths = {1.0F, 1.0F, 1.0F}, .edges = {{0, 1, 1.0F}, {1, 2, 1.0F}}};
  FlowGraph other = chain;
  other.edges[1].count = 2.0F;
  CHECK_FALSE(same(histograms_of(chain), histograms_of(other)));
  other = chain;
  for (FlowGraph::Edge& edge : other.edges) std::swap(edge.from, edge.to);
  CHECK_FALSE(same(histograms_of(chain), histograms_of(other)));
  other = chain;
  other.widths[1] = 1.25F;
  CHECK(same(histograms_of(chain), histograms_of(other)));
  CHECK_FALSE(
      same(histograms_of(chain, ColourWidths::Told), histograms_of(other, ColourWidths::Told)));
}

TEST_CASE("cells of one network have the same colours, and Gram matrices have Cholesky factors") {
  for (const std::string& name : spaces::ready_space_names()) {
    CAPTURE(name);
    const spaces::AnySpace space = spaces::make_space(name);
    std::vector<spaces::Genotype> cells;
    for (std::uint64_t i = 0; i < 150; ++i) {
      Rng rng(7, "cells to colour", i);
      cells.push_back(space.sample(rng));
    }
    const std::vector<double> gram =
        gram_of(colours_of(space, operations_of(space, cells), cells, kRounds),
                std::vector{0.1, 0.2, 0.3, 0.4});
    std::map<Key, std::size_t> first;
    std::vector<double> covariance = gram;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      CHECK(gram[i * cells.size() + i] == doctest::Approx(1.0));
      covariance[i * cells.size() + i] += 1e-6;
      const auto [known, is_new] = first.emplace(space.key(cells[i]), i);
      if (!is_new) CHECK(gram[i * cells.size() + known->second] == doctest::Approx(1.0));
    }
    const std::vector<double> factor = cholesky(covariance, cells.size());
    for (std::size_t i = 0; i < cells.size(); ++i) CHECK(factor[i * cells.size() + i] > 0.0);
  }
}

TEST_CASE("colours that no known graph has are worth nothing, and no graphs are no products") {
  const FlowGraph known{.operations = {0}, .widths = {1.0F}, .edges = {}};
  const FlowGraph half{.operations = {0, 5}, .widths = {1.0F, 1.0F}, .edges = {}};
  const ColourIndex index(std::vector{histograms_of(known)});
  std::vector<double> row(index.graphs(), 0.0);
  const std::vector<double> weights(kRounds, 1.0);
  index.add_products(histograms_of(half), weights, row);
  CHECK(row[0] == doctest::Approx(kRounds / std::sqrt(2.0)));
  ColourIndex().add_products(histograms_of(half), weights, {});
  const ColourHistograms none = histograms_of({});
  CHECK(none.rounds() == kRounds);
  CHECK(none.entries.empty());
}

}  // namespace
}  // namespace evonas::predictor
