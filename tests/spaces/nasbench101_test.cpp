#include "spaces/nasbench101.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <vector>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "contract/space_contract.hpp"
#include "graph/canonical.hpp"

using namespace evonas;
using namespace evonas::spaces;

namespace {

std::size_t vertices_of(const Genotype& genotype) {
  std::size_t vertices = 2;
  while (vertices * (vertices - 1) / 2 + vertices - 2 < genotype.size()) ++vertices;
  return vertices;
}

/// The genotype as a matrix, and one operation a vertex.
struct Matrix {
  std::size_t vertices;
  std::vector<std::vector<int>> edges;
  std::vector<int> ops;

  explicit Matrix(const Genotype& genotype)
      : vertices(vertices_of(genotype)),
        edges(vertices, std::vector<int>(vertices, 0)),
        ops(vertices, -1) {
    std::size_t gene = 0;
    for (std::size_t i = 0; i < vertices; ++i) {
      for (std::size_t j = i + 1; j < vertices; ++j) edges[i][j] = genotype[gene++];
    }
    for (std::size_t i = 1; i + 1 < vertices; ++i) ops[i] = genotype[gene++];
  }
};

/// Every genotype that shows the same network with its interior vertices in another order: by trial
/// of all permutations.
std::vector<Genotype> isomorphic(const Genotype& genotype) {
  const Matrix matrix(genotype);
  std::vector<std::size_t> order(matrix.vertices);
  std::iota(order.begin(), order.end(), 0);
  std::vector<Genotype> found;
  do {
    bool acyclic = true;
    std::vector<Genotype::Gene> genes;
    for (std::size_t i = 0; i < matrix.vertices; ++i) {
      for (std::size_t j = 0; j < matrix.vertices; ++j) {
        const int edge = matrix.edges[order[i]][order[j]];
        if (j > i) genes.push_back(static_cast<Genotype::Gene>(edge));
        if (j < i && edge != 0) acyclic = false;
      }
    }
    for (std::size_t i = 1; i + 1 < matrix.vertices; ++i) {
      genes.push_back(static_cast<Genotype::Gene>(matrix.ops[order[i]]));
    }
    if (acyclic) found.emplace_back(std::move(genes));
  } while (std::next_permutation(order.begin() + 1, order.end() - 1));
  return found;
}

/// Every genotype of so many vertices, by trial of all genes.
std::vector<Genotype> all_genotypes(const NasBench101& space, std::size_t vertices) {
  const std::size_t pairs = vertices * (vertices - 1) / 2;
  std::vector<Genotype> found;
  std::vector<Genotype::Gene> genes(pairs + vertices - 2, 0);
  for (bool more = true; more;) {
    try {
      space.validate(Genotype(genes));
      found.emplace_back(genes);
    } catch (const SpaceError&) {
    }
    more = false;
    for (std::size_t i = 0; i < genes.size() && !more; ++i) {
      more = genes[i] + 1 < (i < pairs ? 2 : 3);
      genes[i] = static_cast<Genotype::Gene>(more ? genes[i] + 1 : 0);
    }
  }
  return found;
}

std::string hash_of(const NasBench101& space, const Genotype& genotype) {
  return space.annotations(genotype).at(0);
}

}  // namespace

TEST_CASE("nasbench101: the notation is the upper triangle and the operations") {
  const NasBench101 space;
  const std::string text = "100110100001001010101 c3 mp c3 c3 c1";
  const Genotype genotype = space.parse(text);
  CHECK(genotype ==
        Genotype({1, 0, 0, 1, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 2, 0, 0, 1}));
  CHECK(space.format(genotype) == text);
  CHECK(space.parse("1") == Genotype({1}));
  CHECK(space.parse("1 ") == Genotype({1}));
  CHECK(space.format(Genotype({1})) == "1");
}

TEST_CASE("nasbench101: a cell that is not pruned is read as the pruned one") {
  const NasBench101 space;
  // Vertex 1 leads nowhere.
  CHECK(space.format(space.parse("111001 c3 c1")) == "111 c1");
  // Vertex 3 comes from nowhere.
  CHECK(space.format(space.parse("1000101011 c1 mp c3")) == "100111 c1 mp");
  // Eleven edges, of which one counts.
  CHECK(space.format(space.parse("000001111101110110100 c3 c1 mp c3 c1")) == "1");
  CHECK_THROWS_WITH_AS(space.parse("100 mp"),
                       "the nasbench101 cell '100 mp' has no path from input to output",
                       SpaceError);
  CHECK_THROWS_WITH_AS(
      space.parse("1111111111 c3 c3 c3"),
      "the nasbench101 cell '1111111111 c3 c3 c3' has 10 edges on paths from input "
      "to output, and at most 9 are allowed",
      SpaceError);
}

