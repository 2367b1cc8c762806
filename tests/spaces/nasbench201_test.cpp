#include "spaces/nasbench201.hpp"

#include <array>
#include <cstdlib>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <utility>

#include <doctest/doctest.h>
#include <rapidcheck.h>

using namespace evonas;
using namespace evonas::spaces;

namespace {

/// CellStructure.to_unique_str(consider_zero=True) of the authors, said again on the arch string.
std::string unique_string(const std::string& arch) {
  std::vector<std::string> nodes{"0"};
  for (std::size_t at = 0; at != std::string::npos && at < arch.size();) {
    const std::size_t end = arch.find('+', at);
    const std::string node = arch.substr(at, end == std::string::npos ? end : end - at);
    std::multiset<std::string> terms;
    for (std::size_t bar = 0; bar + 1 < node.size(); bar = node.find('|', bar + 1)) {
      const std::size_t tilde = node.find('~', bar);
      const std::string op = node.substr(bar + 1, tilde - bar - 1);
      const std::string& source =
          nodes.at(static_cast<std::size_t>(std::stoi(node.substr(tilde + 1))));
      const bool zero = op == "none" || source == "#";
      terms.insert(zero ? "#" : op == "skip_connect" ? source : "(" + source + ")@" + op);
    }
    std::string sum;
    for (const std::string& term : terms) sum += (sum.empty() ? "" : "+") + term;
    nodes.push_back(sum);
    at = end == std::string::npos ? end : end + 1;
  }
  return nodes.back();
}

/// The number that a cell computes when each operation is a random cubic polynomial modulo a prime:
/// two cells with one number compute the same function, but for a chance of about 1e-15.
std::uint64_t function_value(const Genotype& genotype) {
  __extension__ using Wide = unsigned __int128;
  constexpr std::uint64_t kPrime = (std::uint64_t{1} << 61) - 1;
  const auto times = [](std::uint64_t a, std::uint64_t b) {
    return static_cast<std::uint64_t>(Wide{a} * b % kPrime);
  };
  std::array<std::optional<std::uint64_t>, 4> nodes{123456789987654321U};  // nothing: a zero
  std::size_t edge = 0;
  for (std::size_t node = 1; node < 4; ++node) {
    for (std::size_t source = 0; source < node; ++source, ++edge) {
      const Genotype::Gene op = genotype[edge];
      if (op == 0 || !nodes[source]) continue;
      std::uint64_t value = *nodes[source];
      if (op > 1) {
        std::mt19937_64 constants(static_cast<std::uint64_t>(op));
        const std::uint64_t x = (value + constants() % kPrime) % kPrime;
        value =
            (times(times(times(x, x), x), constants() % kPrime) + constants() % kPrime) % kPrime;
      }
      nodes[node] = (nodes[node].value_or(0) + value) % kPrime;
    }
  }
  return nodes[3].value_or(0);
}

}  // namespace

TEST_CASE("the arch string is read and written as published") {
  const NasBench201 space;
  const std::string text =
      "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_3x3~0|none~1|skip_connect~2|";
  const Genotype genotype = space.parse(text);
  CHECK(genotype == Genotype({4, 2, 1, 3, 0, 1}));
  CHECK(space.format(genotype) == text);
}

TEST_CASE("parse reverses format for all 15,625 cells, and at() numbers them") {
  const NasBench201 space;
  std::set<Genotype> seen;
  std::size_t wrong = 0;
  for (std::uint64_t i = 0; i < space.size(); ++i) {
    const Genotype genotype = space.at(i);
    seen.insert(genotype);
    if (space.parse(space.format(genotype)) != genotype) ++wrong;
  }
  CHECK(wrong == 0);
  CHECK(seen.size() == 15625);
  CHECK(space.at(0) == Genotype({0, 0, 0, 0, 0, 0}));
  CHECK(space.at(1) == Genotype({0, 0, 0, 0, 0, 1}));
  CHECK(space.at(15624) == Genotype({4, 4, 4, 4, 4, 4}));
}

TEST_CASE("the keys part the space exactly as the authors' unique strings do: 6,466 classes") {
  const NasBench201 space;
  std::map<Key, std::string> classes;
  std::set<std::string> strings;
  std::size_t wrong = 0;
  for (std::uint64_t i = 0; i < space.size(); ++i) {
    const Genotype genotype = space.at(i);
    const std::string expected = unique_string(space.format(genotype));
    strings.insert(expected);
    if (classes.try_emplace(space.key(genotype), expected).first->second != expected) ++wrong;
  }
  CHECK(wrong == 0);
  CHECK(classes.size() == 6466);
  CHECK(strings.size() == 6466);
}

