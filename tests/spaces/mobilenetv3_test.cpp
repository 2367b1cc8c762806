#include "spaces/mobilenetv3.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "contract/space_contract.hpp"
#include "graph/canonical.hpp"

using namespace evonas;
using namespace evonas::spaces;

namespace {

constexpr std::string_view kText =
    R"({"ks":[3,5,7,3,5,7,3,5,7,3,5,7,3,5,7,3,5,7,3,5],)"
    R"("e":[3,4,6,3,4,6,3,4,6,3,4,6,3,4,6,3,4,6,3,4],"d":[2,3,4,2,3],"r":[160]})";
constexpr std::string_view kNumbers =
    "3 5 7 3 5 7 3 5 7 3 5 7 3 5 7 3 5 7 3 5 3 4 6 3 4 6 3 4 6 3 4 6 3 4 6 3 4 6 3 4 2 3 4 2 3 160";

Genotype with_gene(const Genotype& genotype, std::size_t gene, Genotype::Gene value) {
  std::vector<Genotype::Gene> genes(genotype.genes().begin(), genotype.genes().end());
  genes[gene] = value;
  return Genotype(std::move(genes));
}

std::string replaced(std::string_view text, std::string_view old, std::string_view by) {
  std::string result(text);
  return result.replace(result.find(old), old.size(), by);
}

/// Numbers of genes where two genotypes differ.
std::vector<std::size_t> differences(const Genotype& a, const Genotype& b) {
  std::vector<std::size_t> result;
  for (std::size_t gene = 0; gene < a.size(); ++gene) {
    if (a[gene] != b[gene]) result.push_back(gene);
  }
  return result;
}

}  // namespace

TEST_CASE("Once-for-All's dictionary and its columns are read and written") {
  const MobileNetV3 space;
  const Genotype genotype = space.parse(kText);
  CHECK(genotype == space.parse(kNumbers));
  CHECK(space.format(genotype) == kText);
  CHECK(genotype.size() == 46);
  CHECK(genotype[2] == 7);
  CHECK(genotype[20] == 3);
  CHECK(genotype[42] == 4);
  CHECK(genotype[45] == 160);
  // As Python prints it, with the width multiplier that evolution of Once-for-All keeps null.
  CHECK(space.parse(replaced(replaced(kText, "{", "{\"wid\": null, "), ",", ", ")) == genotype);
  CHECK(space.parse(replaced(kText, ",\"r\":[160]", "")) == with_gene(genotype, 45, 224));
}

TEST_CASE("texts that are no architecture are refused with the reason") {
  const MobileNetV3 space;
  const auto refused = [&](const std::string& text, const std::string& reason) {
    CAPTURE(text.substr(0, 200));
    try {
      space.parse(text);
      FAIL("accepted");
    } catch (const SpaceError& error) {
      const std::string message = error.what();
      CAPTURE(message);
      CHECK(message.find(reason) != std::string::npos);
      CHECK(message.find("the form is {\"ks\"") != std::string::npos);
    }
  };
  refused("", "expected a number at character 1");
  refused(fmt::format("{} ", kNumbers), "expected a number at character 95");
  refused(replaced(kNumbers, "3 5", "3,5"), "expected a blank at character 2");
  refused(replaced(kNumbers, "3 5", "3  5"), "expected a number at character 3");
  refused(replaced(kNumbers, " 160", ""), "it has 45 numbers, expected 46");
  refused(replaced(kNumbers, "160", "161"), "the resolution of a mobilenetv3 genotype is 161");
  refused(replaced(kNumbers, "160", "99999"), "expected a number");
  refused("{}", "there is no \"ks\"");
  refused("{]}", "it is no JSON object");
  refused(replaced(kText, "[3,5", "[4,5"),
          "the kernel of block 1 of unit 1 of a mobilenetv3 genotype is 4, expected 3, 5, 7");
  refused(replaced(kText, "[3,4", "[3,5"), "the expansion of block 2 of unit 1");
  refused(replaced(kText, "[2,3,4,2,3]", "[2,3,4,2,5]"), "the depth of unit 5");
  refused(replaced(kText, "[3,5", "[5"), "\"ks\" is not a list of 20 numbers");
  refused(replaced(kText, "[160]", "160"), "\"r\" is not a list of 1 numbers");
  refused(replaced(kText, "[160]", "[160.0]"), "\"r\" holds '160.0'");
  refused(replaced(kText, "[160]", "[-160]"), "\"r\" holds '-160'");
  refused(replaced(kText, "[160]", "[18446744073709551615]"), "\"r\" holds");
  refused(replaced(kText, "\"e\"", "\"expand\""), "'expand' is not one of");
  refused(replaced(kText, "{", "{\"wid\":1.2,"), "'wid' is not one of");
}

