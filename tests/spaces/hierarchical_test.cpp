#include "spaces/hierarchical.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace evonas;
using namespace evonas::spaces;

namespace {

using Genes = std::vector<Genotype::Gene>;

/// Two motifs of three nodes and a cell of three: nine genes.
const HierarchicalOptions kSmall{.level2_motifs = 2, .level2_nodes = 3, .level3_nodes = 3};

}  // namespace

TEST_CASE("hierarchical: the published sizes, and the notation") {
  const Hierarchical space;
  Rng rng(1, "sizes");
  CHECK(space.sample(rng).size() == 6 * 6 + 10);
  const Hierarchical small(kSmall);
  const std::string text = R"({"level_2":[[["conv_1x1"],["none","identity"]],)"
                           R"([["dw_conv_3x3"],["sep_conv_3x3","max_pool_3x3"]]],)"
                           R"("level_3":[["motif_2"],["none","motif_1"]]})";
  const Genotype genotype({2, 0, 1, 3, 4, 5, 2, 0, 1});
  CHECK(small.format(genotype) == text);
  CHECK(small.parse(text) == genotype);
  CHECK(small.parse(R"({"level_3": [["motif_2"], ["none", "motif_1"]], "level_2":
      [[["conv_1x1"], ["none", "identity"]],
       [["dw_conv_3x3"], ["sep_conv_3x3", "max_pool_3x3"]]]})") == genotype);
}

TEST_CASE("hierarchical: texts that are no architecture are refused, and the message says why") {
  const Hierarchical space(kSmall);
  const std::string good = space.format(Genotype({2, 0, 1, 3, 4, 5, 2, 0, 1}));
  const auto edited = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    return text.replace(text.find(from), from.size(), to);
  };
  const std::vector<std::pair<std::string, std::string>> wrong{
      {"", "'' is not such an object"},
      {"[]", "is not such an object"},
      {good + " ", "is not such an object"},
      {edited("level_3", "level_4"), "is not such an object"},
      {edited(R"("level_2")", R"("more":1,"level_2")"), "is not such an object"},
      {edited(R"([["conv_1x1"],["none","identity"]],)", ""), "is not a list of 2 motifs"},
      {edited(R"(["conv_1x1"],)", ""), "motif 1 is not a list of 2 nodes"},
      {edited(R"(["conv_1x1"])", "3"), "node 2 of motif 1 is not a list of 1 operations"},
      {edited(R"("none","identity")", R"("none")"), "node 3 of motif 1 is not a list of 2"},
      {edited("conv_1x1", "conv_7x7"), "node 2 of motif 1 has an operation that is none of none,"},
      {edited(R"("conv_1x1")", "1"), "node 2 of motif 1 has an operation that is none of none,"},
      {edited("motif_2", "motif_3"), "node 2 of the cell has an operation that is none of none,"},
  };
  for (const auto& [text, part] : wrong) {
    CAPTURE(text);
    CAPTURE(part);
    try {
      space.parse(text);
      FAIL("accepted");
    } catch (const SpaceError& error) {
      const std::string message = error.what();
      CAPTURE(message);
      CHECK(message.find(part) != std::string::npos);
    }
  }
}