TEST_CASE("cells with one key compute one function, and 4,930 functions have 6,466 keys") {
  const NasBench201 space;
  std::map<Key, std::uint64_t> functions;
  std::set<std::uint64_t> values;
  std::size_t wrong = 0;
  for (std::uint64_t i = 0; i < space.size(); ++i) {
    const std::uint64_t value = function_value(space.at(i));
    values.insert(value);
    if (functions.try_emplace(space.key(space.at(i)), value).first->second != value) ++wrong;
  }
  CHECK(wrong == 0);
  CHECK(values.size() == 4930);
}

TEST_CASE("known equivalences") {
  const NasBench201 space;
  const auto key = [&](const char* text) { return space.key(space.parse(text)); };
  // A skip to node 1 makes nodes 0 and 1 one.
  CHECK(key("|skip_connect~0|+|nor_conv_3x3~0|none~1|+|none~0|none~1|skip_connect~2|") ==
        key("|skip_connect~0|+|none~0|nor_conv_3x3~1|+|none~0|none~1|skip_connect~2|"));
  // The operation into a node that nothing reads does not matter.
  CHECK(key("|nor_conv_3x3~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|") ==
        key("|avg_pool_3x3~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|"));
  // Another kind of convolution is another network.
  CHECK(key("|none~0|+|none~0|none~1|+|nor_conv_1x1~0|none~1|none~2|") !=
        key("|none~0|+|none~0|none~1|+|nor_conv_3x3~0|none~1|none~2|"));
}

TEST_CASE("sampling is uniform over the cells") {
  const NasBench201 space;
  Rng rng(1, "sample");
  std::array<std::array<int, 5>, 6> counts{};
  constexpr int kSamples = 50'000;
  for (int i = 0; i < kSamples; ++i) {
    const Genotype genotype = space.sample(rng);
    for (std::size_t edge = 0; edge < 6; ++edge) {
      ++counts[edge][static_cast<std::size_t>(genotype[edge])];
    }
  }
  for (const auto& edge : counts) {
    for (const int count : edge) CHECK(std::abs(count - kSamples / 5) < 500);  // 5.6 sigma
  }
}

