#include <set>
#include <string>

#include <doctest/doctest.h>

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

/// A published network and the parameters that torchvision counts.
struct Published {
  const char* family;
  const char* architecture;
  std::int64_t parameters;
};

constexpr NetworkInput kImageNet{3, 224, 224, 1000};

std::int64_t count_of(const graph::Graph& network, std::string_view op) {
  return std::ranges::count_if(network.nodes(), [&](const auto& node) { return node.op == op; });
}

}  // namespace

TEST_CASE("every family of networks passes the contract of spaces") {
  const auto files = evonas::tests::files_in(EVONAS_SOURCE_DIR "/configs/spaces/families", ".yaml");
  CHECK(files.size() == 9);
  for (const auto& file : files) {
    CAPTURE(file.string());
    evonas::tests::check_space(AnySpace(Declared({.file = file.string()})),
                               {.walk_steps = 1000, .networks = 4, .mutations = 10'000});
  }
}

TEST_CASE("families hold the networks that they are named after") {
  const std::initializer_list<Published> published = {
      {"alexnet", "224 64 11 192 5 384 3 256 2 3 3 3 4096 4096", 61'100'840},
      // VGG-11, VGG-16, VGG-19
      {"vgg", "224 64 1 3 3 128 1 3 3 256 2 3 3 3 3 512 2 3 3 3 3 512 2 3 3 3 3 4096 4096",
       132'863'336},
      {"vgg", "224 64 2 3 3 128 2 3 3 256 3 3 3 3 3 512 3 3 3 3 3 512 3 3 3 3 3 4096 4096",
       138'357'544},
      {"vgg", "224 64 2 3 3 128 2 3 3 256 4 3 3 3 3 512 4 3 3 3 3 512 4 3 3 3 3 4096 4096",
       143'667'240},
      {"googlenet",
       "224 64 7 64 192 3 64 96 128 3 16 32 3 32 1 128 128 192 3 32 96 3 64 192 96 208 3 16 48 3 "
       "64 "
       "160 112 224 3 24 64 3 64 1 128 128 256 3 24 64 3 64 1 112 144 288 3 32 64 3 64 "
       "256 160 320 3 32 128 3 128 256 160 320 3 32 128 3 128 384 192 384 3 48 128 3 128",
       6'624'904},
      // SqueezeNet 1.0, and 1.1 with the poolings of 1.0
      {"squeezenet",
       "224 96 7 16 64 64 3 16 64 64 3 32 128 128 3 32 128 128 3 48 192 192 3 48 192 192 3 "
       "64 256 256 3 64 256 256 3",
       1'248'424},
      {"squeezenet",
       "224 64 3 16 64 64 3 16 64 64 3 32 128 128 3 32 128 128 3 48 192 192 3 48 192 192 3 "
       "64 256 256 3 64 256 256 3",
       1'235'496},
      // ResNet-18 and ResNet-34
      {"resnet",
       "224 64 7 basic 64 2 3 0.25 basic 128 2 3 0.25 basic 256 2 3 0.25 basic 512 2 3 0.25",
       11'689'512},
      {"resnet",
       "224 64 7 basic 64 3 3 0.25 basic 128 4 3 0.25 basic 256 6 3 0.25 basic 512 3 3 0.25",
       21'797'672},
      {"mobilenetv2", "224 32 16 3 24 2 3 6 32 3 3 6 64 4 3 6 96 3 3 6 160 3 3 6 320 3 6 1280",
       3'504'872},
      // MobileNetV3-Large
      {"mobilenetv3",
       "224 16 16 3 24 2 3 4 3 3 3 3 40 3 5 3 5 3 5 3 3 3 80 4 3 6 3 2.5 3 2.3 3 2.3 3 3 "
       "112 2 3 6 3 6 3 3 3 3 160 3 5 6 5 6 5 6 3 3 960 1280",
       5'483'032},
      // MnasNet-B1
      {"mnasnet",
       "224 32 16 3 24 3 3 3 0 40 3 5 3 0 80 3 5 6 0 96 2 3 6 0 192 4 5 6 0 320 3 6 0 1280",
       4'383'312},
      // EfficientNet-B0
      {"efficientnet",
       "224 32 16 1 3 24 2 3 6 40 2 5 6 80 3 3 6 112 3 5 6 192 4 5 6 320 1 3 6 1280", 5'288'548},
  };
  std::set<std::string> seen;
  for (const auto& [family, architecture, parameters] : published) {
    CAPTURE(architecture);
    const Declared space = shipped_space(std::string("families/") + family);
    const graph::Graph network = space.network(space.parse(architecture), kImageNet);
    CHECK(graph::cost(network).parameters == parameters);
    seen.insert(family);
  }
  CHECK(seen.size() == 9);
}

TEST_CASE("keys part the networks of a family as the networks are") {
  Rng rng(3, "families");
  for (const char* name : {"alexnet", "googlenet", "squeezenet"}) {
    CAPTURE(name);
    const Declared space = shipped_space(std::string("families/") + name);
    const auto network_key = [&](const Genotype& genotype) {
      return graph::canonical_key(space.network(genotype, kImageNet));
    };
    for (int i = 0; i < 20; ++i) {
      const Genotype parent = space.sample(rng);
      const Genotype child = space.mutate(parent, rng);
      CHECK((space.key(parent) == space.key(child)) == (network_key(parent) == network_key(child)));
    }
  }
}

TEST_CASE("branches read the same, share the stride of their stage and are joined in their order") {
  const Declared space = space_of_yaml(R"(
stem: [{operation: conv, channels: 8}]
stages:
  - branches:
      - [{operation: identity}]
      - [{operation: conv, kernel: 1, channels: [4, 6]}, {operation: conv, channels: 12}]
      - [{operation: max_pool}]
    depth: [0, 1, 2]
    stride: 2
)");
  // The depth, then the width in the first and in the second block.
  CHECK(space.describe_genes()[1].name == "stages[0].branches[1][0].channels, block 1");
  CHECK(space.describe_genes()[2].name == "stages[0].branches[1][0].channels, block 2");
  const auto joined = [&](const char* text) {
    std::vector<graph::Shape> shapes;
    const graph::Graph network = space.network(space.parse(text), {});
    for (const graph::Node& node : network.nodes()) {
      if (node.op == "Concat") shapes.push_back(node.shape);
    }
    return shapes;
  };
  CHECK(joined("0 4 6").empty());
  CHECK(joined("1 4 6") == std::vector<graph::Shape>{{28, 16, 16}});
  CHECK(joined("2 4 6") == std::vector<graph::Shape>{{28, 16, 16}, {68, 16, 16}});
  CHECK(space.key(space.parse("1 4 6")) == space.key(space.parse("1 4 4")));
  CHECK(space.key(space.parse("1 4 6")) != space.key(space.parse("1 6 6")));
  // Small images keep their size where strides are dropped.
  const Declared whole = space_of_yaml(R"(
stages:
  - {operation: conv, channels: 8, stride: 2}
  - {branches: [[{operation: conv}], [{operation: conv, channels: [8, 16]}]], stride: 2}
)",
                                       {.drop_strides = 1});
  const graph::Graph network = whole.network(whole.at(0), {});
  CHECK(network[network.outputs()[0]].shape == graph::Shape{10});
  const auto concat = std::ranges::find(network.nodes(), "Concat", &graph::Node::op);
  CHECK(concat->shape == graph::Shape{16, 16, 16});
}

TEST_CASE("convolutions without normalisation have a bias, and unpadded windows stay inside") {
  const Declared space = space_of_yaml(R"(
defaults: {padding: valid}
stages:
  - {operation: conv, channels: 8, normalization: [batch, none]}
  - {operation: max_pool, stride: 2}
head: [{operation: flatten}, {operation: linear, channels: 5}]
)");
  const auto network = [&](const char* text, NetworkInput input) {
    return space.network(space.parse(text), input);
  };
  // 3 * 8 * 9 weights; of 32 pixels a window of 3 with stride 2 leaves 15.
  constexpr std::int64_t kLinear = 8 * 15 * 15 * 5 + 5 + 5 * 10 + 10;
  CHECK(graph::cost(network("batch", {})).parameters == 216 + 16 + kLinear);
  CHECK(graph::cost(network("none", {})).parameters == 216 + 8 + kLinear);
  CHECK(count_of(network("batch", {}), "BatchNormalization") == 1);
  CHECK(count_of(network("none", {}), "BatchNormalization") == 0);
  // A window is never larger than the image.
  CHECK(graph::cost(network("none", {3, 2, 2, 10})).parameters == 216 + 8 + 8 * 5 + 5 + 60);
  CHECK(space.key(space.at(0)) != space.key(space.at(1)));
}

TEST_CASE("a classifier may be a convolution") {
  const Declared space = space_of_yaml(R"(
stages: [{operation: conv, channels: [8, 16]}]
classifier: convolution
)");
  const graph::Graph network = space.network(space.at(0), {});
  CHECK(count_of(network, "Gemm") == 0);
  CHECK(count_of(network, "Conv") == 2);
  CHECK(graph::cost(network).macs == 32 * 32 * (3 * 8 * 9 + 8 * 10 + 10));
  CHECK(network[network.outputs()[0]].shape == graph::Shape{10});
}