TEST_CASE("nasbench101: malformed texts are refused, and the message says where") {
  const NasBench101 space;
  for (const char* const text :
       {"", " ", "0", "11 c3", "101", "101 ", "101 c5", "101  c3", "101 c3 ", "101 c3 c1", "101 C3",
        "101c3", "102 c3", "1  ", "1 c3", "1111111111111111111111 c3 c3 c3 c3 c3",
        "111111111111111111111 c3 c3 c3 c3 c3", "000000 c3 c1", "[[0,1],[0,0]]"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(space.parse(text), SpaceError);
  }
  CHECK_THROWS_WITH_AS(
      space.parse("110101 c3 c7"),
      "'110101 c3 c7' is not a nasbench101 architecture: expected c3, c1 or mp at character 11, "
      "found 'c7'; the form is the upper triangle of the adjacency matrix, row by row, and an "
      "operation for each interior vertex: 110101 c3 mp",
      SpaceError);
}

TEST_CASE("nasbench101: genotypes that are no pruned cell are refused") {
  const NasBench101 space;
  for (const Genotype& genotype :
       {Genotype(), Genotype({0}), Genotype({2}), Genotype({1, 1}), Genotype({1, 0, 1, 3}),
        Genotype({1, 0, 1, -1}), Genotype({1, 1, 0, 0}), Genotype({0, 1, 1, 0}),
        Genotype({1, 1, 1, 0, 0, 1, 0, 1}), Genotype(std::vector<Genotype::Gene>(26, 1))}) {
    CAPTURE(genotype.to_string());
    CHECK_THROWS_AS(space.validate(genotype), SpaceError);
    CHECK_THROWS_AS(space.key(genotype), SpaceError);
    CHECK_THROWS_AS(space.neighbours(genotype), SpaceError);
    CHECK_THROWS_AS(space.annotations(genotype), SpaceError);
  }
}

TEST_CASE("nasbench101: the space has 423,624 cells, each with a key and a hash of its own") {
  const NasBench101 space;
  REQUIRE(space.size() == 423'624);
  std::map<std::size_t, int> by_vertices;
  std::set<Key> keys;
  std::set<std::string> hashes;
  for (std::uint64_t i = 0; i < space.size(); ++i) {
    const Genotype genotype = space.at(i);
    ++by_vertices[vertices_of(genotype)];
    keys.insert(space.key(genotype));
    hashes.insert(hash_of(space, genotype));
  }
  // The numbers of the published data set.
  CHECK(by_vertices ==
        std::map<std::size_t, int>{{2, 1}, {3, 6}, {4, 84}, {5, 2'441}, {6, 62'010}, {7, 359'082}});
  CHECK(keys.size() == space.size());
  CHECK(hashes.size() == space.size());
  CHECK(space.format(space.at(0)) == "1");
  CHECK(space.format(space.at(1)) == "101 c3");
  CHECK(space.format(space.at(3)) == "101 mp");
  CHECK_THROWS_AS(space.at(423'624), SpaceError);
}

TEST_CASE("nasbench101: keys, hashes and graph keys part all cells up to 5 vertices alike") {
  const NasBench101 space;
  std::map<Key, std::pair<Key, std::string>> classes;
  std::set<Key> graph_keys;
  std::size_t wrong = 0;
  for (std::size_t vertices = 2; vertices <= 5; ++vertices) {
    for (const Genotype& genotype : all_genotypes(space, vertices)) {
      const Key graph_key = graph::canonical_key(space.cell(genotype));
      graph_keys.insert(graph_key);
      const std::pair same{graph_key, hash_of(space, genotype)};
      if (classes.try_emplace(space.key(genotype), same).first->second != same) ++wrong;
    }
  }
  CHECK(wrong == 0);
  CHECK(classes.size() == 1 + 6 + 84 + 2441);
  CHECK(graph_keys.size() == classes.size());
}

TEST_CASE("nasbench101: every order of the vertices has one key, one hash and one graph key") {
  const NasBench101 space;
  CHECK(rc::check([&] {
    const Genotype genotype = space.at(*rc::gen::inRange<std::uint64_t>(0, space.size()));
    const Key graph_key = graph::canonical_key(space.cell(genotype));
    for (const Genotype& other : isomorphic(genotype)) {
      RC_ASSERT(space.key(other) == space.key(genotype));
      RC_ASSERT(hash_of(space, other) == hash_of(space, genotype));
      RC_ASSERT(graph::canonical_key(space.cell(other)) == graph_key);
    }
  }));
}

TEST_CASE("nasbench101: at() gives the form of a cell that comes first") {
  const NasBench101 space;
  CHECK(rc::check([&] {
    const Genotype genotype = space.at(*rc::gen::inRange<std::uint64_t>(0, space.size()));
    // Edges into the last vertex weigh most, those from the highest source first.
    const auto rank = [](const Genotype& one) {
      const Matrix matrix(one);
      std::vector<int> digits;
      for (std::size_t j = matrix.vertices; j-- > 0;) {
        for (std::size_t i = j; i-- > 0;) digits.push_back(matrix.edges[i][j]);
      }
      digits.insert(digits.end(), matrix.ops.begin(), matrix.ops.end());
      return digits;
    };
    for (const Genotype& other : isomorphic(genotype)) RC_ASSERT(rank(other) >= rank(genotype));
  }));
}

TEST_CASE("nasbench101: unique sampling is uniform over cells, random sampling is not") {
  const NasBench101 unique;
  const NasBench101 random({.sampling = "random"});
  Rng rng(1, "sample");
  constexpr int kSamples = 40'000;
  std::map<std::size_t, int> of_unique;
  std::map<std::size_t, int> of_random;
  std::set<Key> keys;
  for (int i = 0; i < kSamples; ++i) {
    const Genotype genotype = unique.sample(rng);
    keys.insert(unique.key(genotype));
    ++of_unique[vertices_of(genotype)];
    ++of_random[vertices_of(random.sample(rng))];
  }
  // 40,000 of 423,624 with replacement: 38,171 distinct are expected.
  CHECK(std::abs(static_cast<int>(keys.size()) - 38'171) < 250);
  CHECK(std::abs(of_unique[7] - kSamples * 359'082.0 / 423'624.0) < 360);  // 5 sigma
  CHECK(of_random[7] < of_unique[7] - 2'000);
  CHECK(of_random[3] > 0);
}

TEST_CASE("nasbench101: mutations change the network and reach all neighbours") {
  const NasBench101 space;
  // One edge; every insertion of a vertex is open, and no edge can go.
  CHECK(space.neighbours(space.parse("1")).size() == 3);
  // To take away either edge of the chain leaves the other path.
  std::set<std::string> texts;
  for (const Genotype& genotype : space.neighbours(space.parse("111 c3"))) {
    texts.insert(space.format(genotype));
  }
  CHECK(texts == std::set<std::string>{"1", "101 c3", "111 c1", "111 mp", "111101 c3 c3",
                                       "111101 c1 c3", "111101 mp c3", "111011 c3 c3",
                                       "111011 c3 c1", "111011 c3 mp", "101111 c3 c3",
                                       "101111 c3 c1", "101111 c3 mp"});
  Rng rng(2, "mutate");
  for (int i = 0; i < 300; ++i) {
    const Genotype parent = space.sample(rng);
    const std::vector<Genotype> neighbours = space.neighbours(parent);
    CHECK(neighbours.size() <= 68);
    for (const Genotype& neighbour : neighbours) {
      space.validate(neighbour);
      CHECK(space.key(neighbour) != space.key(parent));
    }
    CHECK(std::ranges::count(neighbours, space.mutate(parent, rng)) == 1);
  }
}

TEST_CASE("nasbench101: small cells grow to seven vertices by mutation") {
  const NasBench101 space;
  Rng rng(3, "grow");
  Genotype genotype = space.parse("1");
  std::size_t largest = 2;
  for (int i = 0; i < 1'000; ++i) {
    genotype = space.mutate(genotype, rng);
    largest = std::max(largest, vertices_of(genotype));
  }
  CHECK(largest == 7);
}

TEST_CASE("nasbench101: a child has each edge and operation from a parent") {
  const NasBench101 space;
  Rng rng(4, "crossover");
  const Genotype a = space.parse("100001000010000100101 c3 c3 c3 c3 c3");
  const Genotype b = space.parse("101 mp");
  std::set<std::string> children;
  for (int i = 0; i < 2'000; ++i) children.insert(space.format(space.crossover(a, b, rng)));
  CHECK(children.contains("101 mp"));
  for (const std::string& child : children) CHECK(child.find("c1") == std::string::npos);
  for (int i = 0; i < 20'000; ++i) {
    const Genotype parent = space.sample(rng);
    CHECK_NOTHROW(space.crossover(parent, space.sample(rng), rng));
    CHECK(space.key(space.crossover(parent, parent, rng)) == space.key(parent));
  }
}

TEST_CASE("nasbench101: options out of range are refused") {
  CHECK_THROWS_AS(NasBench101({.channels = 3}), SpaceError);
  CHECK_THROWS_AS(NasBench101({.stacks = 0}), SpaceError);
  CHECK_THROWS_AS(NasBench101({.modules_per_stack = 101}), SpaceError);
  CHECK_THROWS_WITH_AS(NasBench101({.sampling = "uniform"}),
                       "nasbench101 has no sampling 'uniform'; known: unique, random", SpaceError);
}

TEST_CASE("nasbench101 with random sampling passes the contract") {
  tests::check_space(AnySpace(NasBench101({.channels = 8, .stacks = 2, .sampling = "random"})));
}
