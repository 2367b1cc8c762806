#pragma once

#include <torch/types.h>

#include "predictor/descriptions.hpp"
#include "predictor/graph_features.hpp"

namespace evonas::predictor {

/// What is said of each operation of a space: columns of its vocabulary x (Descriptions::width() +
/// some), the vector of its word's description, then numbers of its attributes, which sentences do
/// not tell: kernel, stride, dilation, groups, expansion, and what is
/// known of the hardware of devices (kHardwarePrefix), one number for each such name there is.
/// Zeros for operations that nobody has met yet. Words are those that random architectures have,
/// always the same ones.
torch::Tensor operation_texts(const GraphFeatures& features, const Descriptions& descriptions);

}  // namespace evonas::predictor
