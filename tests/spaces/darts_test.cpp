#include "spaces/darts.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <map>
#include <numeric>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "base/json.hpp"
#include "contract/reference_data.hpp"
#include "graph/canonical.hpp"
#include "graph/cost.hpp"

using namespace evonas;
using namespace evonas::spaces;

namespace {

using Genes = std::vector<Genotype::Gene>;

/// The second-order genotype of the DARTS paper, as its repository prints it.
const std::string kSecondOrderGenotype =
    "Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), "
    "('sep_conv_3x3', 1), ('sep_conv_3x3', 1), ('skip_connect', 0), ('skip_connect', 0), "
    "('dil_conv_3x3', 2)], normal_concat=[2, 3, 4, 5], reduce=[('max_pool_3x3', 0), "
    "('max_pool_3x3', 1), ('skip_connect', 2), ('max_pool_3x3', 1), ('max_pool_3x3', 0), "
    "('skip_connect', 2), ('skip_connect', 2), ('max_pool_3x3', 1)], reduce_concat=[2, 3, 4, 5])";

/// The genotype with the intermediate nodes of one cell put into another order, if that order
/// suits their dependencies.
std::optional<Genotype> reordered(const Genotype& genotype, std::size_t cell,
                                  const std::array<std::size_t, 4>& place) {
  Genes genes(genotype.genes().begin(), genotype.genes().end());
  for (std::size_t node = 0; node < 4; ++node) {
    std::array<std::pair<Genotype::Gene, Genotype::Gene>, 2> edges;  // input, operation
    for (std::size_t side = 0; side < 2; ++side) {
      const std::size_t at = 16 * cell + 4 * node + 2 * side;
      Genotype::Gene input = genotype[at + 1];
      if (input >= 2) {
        const std::size_t moved = place[static_cast<std::size_t>(input) - 2];
        if (moved >= place[node]) return std::nullopt;
        input = static_cast<Genotype::Gene>(moved + 2);
      }
      edges[side] = {input, genotype[at]};
    }
    std::ranges::sort(edges);
    for (std::size_t side = 0; side < 2; ++side) {
      const std::size_t at = 16 * cell + 4 * place[node] + 2 * side;
      genes[at] = edges[side].second;
      genes[at + 1] = edges[side].first;
    }
  }
  return Genotype(genes);
}

std::vector<std::array<std::size_t, 4>> all_orders() {
  std::vector<std::array<std::size_t, 4>> orders;
  std::array<std::size_t, 4> order{0, 1, 2, 3};
  do orders.push_back(order);
  while (std::ranges::next_permutation(order).found);
  return orders;
}

/// Isomorphism by trying every order of the intermediate nodes of both cells.
bool isomorphic(const Genotype& a, const Genotype& b) {
  for (std::size_t cell = 0; cell < 2; ++cell) {
    const auto same = [&](const std::array<std::size_t, 4>& order) {
      const std::optional<Genotype> moved = reordered(a, cell, order);
      return moved && std::ranges::equal(moved->genes().subspan(16 * cell, 16),
                                         b.genes().subspan(16 * cell, 16));
    };
    if (std::ranges::none_of(all_orders(), same)) return false;
  }
  return true;
}

/// The same wiring with the operations 0 and 1 alone, so that isomorphic cells meet often.
Genotype with_two_operations(const Genotype& genotype) {
  Genes genes(genotype.genes().begin(), genotype.genes().end());
  for (std::size_t i = 0; i < genes.size(); i += 2) genes[i] %= 2;
  return Genotype(genes);
}

}  // namespace

TEST_CASE("the authors' genotype is read, and written with ascending inputs and ranges") {
  const Darts space;
  const Genotype genotype = space.parse(kSecondOrderGenotype);
  CHECK(genotype == Genotype({3, 0, 3, 1, 3, 0, 3, 1, 2, 0, 3, 1, 2, 0, 5, 2,
                              0, 0, 0, 1, 0, 1, 2, 2, 0, 0, 2, 2, 0, 1, 2, 2}));
  CHECK(space.format(genotype) ==
        "Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), "
        "('sep_conv_3x3', 1), ('skip_connect', 0), ('sep_conv_3x3', 1), ('skip_connect', 0), "
        "('dil_conv_3x3', 2)], normal_concat=range(2, 6), reduce=[('max_pool_3x3', 0), "
        "('max_pool_3x3', 1), ('max_pool_3x3', 1), ('skip_connect', 2), ('max_pool_3x3', 0), "
        "('skip_connect', 2), ('max_pool_3x3', 1), ('skip_connect', 2)], "
        "reduce_concat=range(2, 6))");
  CHECK(space.parse(space.format(genotype)) == genotype);
}