TEST_CASE("the resolutions that are searched can be fewer") {
  const MobileNetV3 space({.least_resolution = 160, .resolution_step = 16});
  const std::set<Genotype::Gene> expected{160, 176, 192, 208, 224};
  std::set<Genotype::Gene> sampled;
  Rng rng(1, "resolutions");
  for (int i = 0; i < 200; ++i) {
    Genotype genotype = space.sample(rng);
    for (int step = 0; step < 5; ++step) genotype = space.mutate(genotype, rng);
    sampled.insert(genotype[45]);
  }
  CHECK(sampled == expected);
  const Genotype genotype = space.parse(kText);
  std::set<Genotype::Gene> near{genotype[45]};
  for (const Genotype& neighbour : space.neighbours(genotype)) near.insert(neighbour[45]);
  CHECK(near == expected);
  // The same network as among more resolutions.
  CHECK(space.key(genotype) == MobileNetV3().key(genotype));
  CHECK_THROWS_WITH_AS(space.validate(with_gene(genotype, 45, 164)),
                       "the resolution of a mobilenetv3 genotype is 164, expected 160, 176, 192, "
                       "208, 224",
                       SpaceError);
  // Steps go down from the full resolution.
  const MobileNetV3 uneven({.least_resolution = 150, .resolution_step = 32});
  CHECK_NOTHROW(uneven.validate(with_gene(genotype, 45, 192)));
  CHECK_THROWS_AS(uneven.validate(with_gene(genotype, 45, 156)), SpaceError);
  const MobileNetV3 fixed({.search_resolution = false, .least_resolution = 160});
  CHECK_THROWS_AS(fixed.validate(genotype), SpaceError);
  CHECK_THROWS_AS(MobileNetV3({.least_resolution = 124}), SpaceError);
  CHECK_THROWS_AS(MobileNetV3({.resolution_step = 6}), SpaceError);
  CHECK_THROWS_AS(MobileNetV3({.resolution_step = 100}), SpaceError);
}

TEST_CASE("genes beyond the depth of a unit are kept and do not count") {
  const MobileNetV3 space;
  const NetworkInput input{3, 64, 64, 10};
  const Genotype genotype = space.parse(kText);
  const auto network_key = [&](const Genotype& g) {
    return graph::canonical_key(space.network(g, input));
  };
  std::size_t inactive = 0;
  for (std::size_t gene = 0; gene < 46; ++gene) {
    CAPTURE(gene);
    const bool kernel = gene < 20;
    const bool depth = gene >= 40 && gene < 45;
    const Genotype::Gene other = kernel      ? (genotype[gene] == 3 ? 5 : 3)
                                 : gene < 40 ? (genotype[gene] == 3 ? 6 : 3)
                                 : depth     ? (genotype[gene] == 2 ? 3 : 2)
                                             : 224;
    const Genotype changed = with_gene(genotype, gene, other);
    CHECK(space.parse(space.format(changed)) == changed);
    CHECK((space.key(changed) == space.key(genotype)) ==
          (network_key(changed) == network_key(genotype)));
    CHECK(
        (graph::canonical_key(space.cell(changed)) == graph::canonical_key(space.cell(genotype))) ==
        (space.key(changed) == space.key(genotype)));
    if (space.key(changed) == space.key(genotype)) ++inactive;
  }
  CHECK(inactive == 2 * (20 - 14));
}

