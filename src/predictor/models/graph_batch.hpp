#pragma once

#include "predictor/graph_block.hpp"
#include "predictor/models/graph_model.hpp"

namespace evonas::predictor {

/// The tensors of a block, with widths as the nodes' only attribute. They copy what they need.
GraphBatch batch_of(const GraphBlock& block);

/// Some graphs of a batch; `index` holds their numbers, int64.
GraphBatch select(const GraphBatch& graphs, const torch::Tensor& index);

}  // namespace evonas::predictor