TEST_CASE("blanks, double quotes, tuples and lists do not matter") {
  const Darts space;
  const Genotype expected = space.parse(kSecondOrderGenotype);
  std::string spread;
  std::string dense;
  for (const char c : kSecondOrderGenotype) {
    if (c != ' ') dense += c;
    spread += c == '\'' ? '"' : c;
    if (c == ',' || c == '(' || c == '[') spread += "\n\t ";
  }
  CHECK(space.parse(spread) == expected);
  CHECK(space.parse(dense) == expected);
  std::string other = dense;
  other.replace(other.find("[2,3,4,5]"), 9, "range(2,6)");
  other.replace(other.find("[2,3,4,5]"), 9, "(5,2,4,3)");
  CHECK(space.parse(other) == expected);
}

TEST_CASE("the compact notation gives pairs of input and operation") {
  const Darts space;
  const Genotype expected({6, 0, 4, 1, 0, 0, 5, 1, 4, 1, 2, 3, 6, 0, 2, 3,
                           1, 0, 4, 1, 1, 0, 4, 1, 6, 2, 4, 3, 5, 1, 1, 2});
  CHECK(space.parse("(((0, 6), (1, 4), (0, 0), (1, 5), (1, 4), (3, 2), (0, 6), (3, 2)), "
                    "((0, 1), (1, 4), (0, 1), (1, 4), (2, 6), (3, 4), (1, 5), (2, 1)))") ==
        expected);
  CHECK(space.parse("[[[1,4],[0,6],[0,0],[1,5],[1,4],[3,2],[0,6],[3,2]],"
                    "[[0,1],[1,4],[0,1],[1,4],[2,6],[3,4],[2,1],[1,5]]]") == expected);
}

