#include "spaces/declared.hpp"

#include <map>
#include <set>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "contract/space_contract.hpp"
#include "graph/canonical.hpp"
#include "graph/cost.hpp"
#include "malformed_files.hpp"
#include "spaces/declared_space.hpp"

using namespace evonas;
using namespace evonas::spaces;
using evonas::tests::shipped_space;
using evonas::tests::space_of_yaml;

namespace {

const std::string kFolder = EVONAS_SOURCE_DIR "/configs/spaces";

/// Identity of the whole network, told from the network alone.
Key network_key(const Declared& space, const Genotype& genotype) {
  return graph::canonical_key(space.network(genotype, {}));
}

/// Keys part genotypes exactly as their networks do.
class Partition {
 public:
  explicit Partition(const Declared& space) : space_(space) {}

  void add(const Genotype& genotype) {
    const Key key = space_.key(genotype);
    const Key network = network_key(space_, genotype);
    if (networks_.try_emplace(key, network).first->second != network) ++wrong_;
    if (keys_.try_emplace(network, key).first->second != key) ++wrong_;
  }

  std::size_t wrong() const { return wrong_; }
  std::size_t classes() const { return keys_.size(); }

 private:
  const Declared& space_;
  std::map<Key, Key> networks_;
  std::map<Key, Key> keys_;
  std::size_t wrong_ = 0;
};

/// Two blocks at most, in which everything can be chosen.
constexpr const char* kSmallChain = R"(
stem: [{operation: conv, channels: 8}]
stages:
  - operation: [identity, inverted_residual, conv, max_pool]
    depth: [1, 2]
    channels: [8, 16]
    kernel: [3, 5]
    squeeze_excitation: [false, true]
    squeeze_ratio: [0.25, 0.5]
)";

constexpr const char* kNasBench201 = R"(
operations:
  conv_1x1: {operation: preact_conv, kernel: 1}
  conv_3x3: {operation: preact_conv, kernel: 3}
  pool: {operation: average_pool}
cells:
  cell: {nodes: 3, operations: [none, identity, conv_1x1, conv_3x3, pool]}
stem: [{operation: conv, channels: 16, activation: none}]
stages: [{operation: cell, depth: 2}]
)";

constexpr const char* kOperationsOnNodes = R"(
cells:
  cell:
    nodes: 3
    operations_on: nodes
    operations: [conv, separable]
    output: concat
stem: [{operation: conv, channels: 8}]
stages:
  - {operation: cell, depth: 1}
  - {operation: cell, depth: 1, stride: 2, channels: 16}
)";

}  // namespace

