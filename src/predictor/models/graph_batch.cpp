#include "predictor/models/graph_batch.hpp"

#include <torch/types.h>

namespace evonas::predictor {
namespace {

template <class T>
torch::Tensor copy_of(const std::vector<T>& values, std::vector<std::int64_t> shape) {
  torch::Tensor tensor = torch::empty(shape, torch::CppTypeToScalarType<T>::value);
  std::copy(values.begin(), values.end(), tensor.template data_ptr<T>());
  return tensor;
}

}  // namespace

GraphBatch batch_of(const GraphBlock& block) {
  const auto graphs = static_cast<std::int64_t>(block.graphs);
  const auto nodes = static_cast<std::int64_t>(block.nodes);
  GraphBatch batch;
  batch.operations = copy_of(block.operations, {graphs, nodes});
  batch.adjacency = copy_of(block.adjacency, {graphs, nodes, nodes});
  batch.mask = copy_of(block.mask, {graphs, nodes});
  batch.attributes = copy_of(block.widths, {graphs, nodes, 1});
  return batch;
}

GraphBatch select(const GraphBatch& graphs, const torch::Tensor& index) {
  const auto some = [&](const torch::Tensor& tensor) {
    return tensor.defined() ? tensor.index_select(0, index) : tensor;
  };
  return {.operations = some(graphs.operations),
          .adjacency = some(graphs.adjacency),
          .mask = some(graphs.mask),
          .attributes = some(graphs.attributes),
          .statics = some(graphs.statics)};
}

}  // namespace evonas::predictor