TEST_CASE("texts that are no genotype are refused, and the message says where and what") {
  const Darts space;
  const auto edited = [](const std::string& from, const std::string& to) {
    std::string text = kSecondOrderGenotype;
    return text.replace(text.find(from), from.size(), to);
  };
  const std::vector<std::pair<std::string, std::string>> wrong{
      {"", "expected '(' or '[' at character 1, found the end"},
      {"Genotype", "expected '(' at character 9, found the end"},
      {" " + kSecondOrderGenotype, "at character 1,"},
      {kSecondOrderGenotype + " ", "expected the end"},
      {edited("'sep_conv_3x3'", "'none'"), "a discrete cell has no none"},
      {edited("'sep_conv_3x3'", "'sep_conv_7x7'"), "one of max_pool_3x3, avg_pool_3x3"},
      {edited("'sep_conv_3x3', 1", "'sep_conv_3x3', 2"), "an input of node 2, 0 to 1"},
      {edited("'sep_conv_3x3', 1", "'sep_conv_3x3', 0"), "two different inputs of node 2"},
      {edited("'sep_conv_3x3', 1", "'sep_conv_3x3', 9"), "a number from 0 to 4"},
      {edited("'sep_conv_3x3', 1", "'sep_conv_3x3', -1"), "a number from 0 to 4"},
      {edited("('sep_conv_3x3', 0), ", ""), "two different inputs of node 3"},
      {edited("('skip_connect', 0), ('dil_conv_3x3', 2)", "('dil_conv_3x3', 2)"),
       "expected ',' at character"},
      {edited("[2, 3, 4, 5]", "[2, 3, 4]"), "expected ',' at character"},
      {edited("[2, 3, 4, 5]", "[2, 3, 4, 6]"), "a number from 2 to 5"},
      {edited("[2, 3, 4, 5]", "[2, 3, 4, 4]"), "each of the nodes 2 to 5 once"},
      {edited("[2, 3, 4, 5]", "range(2, 7)"), "expected '6'"},
      {edited("[2, 3, 4, 5]", "[2, 3, 4, 5)"), "expected ']'"},
      {edited("reduce=", "normal="), "expected 'reduce'"},
      {"(((0, 7), (1, 4)), ())", "a number from 0 to 6"},
      {"Genotype(normal=[('sep_conv_3x3", "expected the closing ' at character 32"},
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

TEST_CASE("the space has 180 * 49^2 * 49^2 genotypes a cell, which at() numbers") {
  const Darts space;
  CHECK(space.size() == 1'037'664'180ULL * 1'037'664'180ULL);
  Genes first{0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1};
  first.insert(first.end(), first.begin(), first.begin() + 16);
  CHECK(space.at(0) == Genotype(first));
  Genes last{6, 0, 6, 1, 6, 1, 6, 2, 6, 2, 6, 3, 6, 3, 6, 4};
  last.insert(last.end(), last.begin(), last.begin() + 16);
  CHECK(space.at(space.size() - 1) == Genotype(last));
  // The last node alone: 10 pairs of inputs times 49, each once.
  std::set<Genes> ends;
  for (std::uint64_t i = 0; i < 490; ++i) {
    const Genotype genotype = space.at(i);
    space.validate(genotype);
    CHECK(std::ranges::equal(genotype.genes().first(28), std::span(first).first(28)));
    ends.insert(Genes(genotype.genes().begin() + 28, genotype.genes().end()));
  }
  CHECK(ends.size() == 490);
  CHECK(space.at(490)[24] == 0);
  CHECK(space.at(490)[26] == 1);
}

TEST_CASE("sampling is uniform over inputs and operations") {
  const Darts space;
  Rng rng(1, "sample");
  std::map<std::pair<Genotype::Gene, Genotype::Gene>, int> inputs;
  std::array<int, 7> operations{};
  constexpr int kSamples = 30'000;
  for (int i = 0; i < kSamples; ++i) {
    const Genotype genotype = space.sample(rng);
    ++inputs[{genotype[29], genotype[31]}];
    ++operations[static_cast<std::size_t>(genotype[4])];
  }
  CHECK(inputs.size() == 10);
  for (const auto& [pair, count] : inputs) CHECK(std::abs(count - kSamples / 10) < 300);
  for (const int count : operations) CHECK(std::abs(count - kSamples / 7) < 340);
}

TEST_CASE("half of the mutations change an operation, half an input") {
  const Darts space;
  Rng rng(2, "mutate");
  const Genotype parent = space.parse(kSecondOrderGenotype);
  std::map<Genotype, int> counts;
  int operations = 0;
  constexpr int kMutations = 48'000;
  for (int i = 0; i < kMutations; ++i) {
    const Genotype child = space.mutate(parent, rng);
    ++counts[child];
    bool same_inputs = true;
    for (std::size_t gene = 1; gene < 32; gene += 2) {
      same_inputs = same_inputs && child[gene] == parent[gene];
    }
    if (same_inputs) ++operations;
  }
  CHECK(std::abs(operations - kMutations / 2) < 600);
  CHECK(counts.size() == 96 + 24);
  CHECK(space.neighbours(parent).size() == 96 + 24);
  for (const auto& [child, count] : counts) CHECK(((count > 150 && count < 350) || count > 800));
}

TEST_CASE("crossover takes each intermediate node from either parent, evenly") {
  const Darts space;
  Rng rng(3, "crossover");
  const Genotype a = space.at(0);
  const Genotype b = space.at(space.size() - 1);
  std::map<Genotype, int> counts;
  for (int i = 0; i < 25'600; ++i) ++counts[space.crossover(a, b, rng)];
  CHECK(counts.size() == 256);
  for (const auto& [child, count] : counts) {
    CHECK(std::abs(count - 100) < 60);
    for (std::size_t node = 0; node < 32; node += 4) {
      const auto genes = child.genes().subspan(node, 4);
      CHECK((std::ranges::equal(genes, a.genes().subspan(node, 4)) ||
             std::ranges::equal(genes, b.genes().subspan(node, 4))));
    }
  }
}

TEST_CASE("keys are equal exactly for isomorphic cells, tried by brute force") {
  const Darts space;
  const auto orders = all_orders();
  int equal = 0;
  int different = 0;
  CHECK(rc::check([&] {
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    Rng rng(seed, "pair");
    const Genotype a = with_two_operations(space.sample(rng));
    Genotype b = a;
    for (int step = 0; step < 6; ++step) {
      const std::size_t cell = rng.below(2);
      if (const auto moved = reordered(b, cell, orders[rng.below(orders.size())])) b = *moved;
      if (rng.below(8) == 0) b = with_two_operations(space.mutate(b, rng));
    }
    space.validate(b);
    const bool same = isomorphic(a, b);
    (same ? equal : different) += 1;
    RC_ASSERT((space.key(a) == space.key(b)) == same);
    // The general algorithm on the graph of both cells agrees.
    RC_ASSERT((graph::canonical_key(space.cell(a)) == graph::canonical_key(space.cell(b))) == same);
  }));
  CHECK(equal > 10);
  CHECK(different > 10);
}

TEST_CASE("the cells of one node each: as many keys as isomorphism has classes") {
  // 2,000 genotypes of which only the wiring of the normal cell varies.
  const Darts space;
  Rng rng(5, "wiring");
  std::map<Key, Genotype> representatives;
  std::vector<Genotype> classes;
  for (int i = 0; i < 2'000; ++i) {
    Genes genes(32);
    const Genotype sampled = space.sample(rng);
    for (std::size_t gene = 0; gene < 32; ++gene) {
      if (gene % 2 == 1) genes[gene] = gene < 16 ? sampled[gene] : (gene % 4 == 1 ? 0 : 1);
    }
    const Genotype genotype(genes);
    representatives.try_emplace(space.key(genotype), genotype);
    if (std::ranges::none_of(classes, [&](const Genotype& c) { return isomorphic(c, genotype); })) {
      classes.push_back(genotype);
    }
  }
  CHECK(representatives.size() == classes.size());
  CHECK(classes.size() < 180);  // wirings
}

TEST_CASE("the inputs of a cell are told apart, and so are the two cells") {
  const Darts space;
  const auto key = [&](const std::string& normal, const std::string& reduce) {
    return space.key(space.parse("((" + normal + "), (" + reduce + "))"));
  };
  const std::string a = "(0,3),(1,3),(0,3),(1,3),(0,3),(1,3),(0,3),(1,4)";
  const std::string b = "(0,3),(1,3),(0,3),(1,3),(0,3),(1,3),(0,4),(1,3)";
  const std::string c = "(0,3),(1,4),(0,3),(1,3),(0,3),(1,3),(0,3),(1,3)";
  CHECK(key(a, a) != key(b, a));
  CHECK(key(a, b) != key(b, a));
  CHECK(key(a, b) == key(c, b));
}

TEST_CASE("genotypes that are no cells are refused") {
  const Darts space;
  const Genotype good = space.at(123'456'789);
  const auto with = [&](std::size_t index, Genotype::Gene gene) {
    Genes genes(good.genes().begin(), good.genes().end());
    genes[index] = gene;
    return Genotype(genes);
  };
  CHECK_THROWS_WITH_AS(space.validate(Genotype({1, 2})), "a darts genotype has 32 genes, not 2",
                       SpaceError);
  CHECK_THROWS_WITH_AS(space.validate(with(0, 7)),
                       "node 2 of the normal cell of a darts genotype has the operation 7; they go "
                       "from 0 to 6",
                       SpaceError);
  CHECK_THROWS_WITH_AS(space.validate(with(19, 0)),
                       "node 2 of the reduce cell of a darts genotype reads 0 and 0; expected two "
                       "different nodes before it in ascending order, 0 to 1",
                       SpaceError);
  CHECK_THROWS_AS(space.validate(with(3, 2)), SpaceError);
  CHECK_THROWS_AS(space.validate(with(1, -1)), SpaceError);
}

TEST_CASE("all 11,221 genotypes of NASLib are read, keyed and lowered") {
  const auto file = tests::reference_data("nasbench301/genotypes_11221.json");
  if (!file) return;
  std::ifstream stream(*file);
  const auto json = nlohmann::json::parse(stream);
  REQUIRE(json.size() == 11221);
  const Darts space;
  const Darts small({.channels = 4, .cells = 3});
  std::set<Key> keys;
  std::size_t lowered = 0;
  for (const auto& [name, text] : json.items()) {
    const Genotype genotype = space.parse(text.get<std::string>());
    if (space.parse(space.format(genotype)) != genotype) FAIL("not written as read: " << name);
    keys.insert(space.key(genotype));
    if (graph::cost(small.network(genotype, {})).macs > 0) ++lowered;
  }
  CHECK(lowered == 11221);
  CHECK(keys.size() == 11221);
}
