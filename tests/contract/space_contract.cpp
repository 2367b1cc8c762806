#include "contract/space_contract.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include <doctest/doctest.h>

#include "graph/canonical.hpp"
#include "graph/cost.hpp"
#include "graph/onnx.hpp"

namespace evonas::tests {
namespace {

/// A walk of `steps` steps; returns every architecture on it in the space's notation.
std::vector<std::string> random_walk(const spaces::AnySpace& space, std::size_t steps,
                                     std::uint64_t seed) {
  std::vector<std::string> visited;
  Rng rng(seed, "walk");
  spaces::Genotype at = space.sample(rng);
  spaces::Genotype before = at;
  for (std::size_t step = 0; step < steps; ++step) {
    const std::uint64_t choice = rng.below(10);
    spaces::Genotype next = choice == 0  ? space.sample(rng)
                            : choice < 3 ? space.crossover(at, before, rng)
                                         : space.mutate(at, rng);
    before = std::exchange(at, std::move(next));
    visited.push_back(space.format(at));
  }
  return visited;
}

/// Every genotype on a walk is valid (the wrapper throws otherwise) and survives format and parse.
void check_walk(const spaces::AnySpace& space, const SpaceContract& contract) {
  std::size_t wrong = 0;
  for (const std::string& text : random_walk(space, contract.walk_steps, 1)) {
    const spaces::Genotype genotype = space.parse(text);
    space.validate(genotype);
    if (space.format(genotype) != text) ++wrong;
    if (space.key(genotype) != space.key(space.parse(text))) ++wrong;
  }
  CHECK(wrong == 0);
}

/// Genes that are described are as many as a genotype has, each with a name of its own.
void check_descriptions(const spaces::AnySpace& space) {
  const std::vector<spaces::GeneDescription> genes = space.describe_genes();
  if (genes.empty()) return;
  Rng rng(1, "descriptions");
  std::set<std::string> names;
  for (const spaces::GeneDescription& gene : genes) names.insert(gene.name);
  CHECK(names.size() == genes.size());
  for (int i = 0; i < 100; ++i) {
    const spaces::Genotype genotype = space.sample(rng);
    REQUIRE(genotype.size() == genes.size());
    for (std::size_t g = 0; g < genes.size(); ++g) {
      const std::size_t values = genes[g].values.size();
      CHECK((values == 0 || static_cast<std::size_t>(genotype[g]) < values));
    }
  }
}

/// Where genes are placed, they are described ones.
void check_placed_genes(const spaces::AnySpace& space) {
  Rng rng(1, "placed genes");
  for (int i = 0; i < 100; ++i) {
    const spaces::Genotype genotype = space.sample(rng);
    const std::vector<bool> placed = space.placed_genes(genotype);
    if (placed.empty()) return;
    REQUIRE(placed.size() == genotype.size());
    CHECK(placed.size() == space.describe_genes().size());
    CHECK(placed == space.placed_genes(space.parse(space.format(genotype))));
  }
}

/// The same streams of random numbers give the same walk, in several threads at once.
void check_threads(const spaces::AnySpace& space, const SpaceContract& contract) {
  const std::size_t steps = contract.walk_steps / 100;
  const std::vector<std::string> expected = random_walk(space, steps, 2);
  std::vector<std::vector<std::string>> walks(4);
  std::vector<std::thread> threads;
  for (std::vector<std::string>& walk : walks) {
    threads.emplace_back([&space, &walk, steps] { walk = random_walk(space, steps, 2); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::vector<std::string>& walk : walks) CHECK(walk == expected);
  CHECK(random_walk(space, steps, 3) != expected);
}

/// The listed neighbours are exactly what mutation reaches.
void check_neighbours(const spaces::AnySpace& space, const SpaceContract& contract) {
  if (!space.has_neighbours()) return;
  Rng rng(4, "neighbours");
  for (int round = 0; round < 5; ++round) {
    const spaces::Genotype parent = space.sample(rng);
    const std::vector<spaces::Genotype> listed = space.neighbours(parent);
    const std::set<spaces::Genotype> neighbours(listed.begin(), listed.end());
    CHECK(neighbours.size() == listed.size());
    CHECK(space.neighbours(parent) == listed);
    std::set<spaces::Genotype> reached;
    for (std::size_t i = 0; i < contract.mutations; ++i) reached.insert(space.mutate(parent, rng));
    CHECK(reached == neighbours);
  }
}

/// An enumerable space numbers distinct genotypes and ends where it says.
void check_enumeration(const spaces::AnySpace& space, const SpaceContract& contract) {
  const std::optional<std::uint64_t> size = space.size();
  if (!size) return;
  REQUIRE(*size > 0);
  std::set<spaces::Genotype> seen;
  std::uint64_t visited = 0;
  for (std::uint64_t i = 0; i < *size; ++i, ++visited) {
    if (i == contract.enumerated / 2 && *size > contract.enumerated) i = *size - i;
    seen.insert(space.at(i));
  }
  CHECK(seen.size() == visited);
  CHECK_THROWS_AS(space.at(*size), spaces::SpaceError);
  CHECK_THROWS_AS(space.at(std::numeric_limits<std::uint64_t>::max()), spaces::SpaceError);
}

/// A network is the same after a journey through ONNX, but for what ONNX files leave out.
void check_onnx(const graph::Graph& network) {
  const graph::Graph read = graph::from_onnx(graph::to_onnx({network, {}, {}})).graph;
  CHECK(graph::cost(read).parameters == graph::cost(network).parameters);
  CHECK(graph::cost(read).flops == graph::cost(network).flops);
  if (read.size() == network.size()) {
    CHECK(graph::canonical_key(read) == graph::canonical_key(network));
  } else {
    CHECK(std::ranges::any_of(network.nodes(), [](const graph::Node& node) {
      return node.op == "Dropout" || node.op == "DropPath";
    }));
  }
}

/// Graphs at both grains are sound, for every input, and the same each time.
void check_graphs(const spaces::AnySpace& space, const SpaceContract& contract) {
  Rng rng(5, "graphs");
  for (std::size_t i = 0; i < contract.networks; ++i) {
    const spaces::Genotype genotype = space.sample(rng);
    CAPTURE(space.format(genotype));
    const graph::Graph cell = space.cell(genotype);
    CHECK(graph::canonical_key(cell) == graph::canonical_key(space.cell(genotype)));
    graph::Tokens expected;
    graph::Tokens tokens{.operations = {1, 2, 3}, .edges = {{0, 1}}};
    graph::tokenize(cell, expected);
    space.tokens(genotype, tokens);
    CHECK(tokens.operations == expected.operations);
    CHECK(tokens.edges == expected.edges);
    CHECK((tokens.widths.empty() || tokens.widths.size() == tokens.operations.size()));
    for (const spaces::NetworkInput& input : contract.inputs) {
      const graph::Graph network = space.network(genotype, input);
      REQUIRE(network.size() > 0);
      CHECK(network[0].op == graph::kInput);
      CHECK(network[0].shape == graph::Shape{input.channels, input.height, input.width});
      REQUIRE_FALSE(network.outputs().empty());
      for (const graph::NodeId output : network.outputs()) {
        CHECK(network[output].shape == graph::Shape{input.classes});
      }
      CHECK(graph::cost(network).parameters > 0);
      CHECK(graph::cost(network).macs > 0);
      check_onnx(network);
    }
  }
}

/// What is no architecture is refused with one sentence, whatever it is.
void check_refusals(const spaces::AnySpace& space) {
  using Gene = spaces::Genotype::Gene;
  Rng rng(6, "refusals");
  const spaces::Genotype good = space.sample(rng);
  const std::string text = space.format(good);
  std::vector<Gene> longer(good.genes().begin(), good.genes().end());
  longer.push_back(0);
  longer.resize(longer.size() + 1000, 0);
  const std::vector<spaces::Genotype> genotypes{
      spaces::Genotype(), spaces::Genotype(longer),
      spaces::Genotype(std::vector<Gene>(good.size(), std::numeric_limits<Gene>::max())),
      spaces::Genotype(std::vector<Gene>(good.size(), std::numeric_limits<Gene>::min()))};
  for (const spaces::Genotype& genotype : genotypes) {
    CHECK_THROWS_AS(space.validate(genotype), spaces::SpaceError);
    CHECK_THROWS_AS(space.key(genotype), spaces::SpaceError);
    CHECK_THROWS_AS(space.cell(genotype), spaces::SpaceError);
    CHECK_THROWS_AS(space.network(genotype, {}), spaces::SpaceError);
    CHECK_THROWS_AS(space.format(genotype), spaces::SpaceError);
    CHECK_THROWS_AS(space.mutate(genotype, rng), spaces::SpaceError);
    CHECK_THROWS_AS(space.crossover(good, genotype, rng), spaces::SpaceError);
    CHECK_THROWS_AS(space.crossover(genotype, good, rng), spaces::SpaceError);
  }
  for (const std::string& wrong :
       {std::string(), std::string("?"), std::string(1'000'000, '('), std::string(10, '\0'),
        std::string("{}"), std::string("[1e400]"), std::string("\xff\xfe\x80"), text + text,
        text.substr(0, text.size() / 2), text + "\n"}) {
    try {
      space.parse(wrong);
      FAIL("accepted a text that is no architecture, of " << wrong.size() << " bytes");
    } catch (const spaces::SpaceError& error) {
      CHECK(std::string(error.what()).size() > 20);
      CHECK(std::string(error.what()).size() < 1000);
    }
  }
}

}  // namespace

void check_space(const spaces::AnySpace& space, const SpaceContract& contract) {
  CHECK_FALSE(space.name().empty());
  check_walk(space, contract);
  check_threads(space, contract);
  check_neighbours(space, contract);
  check_descriptions(space);
  check_placed_genes(space);
  check_enumeration(space, contract);
  check_graphs(space, contract);
  check_refusals(space);
}

}  // namespace evonas::tests