TEST_CASE("every declaration that ships passes the contract of spaces") {
  const auto files = evonas::tests::files_in(kFolder, ".yaml");
  CHECK(files.size() >= 5);
  for (const auto& file : files) {
    CAPTURE(file.string());
    const Declared space({.file = file.string()});
    CHECK(space.name() == "declared");
    evonas::tests::check_space(AnySpace(space), {.walk_steps = 4000, .mutations = 10'000});
    // As the search configurations use them: narrow, on small images.
    const Declared small({.file = file.string(), .width = 0.25, .drop_strides = 2});
    evonas::tests::check_space(AnySpace(small),
                               {.walk_steps = 200, .networks = 5, .mutations = 10'000});
  }
}

TEST_CASE("declared NAS-Bench-Macro is written as published") {
  const Declared space = shipped_space("nas_bench_macro");
  CHECK(space.size() == 6561);
  CHECK(space.parse("02012100") == Genotype({0, 2, 0, 1, 2, 1, 0, 0}));
  CHECK(space.format(space.at(6560)) == "22222222");
  // An identity where nothing changes is not there, wherever it stands in its stage.
  CHECK(space.key(space.parse("12210000")) == space.key(space.parse("12201000")));
  CHECK(space.key(space.parse("12010000")) == space.key(space.parse("12001000")));
  CHECK(space.key(space.parse("12010000")) != space.key(space.parse("12020000")));
}

TEST_CASE("declared Accel-NASBench takes the values of its published columns") {
  const Declared space = shipped_space("accel_nasbench");
  const std::string text = "6 3 1 0 4 5 2 0 6 3 3 0 6 5 3 0 6 5 2 0 1 3 2 0 1 3 2 0";
  CHECK(space.format(space.parse(text)) == text);
  CHECK(space.size() == 36ULL * 36 * 36 * 36 * 36 * 48 * 36);
  const graph::Cost cost = graph::cost(space.network(space.parse(text), {3, 224, 224, 1000}));
  CHECK(cost.parameters == 2501160);
}

TEST_CASE("keys part the architectures of a chain as their networks do") {
  const Declared space = space_of_yaml(kSmallChain);
  Partition all(space);
  for (std::uint64_t i = 0; i < space.size(); ++i) all.add(space.at(i));
  CHECK(all.wrong() == 0);
  CHECK(all.classes() > 50);
  CHECK(all.classes() < *space.size() / 2);
}

TEST_CASE("keys part the architectures of shipped declarations as their networks do") {
  Rng rng(1, "partition");
  for (const char* name :
       {"nas_bench_macro", "accel_nasbench", "fbnet", "resnet_vgg", "reference"}) {
    CAPTURE(name);
    const Declared space = shipped_space(name);
    Partition some(space);
    Genotype genotype = space.sample(rng);
    for (int i = 0; i < 300; ++i) {
      some.add(genotype);
      genotype = i % 10 == 0 ? space.sample(rng) : space.mutate(genotype, rng);
    }
    CHECK(some.wrong() == 0);
  }
}

TEST_CASE("keys part cells as their networks do, operations on edges and on nodes") {
  for (const char* yaml : {kNasBench201, kOperationsOnNodes}) {
    const Declared space = space_of_yaml(yaml);
    Partition part(space);
    for (std::uint64_t i = 0; i < space.size(); i += 7) part.add(space.at(i));
    CHECK(part.wrong() == 0);
    CHECK(part.classes() > 30);
    CHECK(part.classes() < *space.size() / 7);
  }
}

TEST_CASE("a mutation changes the network wherever only chains are declared") {
  Rng rng(2, "active");
  for (const char* name : {"accel_nasbench", "resnet_vgg"}) {
    const Declared space = shipped_space(name);
    for (int i = 0; i < 200; ++i) {
      const Genotype parent = space.sample(rng);
      CHECK(space.key(space.mutate(parent, rng)) != space.key(parent));
    }
  }
}

TEST_CASE("genes beyond the depth and settings that are not read are inactive") {
  const Declared space = space_of_yaml(kSmallChain);
  // depth and channels, then operation, kernel, squeeze_excitation, squeeze_ratio of each block
  const std::string identity = "1 8 identity 3 0 0.25 conv 5 1 0.5";
  CHECK(space.format(space.parse(identity)) == identity);
  std::set<std::string> around;
  for (const Genotype& g : space.neighbours(space.parse(identity))) around.insert(space.format(g));
  CHECK(around == std::set<std::string>{
                      "2 8 identity 3 0 0.25 conv 5 1 0.5", "1 16 identity 3 0 0.25 conv 5 1 0.5",
                      "1 8 inverted_residual 3 0 0.25 conv 5 1 0.5",
                      "1 8 conv 3 0 0.25 conv 5 1 0.5", "1 8 max_pool 3 0 0.25 conv 5 1 0.5"});
  CHECK(space.key(space.parse(identity)) ==
        space.key(space.parse("1 8 identity 5 1 0.5 max_pool 3 0 0.25")));
}

TEST_CASE("choices come in the order of the keys in the file") {
  const auto text = [](const std::string& stage) {
    const Declared space = space_of_yaml("stages: [{operation: conv, channels: 8}, {" + stage +
                                         ", operation: inverted_residual}]");
    return space.format(Genotype({0, 0, 0}));
  };
  CHECK(text("choose: stage, kernel: [5, 3], depth: [2, 1], expansion: [6, 4]") == "5 2 6");
  CHECK(text("choose: stage, expansion: [6, 4], kernel: [5, 3], depth: [2, 1]") == "6 5 2");
}

TEST_CASE("options fit a declaration to smaller images and budgets") {
  const std::string yaml = R"(
divisor: 4
resolution: [32, 64]
stages:
  - {operation: conv, channels: 16, stride: 2}
  - {operation: conv, channels: 32, stride: 2, kernel: [3, 5]}
)";
  const auto first_conv = [](const graph::Graph& network) {
    for (const graph::Node& node : network.nodes()) {
      if (node.op == "Conv") return node.shape;
    }
    return graph::Shape{};
  };
  const Genotype genotype({1, 0});
  const auto shape = [&](const DeclaredOptions& options) {
    return first_conv(space_of_yaml(yaml, options).network(genotype, {}));
  };
  CHECK(shape({}) == graph::Shape{16, 32, 32});
  CHECK(shape({.width = 0.5}) == graph::Shape{8, 32, 32});
  CHECK(shape({.width = 0.1}) == graph::Shape{4, 32, 32});
  CHECK(shape({.drop_strides = 1}) == graph::Shape{16, 64, 64});
  CHECK(shape({.resolution = 0.25}) == graph::Shape{16, 8, 8});
  CHECK_THROWS_AS(space_of_yaml(yaml, {.width = 0.001}), SpaceError);
  CHECK_THROWS_AS(space_of_yaml(yaml, {.drop_strides = -1}), SpaceError);
}

TEST_CASE("a cell with two inputs reads the block before the one before") {
  const Declared space = space_of_yaml(R"(
cells:
  normal: {inputs: 2, nodes: 2, operations: [conv, max_pool], output: concat}
stem: [{operation: conv, channels: 8}]
stages:
  - {operation: normal, depth: 2}
  - {operation: normal, channels: 16, stride: 2, depth: 2}
)");
  for (const NetworkInput& input : {NetworkInput{3, 32, 32, 10}, NetworkInput{1, 15, 13, 4}}) {
    const graph::Graph network = space.network(space.at(5), input);
    CHECK(network[network.outputs()[0]].shape == graph::Shape{input.classes});
  }
  // As a graph the cell stands once: five edges, two sums, one concatenation, and what is around.
  const graph::Graph cell = space.cell(space.at(0));
  const graph::Graph network = space.network(space.at(0), {});
  CHECK(cell.size() < network.size() / 4);
}

TEST_CASE("a cell without a path gives zeros") {
  const Declared space = space_of_yaml(kNasBench201);
  const graph::Graph network =
      space.network(space.parse("none conv_3x3 conv_1x1 none identity none"), {});
  CHECK(std::ranges::any_of(network.nodes(), [](const auto& node) { return node.op == "Clip"; }));
  CHECK(space.key(space.parse("none none none none none none")) ==
        space.key(space.parse("none conv_3x3 conv_1x1 none identity none")));
}

TEST_CASE("texts that are no architecture are refused, and the message says where") {
  const Declared digits = shipped_space("nas_bench_macro");
  CHECK_THROWS_WITH_AS(
      digits.parse("02012130"),
      doctest::Contains("expected a digit from 0 to 2 at character 7 "
                        "(stages[2].operation, block 2: identity, mb3_k3, mb6_k5)"),
      SpaceError);
  CHECK_THROWS_WITH_AS(digits.parse("0201"), doctest::Contains("expected 8 digits"), SpaceError);
  const Declared values = space_of_yaml(kSmallChain);
  CHECK_THROWS_WITH_AS(values.parse("1 8 identity 7 0 0.25 conv 5 1 0.5"),
                       doctest::Contains("value 4 (stages[0].kernel, block 1) is one of 3, 5, not "
                                         "'7'"),
                       SpaceError);
  for (const char* text :
       {"", " ", "1 8", "1 8 identity 3 0 0.25  conv 5 1 0.5",
        "1 8 identity 3 0 0.25 conv 5 1 0.50", "1 8 Identity 3 0 0.25 conv 5 1 0.5"}) {
    CHECK_THROWS_AS(values.parse(text), SpaceError);
  }
}
