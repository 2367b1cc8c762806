#include <array>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "graph/network_builder.hpp"
#include "spaces/blocks.hpp"
#include "spaces/mobilenetv3.hpp"
#include "spaces/mobilenetv3/genes.hpp"

namespace evonas::spaces {
namespace {

using namespace mobilenetv3;
using graph::NodeId;

/// What is the same for all blocks of a unit; the stride is that of the first.
struct Unit {
  double width = 0;
  std::int64_t stride = 1;
  const char* activation = "relu";
  bool squeeze = false;
};

// Howard et al., table 1.
constexpr double kStemWidth = 16;
constexpr std::array<Unit, kUnits> kUnitTable{{{24, 2, "relu", false},
                                               {40, 2, "relu", true},
                                               {80, 2, "h_swish", false},
                                               {112, 1, "h_swish", true},
                                               {160, 2, "h_swish", true}}};
constexpr double kFinalExpansion = 960;
constexpr double kFeatures = 1280;

/// Lays the skeleton out, one part a call.
class Skeleton {
 public:
  Skeleton(graph::NetworkBuilder& builder, double width_multiplier)
      : builder_(builder), width_multiplier_(width_multiplier) {}

  std::int64_t channels(double published) const {
    return round_channels(published * width_multiplier_);
  }

  NodeId stem(NodeId x, std::int64_t stride) {
    const std::int64_t width = channels(kStemWidth);
    x = activation(builder_, conv_bn(builder_, x, width, 3, stride), "h_swish");
    return inverted_residual(builder_, x,
                             {.expanded = width, .channels = width, .activation = "relu"});
  }

  /// Block number `position` of a unit.
  NodeId block(NodeId x, const Unit& unit, std::size_t position, std::int64_t kernel,
               std::int64_t expanded) {
    return inverted_residual(
        builder_, x,
        {.expanded = expanded,
         .channels = channels(unit.width),
         .kernel = kernel,
         .stride = position == 0 ? unit.stride : 1,
         .squeezed = unit.squeeze ? round_channels(static_cast<double>(expanded) / 4) : 0,
         .activation = unit.activation});
  }

  NodeId head(NodeId x, std::int64_t classes, bool features_bias) {
    x = activation(builder_, conv_bn(builder_, x, channels(kFinalExpansion), 1), "h_swish");
    x = builder_.conv(builder_.global_average_pool(x), channels(kFeatures), {.kernel = 1}, 1,
                      features_bias);
    return builder_.gemm(builder_.flatten(activation(builder_, x, "h_swish")), classes);
  }

 private:
  graph::NetworkBuilder& builder_;
  double width_multiplier_;
};

std::int64_t resized(std::int64_t extent, Gene resolution) {
  return std::llround(static_cast<double>(extent * resolution) / kFullResolution);
}

}  // namespace

graph::Graph MobileNetV3::cell(const Genotype& genotype) const {
  validate(genotype);
  graph::Graph graph;
  NodeId x = graph.add_input({}, "input");
  if (options_.search_resolution) {
    x = graph.add(fmt::format("resolution_{}", genotype[kResolution]), {x}, {}, "resolution");
  }
  for (std::size_t block = 0; block < kBlocks; ++block) {
    if (!has_block(genotype, block)) continue;
    const auto unit = static_cast<std::int64_t>(block / kMostBlocks + 1);
    x = graph.add(
        fmt::format("mbconv_k{}_e{}", genotype[kKernels + block], genotype[kExpansions + block]),
        {x}, {{"unit", unit}}, fmt::format("unit_{}_block_{}", unit, block % kMostBlocks + 1));
  }
  graph.set_outputs({graph.add("Output", {x}, {}, "output")});
  return graph;
}

graph::Graph MobileNetV3::network(const Genotype& genotype, const NetworkInput& input) const {
  validate(genotype);
  graph::NetworkBuilder builder;
  Skeleton skeleton(builder, options_.width_multiplier);
  NodeId x = builder.input({input.channels, input.height, input.width});
  const std::int64_t height = resized(input.height, genotype[kResolution]);
  const std::int64_t width = resized(input.width, genotype[kResolution]);
  if (height != input.height || width != input.width) x = builder.resize(x, height, width);
  x = skeleton.stem(x, options_.first_stride);
  for (std::size_t block = 0; block < kBlocks; ++block) {
    if (!has_block(genotype, block)) continue;
    const std::int64_t inputs = builder.shape(x)[0];
    x = skeleton.block(x, kUnitTable[block / kMostBlocks], block % kMostBlocks,
                       genotype[kKernels + block],
                       round_channels(static_cast<double>(inputs * genotype[kExpansions + block])));
  }
  return builder.finish(skeleton.head(x, input.classes, /*features_bias=*/false));
}

graph::Graph mobilenetv3_large(const NetworkInput& input, double width_multiplier) {
  struct Block {
    std::size_t unit = 0;
    std::size_t position = 0;
    std::int64_t kernel = 3;
    double expanded = 0;
  };
  constexpr std::array<Block, 14> kTable{{{0, 0, 3, 64},
                                          {0, 1, 3, 72},
                                          {1, 0, 5, 72},
                                          {1, 1, 5, 120},
                                          {1, 2, 5, 120},
                                          {2, 0, 3, 240},
                                          {2, 1, 3, 200},
                                          {2, 2, 3, 184},
                                          {2, 3, 3, 184},
                                          {3, 0, 3, 480},
                                          {3, 1, 3, 672},
                                          {4, 0, 5, 672},
                                          {4, 1, 5, 960},
                                          {4, 2, 5, 960}}};
  if (!(width_multiplier >= 0.1 && width_multiplier <= 10)) {
    throw SpaceError(fmt::format(
        "the width multiplier {} of MobileNetV3-Large is out of range: it goes from 0.1 to 10",
        width_multiplier));
  }
  graph::NetworkBuilder builder;
  Skeleton skeleton(builder, width_multiplier);
  NodeId x = skeleton.stem(builder.input({input.channels, input.height, input.width}), 2);
  for (const Block& block : kTable) {
    x = skeleton.block(x, kUnitTable[block.unit], block.position, block.kernel,
                       skeleton.channels(block.expanded));
  }
  return builder.finish(skeleton.head(x, input.classes, /*features_bias=*/true));
}

}  // namespace evonas::spaces
