#pragma once

#include <cstdint>
#include <string>

#include "graph/network_builder.hpp"
#include "spaces/declared/vocabulary.hpp"

namespace evonas::spaces::declared {

/// One operation with everything that its network depends on, and nothing else: what the operation
/// does not read stays as it is here. Two layers that are equal build the same network.
struct Layer {
  Operation operation = Operation::Identity;
  std::int64_t inputs = 0;  ///< width read; 0 is that of the images
  std::int64_t channels = 0;
  std::int64_t stride = 1;
  std::int64_t kernel = 0;
  std::int64_t middle = 0;  ///< width of the middle of inverted_residual and bottleneck
  std::int64_t groups = 1;
  std::int64_t dilation = 1;
  std::int64_t squeezed = 0;  ///< width inside the squeeze-and-excitation; 0 is without
  std::string gate;
  std::string activation;
  bool padded = true;      ///< windows of a pooling with an odd kernel are centred on pixels
  bool normalised = true;  ///< the convolution has batch normalisation, not a bias
};

/// The layer as a node of a graph at cell grain.
graph::Attributes attributes_of(const Layer& layer);

/// Appends a text to `text` that is the same exactly for equal layers.
void append_text(std::string& text, const Layer& layer);

/// Appends the network of a layer with one operand.
graph::NodeId build(graph::NetworkBuilder& builder, graph::NodeId x, const Layer& layer);

/// The 1x1 convolution and normalisation that brings `inputs` channels to `channels`.
Layer projection(std::int64_t inputs, std::int64_t channels, std::int64_t stride);

}  // namespace evonas::spaces::declared