TEST_CASE("a mutation changes one edge; each of the 24 is as likely as any other") {
  const NasBench201 space;
  Rng rng(2, "mutate");
  const Genotype parent({0, 1, 2, 3, 4, 0});
  std::map<Genotype, int> counts;
  for (int i = 0; i < 24'000; ++i) ++counts[space.mutate(parent, rng)];
  CHECK(counts.size() == 24);
  for (const auto& [child, count] : counts) CHECK(std::abs(count - 1000) < 180);  // 5.8 sigma
  const std::vector<Genotype> neighbours = space.neighbours(parent);
  CHECK(neighbours.size() == 24);
  for (const Genotype& neighbour : neighbours) CHECK(counts.contains(neighbour));
}

TEST_CASE("crossover takes each edge from either parent, evenly") {
  const NasBench201 space;
  Rng rng(3, "crossover");
  const Genotype a({0, 1, 2, 3, 4, 0});
  const Genotype b({1, 2, 3, 4, 0, 1});
  std::map<Genotype, int> counts;
  for (int i = 0; i < 6400; ++i) ++counts[space.crossover(a, b, rng)];
  CHECK(counts.size() == 64);
  for (const auto& [child, count] : counts) {
    CHECK(std::abs(count - 100) < 60);
    for (std::size_t edge = 0; edge < 6; ++edge) {
      CHECK((child[edge] == a[edge] || child[edge] == b[edge]));
    }
  }
}

TEST_CASE("malformed arch strings are refused, and the message says where") {
  const NasBench201 space;
  const std::string good =
      "|nor_conv_3x3~0|+|nor_conv_3x3~0|none~1|+|skip_connect~0|none~1|avg_pool_3x3~2|";
  const std::vector<std::string> wrong{
      "",
      "|",
      "+",
      "||+||+||",
      "none",
      good.substr(1),
      good + "|",
      good + "+",
      good + " ",
      " " + good,
      good + good,
      good.substr(0, good.size() - 1),
      "|nor_conv_3x3~0|+|nor_conv_3x3~0|none~1|",
      "|nor_conv_3x3~1|+|nor_conv_3x3~0|none~1|+|skip_connect~0|none~1|avg_pool_3x3~2|",
      "|nor_conv_3x3~0|+|nor_conv_3x3~1|none~0|+|skip_connect~0|none~1|avg_pool_3x3~2|",
      "|nor_conv_3x3~0|+|none~1|+|skip_connect~0|none~1|avg_pool_3x3~2|",
      "|nor_conv_3x3~0|nor_conv_3x3~0|none~1|+|skip_connect~0|none~1|avg_pool_3x3~2|",
      "|nor_conv_5x5~0|+|nor_conv_3x3~0|none~1|+|skip_connect~0|none~1|avg_pool_3x3~2|",
      "|NONE~0|+|nor_conv_3x3~0|none~1|+|skip_connect~0|none~1|avg_pool_3x3~2|",
      "|nor_conv_3x3 ~0|+|nor_conv_3x3~0|none~1|+|skip_connect~0|none~1|avg_pool_3x3~2|",
      "|nor_conv_3x3~0 |+|nor_conv_3x3~0|none~1|+|skip_connect~0|none~1|avg_pool_3x3~2|",
      "|nor_conv_3x3~00|+|nor_conv_3x3~0|none~1|+|skip_connect~0|none~1|avg_pool_3x3~2|",
      "|nor_conv_3x3~0|+|nor_conv_3x3~0|none~1|+|skip_connect~0|none~1|avg_pool_3x3~2|+|none~0|",
      "|~0|+|~0|~1|+|~0|~1|~2|",
      "|nor_conv_3x3|+|nor_conv_3x3|none|+|skip_connect|none|avg_pool_3x3|",
      "0,1,2,3,4,0",
      "[0,1,2,3,4,0]",
      std::string("|none\0~0|", 9) + good.substr(16),
      std::string(1'000'000, '|'),
      std::string("\xff\xfe\x00|", 4),
  };
  for (const std::string& text : wrong) {
    CAPTURE(text.substr(0, 100));
    try {
      space.parse(text);
      FAIL("accepted");
    } catch (const SpaceError& error) {
      const std::string message = error.what();
      CHECK(message.find("at character ") != std::string::npos);
      CHECK(message.find("expected ") != std::string::npos);
      CHECK(message.size() < 700);
    }
  }
  CHECK_THROWS_WITH_AS(
      space.parse("|nor_conv_3x3~0|+|nor_conv_7x7~0|"),
      "'|nor_conv_3x3~0|+|nor_conv_7x7~0|' is not a nasbench201 architecture: expected none, "
      "skip_connect, nor_conv_1x1, nor_conv_3x3 or avg_pool_3x3 at character 19, found "
      "'nor_conv_7x7~0|'; the form is |OP~0|+|OP~0|OP~1|+|OP~0|OP~1|OP~2|",
      SpaceError);
}

TEST_CASE("any change of one byte of an arch string is refused or read as another cell") {
  const NasBench201 space;
  CHECK(rc::check([&] {
    const Genotype genotype = space.at(*rc::gen::inRange<std::uint64_t>(0, 15625));
    std::string text = space.format(genotype);
    const std::size_t at = *rc::gen::inRange<std::size_t>(0, text.size());
    const char old = std::exchange(text[at], *rc::gen::arbitrary<char>());
    if (text[at] == old) return;
    try {
      const Genotype other = space.parse(text);
      RC_ASSERT(other != genotype);
      RC_ASSERT(space.format(other) == text);
    } catch (const SpaceError&) {
    }
  }));
}

TEST_CASE("genotypes that are no cell are refused") {
  const NasBench201 space;
  for (const Genotype& genotype :
       {Genotype(), Genotype({0, 0, 0, 0, 0}), Genotype({0, 0, 0, 0, 0, 0, 0}),
        Genotype({0, 0, 5, 0, 0, 0}), Genotype({-1, 0, 0, 0, 0, 0})}) {
    CHECK_THROWS_AS(space.validate(genotype), SpaceError);
    CHECK_THROWS_AS(space.key(genotype), SpaceError);
    CHECK_THROWS_AS(space.neighbours(genotype), SpaceError);
  }
  CHECK_THROWS_AS(space.at(15625), SpaceError);
}
