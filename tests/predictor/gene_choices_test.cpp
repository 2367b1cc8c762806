#include "predictor/gene_choices.hpp"

#include <map>

#include <doctest/doctest.h>

#include "predictor/random_architectures.hpp"
#include "spaces/declared_space.hpp"
#include "spaces/space_list.hpp"

namespace evonas::predictor {
namespace {

/// The choices of an architecture by name.
std::map<std::string, double> choices_of(const spaces::AnySpace& space, const GeneChoices& choices,
                                         const spaces::Genotype& architecture) {
  std::vector<double> numbers(choices.size(), -1.0);
  choices.compute(space, architecture, numbers);
  const std::vector<std::string> names = choices.names(space);
  REQUIRE(names.size() == numbers.size());
  std::map<std::string, double> named;
  for (std::size_t i = 0; i < numbers.size(); ++i) named[names[i]] = numbers[i];
  REQUIRE(named.size() == numbers.size());  // names differ
  return named;
}

TEST_CASE("networks of MobileNetV3 have the same choices exactly where they are the same") {
  const spaces::AnySpace space = spaces::make_space("mobilenetv3");
  const auto pool = random_architectures(space, 300, 1, "pool");
  const GeneChoices choices(space, pool);
  CHECK(choices.size() == 2 * 20 * 3 + 5 * 3 + 1);
  std::map<Key, std::map<std::string, double>> by_network;
  std::map<std::map<std::string, double>, Key> networks;
  Rng rng(1, "pairs");
  for (const spaces::Genotype& architecture : pool) {
    // One more gene, which the network may not depend on.
    std::vector<spaces::Genotype::Gene> genes(architecture.genes().begin(),
                                              architecture.genes().end());
    genes[rng.below(20)] = 5;
    for (const spaces::Genotype& each : {architecture, spaces::Genotype(std::move(genes))}) {
      const Key key = space.key(each);
      const std::map<std::string, double> named = choices_of(space, choices, each);
      CHECK(by_network.emplace(key, named).first->second == named);
      CHECK(networks.emplace(named, key).first->second == key);
    }
  }
}

TEST_CASE("the choices of a chain are those that its network reads") {
  const spaces::AnySpace space(tests::space_of_yaml(R"(
stem: [{operation: conv, channels: 8}]
stages: [{operation: [identity, conv], depth: [1, 2], kernel: [3, 5]}]
)"));
  const GeneChoices choices(space, random_architectures(space, 200, 1, "pool"));
  // depth, then operation and kernel of each block
  const auto named = choices_of(space, choices, space.parse("1 conv 5 conv 3"));
  CHECK(named.size() == 5 * 2);
  double sum = 0.0;
  for (const auto& [name, number] : named) sum += number;
  CHECK(sum == 3.0);
  CHECK(named.at("stages[0].kernel, block 1 is 5") == 1.0);
  const auto deep = choices_of(space, choices, space.parse("2 identity 5 conv 3"));
  CHECK(deep.at("stages[0].kernel, block 1 is 5") == 0.0);  // nothing reads it
  CHECK(deep.at("stages[0].kernel, block 2 is 3") == 1.0);
}

TEST_CASE("cells have no fixed places") {
  const spaces::AnySpace declared(tests::space_of_yaml(R"(
cells: {cell: {nodes: 3, operations: [none, identity, conv]}}
stem: [{operation: conv, channels: 8}]
stages: [{operation: cell, depth: [1, 2]}]
)"));
  const GeneChoices choices(declared, random_architectures(declared, 200, 1, "pool"));
  CHECK(choices.names(declared) ==
        std::vector<std::string>{"stages[0].depth is 1", "stages[0].depth is 2"});
  for (const char* name : {"nasbench101", "nasbench201", "darts", "hierarchical"}) {
    CAPTURE(name);
    const spaces::AnySpace space = spaces::make_space(name);
    CHECK(GeneChoices(space, random_architectures(space, 20, 1, "pool")).size() == 0);
  }
}

}  // namespace
}  // namespace evonas::predictor
