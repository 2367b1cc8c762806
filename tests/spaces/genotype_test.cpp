#include "spaces/genotype.hpp"

#include <unordered_set>

#include <doctest/doctest.h>
#include <rapidcheck.h>

using evonas::spaces::Genotype;

TEST_CASE("a genotype prints its genes with commas between") {
  CHECK(Genotype().to_string().empty());
  CHECK(Genotype({3}).to_string() == "3");
  CHECK(Genotype({3, 0, -1}).to_string() == "3,0,-1");
}

TEST_CASE("genotypes compare by their genes") {
  CHECK(Genotype({1, 2}) == Genotype({1, 2}));
  CHECK(Genotype({1, 2}) != Genotype({1, 2, 0}));
  CHECK(Genotype({1, 2}) < Genotype({1, 3}));
  CHECK(Genotype({1, 2}) < Genotype({1, 2, 0}));
}

TEST_CASE("hashes of genotypes follow equality and tell small ones apart") {
  CHECK(rc::check([](const std::vector<Genotype::Gene>& genes) {
    RC_ASSERT(std::hash<Genotype>{}(Genotype(genes)) == std::hash<Genotype>{}(Genotype(genes)));
  }));
  std::unordered_set<std::size_t> hashes;
  for (Genotype::Gene a = 0; a < 50; ++a) {
    for (Genotype::Gene b = 0; b < 50; ++b) hashes.insert(std::hash<Genotype>{}(Genotype({a, b})));
  }
  CHECK(hashes.size() == 2500);
}
