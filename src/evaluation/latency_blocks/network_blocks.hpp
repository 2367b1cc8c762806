#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "graph/graph.hpp"

namespace evonas::evaluation {

/// A part of a network that published latency tables have an entry for.
struct NetworkBlock {
  enum class Kind {
    Convolution,       ///< a convolution with its normalisation and activation
    InvertedResidual,  ///< 1x1 expansion, depthwise, squeeze-excitation, 1x1 projection, sum
    Classifier,        ///< Gemm, and the global pooling in front of it where `input` is an image
  };
  Kind kind = Kind::Convolution;
  graph::Shape input;
  graph::Shape output;
  // Of inverted residual blocks.
  double expansion = 1;  ///< channels of the depthwise convolution over those of the input
  std::int64_t kernel = 1;
  std::int64_t stride = 1;
  bool skip = false;     ///< the input is added to the output
  bool squeeze = false;  ///< squeeze-excitation
  bool h_swish = false;  ///< activation behind the depthwise convolution
  std::string node;      ///< name of a node in it, for messages
};

/// The blocks of a network of any search space, in order, found by their pattern in its graph: what
/// inverted_residual() of spaces/blocks.hpp writes is one block, every other convolution and Gemm
/// is one of its own. Normalisations, activations and global poolings go with them; so does a
/// Resize of the input, which is no part of the network on a device. Throws EvaluationError naming
/// the node where anything else is computed (a pooling, a sum of branches, a convolution in
/// groups).
std::vector<NetworkBlock> network_blocks(graph::Graph network);

}  // namespace evonas::evaluation
