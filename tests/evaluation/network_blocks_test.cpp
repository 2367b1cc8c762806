#include "evaluation/latency_blocks/network_blocks.hpp"

#include <doctest/doctest.h>

#include "evaluation/evaluator.hpp"
#include "graph/network_builder.hpp"
#include "spaces/blocks.hpp"
#include "spaces/mobilenetv3.hpp"
#include "spaces/nasbench201.hpp"

using namespace evonas;
using namespace evonas::evaluation;
using graph::NodeId;
using Kind = NetworkBlock::Kind;

namespace {

/// One inverted residual block between a stem and a classifier.
std::vector<NetworkBlock> blocks_around(const spaces::InvertedResidual& block,
                                        std::string_view stem_activation = "relu6") {
  graph::NetworkBuilder builder;
  NodeId x = spaces::conv_bn(builder, builder.input({3, 20, 24}), 16, 3, 2);
  x = spaces::activation(builder, x, std::string(stem_activation));
  x = spaces::inverted_residual(builder, x, block);
  x = builder.flatten(builder.global_average_pool(x));
  return network_blocks(builder.finish(builder.gemm(x, 10)));
}

}  // namespace

TEST_CASE("an inverted residual block is found whatever its parts are") {
  for (const char* activation : {"relu", "relu6", "h_swish", "swish"}) {
    for (const char* stem : {"relu", "swish"}) {
      for (const std::int64_t squeezed : {0, 8}) {
        for (const char* gate : {"HardSigmoid", "Sigmoid"}) {
          for (const std::int64_t stride : {1, 2}) {
            for (const std::int64_t channels : {16, 24}) {
              for (const std::int64_t expanded : {16, 64}) {
                CAPTURE(activation);
                CAPTURE(stem);
                CAPTURE(squeezed);
                CAPTURE(gate);
                CAPTURE(stride);
                CAPTURE(channels);
                CAPTURE(expanded);
                const auto blocks = blocks_around({.expanded = expanded,
                                                   .channels = channels,
                                                   .kernel = 5,
                                                   .stride = stride,
                                                   .squeezed = squeezed,
                                                   .gate = gate,
                                                   .activation = activation},
                                                  stem);
                REQUIRE(blocks.size() == 3);
                CHECK(blocks[0].kind == Kind::Convolution);
                CHECK(blocks[0].input == graph::Shape{3, 20, 24});
                CHECK(blocks[0].output == graph::Shape{16, 10, 12});
                const NetworkBlock& block = blocks[1];
                CHECK(block.kind == Kind::InvertedResidual);
                CHECK(block.input == graph::Shape{16, 10, 12});
                CHECK(block.output == graph::Shape{channels, 10 / stride, 12 / stride});
                CHECK(block.expansion == static_cast<double>(expanded) / 16);
                CHECK(block.kernel == 5);
                CHECK(block.stride == stride);
                CHECK(block.skip == (stride == 1 && channels == 16));
                CHECK(block.squeeze == (squeezed > 0));
                CHECK(block.h_swish == (std::string(activation) == "h_swish"));
                CHECK(blocks[2].kind == Kind::Classifier);
                CHECK(blocks[2].input == block.output);
                CHECK(blocks[2].output == graph::Shape{10});
              }
            }
          }
        }
      }
    }
  }
}

TEST_CASE("the blocks of a MobileNetV3 network are those of its genotype") {
  const spaces::MobileNetV3 space;
  Rng rng(1, "blocks");
  for (int i = 0; i < 20; ++i) {
    const spaces::Genotype genotype = space.sample(rng);
    const auto blocks = network_blocks(space.network(genotype, {3, 224, 224, 1000}));
    std::size_t at = 2;  // behind the stem
    for (std::size_t block = 0; block < 20; ++block) {
      if (static_cast<int>(block % 4) >= genotype[40 + block / 4]) continue;
      REQUIRE(at < blocks.size());
      CHECK(blocks[at].kind == Kind::InvertedResidual);
      CHECK(blocks[at].kernel == genotype[block]);
      CHECK(blocks[at].expansion == genotype[20 + block]);
      ++at;
    }
    REQUIRE(blocks.size() == at + 3);
    CHECK(blocks[at].output[0] == 960);
    CHECK(blocks[at + 1].output == graph::Shape{1280, 1, 1});
    CHECK(blocks[at + 2].kind == Kind::Classifier);
  }
}

TEST_CASE("a projection with an activation ends no inverted residual block") {
  graph::NetworkBuilder builder;
  NodeId x = builder.relu(spaces::conv_bn(builder, builder.input({3, 8, 8}), 8, 1));
  x = builder.relu(spaces::conv_bn(builder, x, 8, 3, 1, /*groups=*/8));
  x = builder.relu(spaces::conv_bn(builder, x, 8, 1));
  const graph::Graph network =
      builder.finish(builder.gemm(builder.flatten(builder.global_average_pool(x)), 10));
  CHECK_THROWS_AS(network_blocks(network), EvaluationError);
}

TEST_CASE("a value that something else reads too is no inside of a block") {
  graph::NetworkBuilder builder;
  NodeId x = builder.relu(spaces::conv_bn(builder, builder.input({3, 8, 8}), 8, 3));
  const NodeId expanded = builder.relu(spaces::conv_bn(builder, x, 32, 1));
  const NodeId middle = builder.relu(spaces::conv_bn(builder, expanded, 32, 3, 1, 32));
  x = spaces::conv_bn(builder, middle, 8, 1);
  const NodeId other = spaces::conv_bn(builder, expanded, 8, 1);
  const auto pooled = [&](NodeId y) { return builder.flatten(builder.global_average_pool(y)); };
  const NodeId joined = builder.concat({pooled(x), pooled(other)});
  CHECK_THROWS_WITH_AS(network_blocks(builder.finish(builder.gemm(joined, 10))),
                       doctest::Contains("(Concat to 16) belongs to none of the blocks"),
                       EvaluationError);
}

TEST_CASE("networks of other blocks are refused, and the node is named") {
  const spaces::NasBench201 space({.channels = 4, .cells_per_stage = 1});
  const auto genotype =
      space.parse("|nor_conv_3x3~0|+|none~0|nor_conv_1x1~1|+|skip_connect~0|none~1|none~2|");
  CHECK_THROWS_WITH_AS(network_blocks(space.network(genotype, {})),
                       doctest::Contains("belongs to none of the blocks that latency tables"),
                       EvaluationError);
}