TEST_CASE("random pairs have one key exactly where they have one network") {
  const MobileNetV3 space;
  const NetworkInput input{3, 224, 224, 10};
  Rng rng(1, "pairs");
  for (int i = 0; i < 50; ++i) {
    const Genotype a = space.sample(rng);
    Genotype b = a;
    // Random genes, most of which are inactive: about half of the pairs stay one network.
    for (int step = 0; step < 2; ++step) {
      const std::size_t block = 4 * rng.below(5) + 2 + rng.below(2);
      b = with_gene(b, block, static_cast<Genotype::Gene>(3 + 2 * rng.below(3)));
    }
    CAPTURE(space.format(a));
    CAPTURE(space.format(b));
    CHECK((space.key(a) == space.key(b)) == (graph::canonical_key(space.network(a, input)) ==
                                             graph::canonical_key(space.network(b, input))));
  }
}

TEST_CASE("a mutation changes one active gene, each neighbour as likely as any other") {
  const MobileNetV3 space;
  const Genotype parent = space.parse(kText);
  const std::vector<Genotype> neighbours = space.neighbours(parent);
  // 14 blocks, two genes each, two other values; 5 depths likewise; 24 resolutions.
  CHECK(neighbours.size() == 14 * 4 + 5 * 2 + 24);
  for (const Genotype& neighbour : neighbours) {
    CHECK(differences(parent, neighbour).size() == 1);
    CHECK(space.key(neighbour) != space.key(parent));
  }
  std::map<Genotype, int> counts;
  Rng rng(2, "mutate");
  for (int i = 0; i < 90'000; ++i) ++counts[space.mutate(parent, rng)];
  CHECK(counts.size() == neighbours.size());
  for (const auto& [child, count] : counts) CHECK(std::abs(count - 1000) < 190);  // 6 sigma
}

TEST_CASE("samples are uniform in every gene, and children take each gene from either parent") {
  const MobileNetV3 space;
  Rng rng(3, "sample");
  std::vector<std::map<Genotype::Gene, int>> counts(46);
  for (int i = 0; i < 10'000; ++i) {
    const Genotype genotype = space.sample(rng);
    for (std::size_t gene = 0; gene < 46; ++gene) ++counts[gene][genotype[gene]];
  }
  for (std::size_t gene = 0; gene < 46; ++gene) {
    const int choices = gene < 45 ? 3 : 25;
    CHECK(counts[gene].size() == static_cast<std::size_t>(choices));
    for (const auto& [value, count] : counts[gene]) {
      CHECK(std::abs(count - 10'000 / choices) < 290);  // 6 sigma
    }
  }
  std::vector<Genotype::Gene> low(46, 3);
  std::vector<Genotype::Gene> high(46, 4);
  std::fill_n(high.begin(), 20, 5);
  low[45] = 128;
  high[45] = 132;
  const Genotype a(low);
  const Genotype b(high);
  std::vector<int> from_b(46);
  for (int i = 0; i < 10'000; ++i) {
    const Genotype child = space.crossover(a, b, rng);
    for (std::size_t gene = 0; gene < 46; ++gene) {
      CHECK((child[gene] == a[gene] || child[gene] == b[gene]));
      from_b[gene] += static_cast<int>(child[gene] == b[gene]);
    }
  }
  for (const int count : from_b) CHECK(std::abs(count - 5000) < 300);
}

TEST_CASE("without a search of the resolution it stays at 224") {
  const AnySpace space(MobileNetV3({.width_multiplier = 0.25, .search_resolution = false}));
  tests::check_space(space, {.walk_steps = 4'000, .networks = 5});
  Rng rng(4, "fixed");
  for (const Genotype& neighbour : space.neighbours(space.sample(rng))) {
    CHECK(neighbour[45] == 224);
  }
  CHECK_THROWS_AS(space.parse(kText), SpaceError);
}

TEST_CASE("options out of range are refused") {
  CHECK_THROWS_AS(MobileNetV3({.width_multiplier = 0}), SpaceError);
  CHECK_THROWS_AS(MobileNetV3({.width_multiplier = 10.5}), SpaceError);
  CHECK_THROWS_AS(MobileNetV3({.width_multiplier = std::nan("")}), SpaceError);
  CHECK_THROWS_AS(MobileNetV3({.first_stride = 3}), SpaceError);
  CHECK_THROWS_AS(MobileNetV3({.first_stride = 0}), SpaceError);
  CHECK_THROWS_AS(mobilenetv3_large({}, 0.0), SpaceError);
}