TEST_CASE("hierarchical: genotypes out of range are refused") {
  const Hierarchical space(kSmall);
  CHECK_THROWS_WITH_AS(space.validate(Genotype({0, 0})),
                       "a hierarchical genotype of 2 level-2 motifs with 3 nodes and a cell with 3 "
                       "has 9 genes, not 2",
                       SpaceError);
  CHECK_THROWS_WITH_AS(space.validate(Genotype({0, 0, 0, 0, 7, 0, 0, 0, 0})),
                       "gene 4 of a hierarchical genotype, an edge of level-2 motif 2, is 7; "
                       "expected 0 to 6",
                       SpaceError);
  CHECK_THROWS_WITH_AS(space.validate(Genotype({0, 0, 0, 0, 0, 0, 3, 0, 0})),
                       "gene 6 of a hierarchical genotype, an edge of the cell, is 3; expected 0 "
                       "to 2",
                       SpaceError);
  CHECK_THROWS_AS(Hierarchical({.level2_motifs = 0}), SpaceError);
  CHECK_THROWS_AS(Hierarchical({.level2_nodes = 9}), SpaceError);
  CHECK_THROWS_AS(Hierarchical({.level3_nodes = 1}), SpaceError);
  CHECK_THROWS_AS(Hierarchical({.initial_mutations = 0}), SpaceError);
  CHECK_THROWS_AS(Hierarchical({.channels = 0}), SpaceError);
  CHECK_THROWS_AS(Hierarchical({.cells_per_stage = 101}), SpaceError);
}

TEST_CASE("hierarchical: sampling starts at chains of identities and forgets them") {
  const HierarchicalOptions once{
      .level2_motifs = 2, .level2_nodes = 3, .level3_nodes = 3, .initial_mutations = 1};
  const Genotype trivial({1, 0, 1, 1, 0, 1, 1, 0, 1});
  const std::vector<Genotype> around = Hierarchical(once).neighbours(trivial);
  Rng rng(2, "sample");
  for (int i = 0; i < 200; ++i) {
    CHECK(std::ranges::count(around, Hierarchical(once).sample(rng)) == 1);
  }
  // After many mutations every operation of every edge is as likely as any other.
  const Hierarchical space(kSmall);
  std::vector<std::map<Genotype::Gene, int>> counts(9);
  constexpr int kSamples = 7'000;
  for (int i = 0; i < kSamples; ++i) {
    const Genotype genotype = space.sample(rng);
    for (std::size_t gene = 0; gene < 9; ++gene) ++counts[gene][genotype[gene]];
  }
  for (std::size_t gene = 0; gene < 9; ++gene) {
    const int choices = gene < 6 ? 7 : 3;
    CHECK(counts[gene].size() == static_cast<std::size_t>(choices));
    for (const auto& [value, count] : counts[gene]) {
      CHECK(std::abs(count - kSamples / choices) < 220);  // 5.6 sigma
    }
  }
}

TEST_CASE("hierarchical: a mutation is as often on the cell as on the level below") {
  const Hierarchical space;
  Rng rng(3, "mutate");
  const Genotype parent = space.sample(rng);
  int cell = 0;
  constexpr int kMutations = 20'000;
  for (int i = 0; i < kMutations; ++i) {
    const Genotype child = space.mutate(parent, rng);
    int changed = 0;
    for (std::size_t gene = 0; gene < child.size(); ++gene) {
      if (child[gene] == parent[gene]) continue;
      ++changed;
      if (gene >= 36) ++cell;
    }
    CHECK(changed == 1);
  }
  CHECK(std::abs(cell - kMutations / 2) < 400);  // 5.6 sigma
  CHECK(space.neighbours(parent).size() == 46 * 6);
}

TEST_CASE("hierarchical: crossover takes each motif from either parent, evenly") {
  const Hierarchical space(kSmall);
  const Genotype a({0, 0, 0, 0, 0, 0, 0, 0, 0});
  const Genotype b({1, 2, 3, 4, 5, 6, 2, 1, 2});
  Rng rng(4, "crossover");
  std::map<Genotype, int> counts;
  for (int i = 0; i < 8'000; ++i) ++counts[space.crossover(a, b, rng)];
  CHECK(counts.size() == 8);
  for (const auto& [child, count] : counts) {
    CHECK(std::abs(count - 1'000) < 170);
    for (std::size_t motif = 0; motif < 9; motif += 3) {
      const auto genes = child.genes().subspan(motif, 3);
      CHECK((std::ranges::equal(genes, a.genes().subspan(motif, 3)) ||
             std::ranges::equal(genes, b.genes().subspan(motif, 3))));
    }
  }
}
