#include "predictor/models/graph_batch.hpp"

#include <algorithm>

#include <torch/types.h>
#include <torch/utils.h>

namespace evonas::predictor {
namespace {

/// A random topological order of `count` nodes, those of the padding after them; `edges` is a
/// matrix of `size` rows, [from][to].
std::vector<std::int64_t> random_order(const float* edges, std::int64_t count, std::int64_t size,
                                       Rng& rng) {
  std::vector<int> waits_for(static_cast<std::size_t>(count), 0);
  for (std::int64_t from = 0; from < count; ++from) {
    for (std::int64_t to = 0; to < count; ++to) {
      if (edges[from * size + to] > 0.0F) ++waits_for[static_cast<std::size_t>(to)];
    }
  }
  std::vector<std::int64_t> ready;
  for (std::int64_t node = 0; node < count; ++node) {
    if (waits_for[static_cast<std::size_t>(node)] == 0) ready.push_back(node);
  }
  std::vector<std::int64_t> order;
  while (!ready.empty()) {
    const std::size_t chosen = rng.below(ready.size());
    const std::int64_t node = ready[chosen];
    ready[chosen] = ready.back();
    ready.pop_back();
    order.push_back(node);
    for (std::int64_t to = 0; to < count; ++to) {
      if (edges[node * size + to] > 0.0F && --waits_for[static_cast<std::size_t>(to)] == 0) {
        ready.push_back(to);
      }
    }
  }
  for (std::int64_t node = count; node < size; ++node) order.push_back(node);
  return order;
}

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

GraphBatch graphs_of(const ArchitectureView& view, const Vocabulary& vocabulary,
                     std::span<const spaces::Genotype> architectures, Identities identities) {
  GraphBlock block;
  fill_block(view, vocabulary, architectures, block, identities);
  return batch_of(block);
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

GraphBatch reordered(const GraphBatch& graphs, Rng& rng) {
  const std::int64_t count = graphs.operations.size(0);
  const std::int64_t size = graphs.operations.size(1);
  const torch::Tensor adjacency = graphs.adjacency.contiguous();
  const torch::Tensor nodes = graphs.mask.sum(1).to(torch::kInt64).contiguous();
  torch::Tensor order = torch::empty({count, size}, torch::kInt64);
  for (std::int64_t graph = 0; graph < count; ++graph) {
    std::ranges::copy(random_order(adjacency.const_data_ptr<float>() + graph * size * size,
                                   nodes.const_data_ptr<std::int64_t>()[graph], size, rng),
                      order.mutable_data_ptr<std::int64_t>() + graph * size);
  }
  GraphBatch result = graphs;
  result.operations = graphs.operations.gather(1, order);
  const torch::Tensor rows = order.unsqueeze(2).expand({count, size, size});
  result.adjacency = adjacency.gather(1, rows).gather(2, rows.transpose(1, 2));
  if (graphs.attributes.defined()) {
    result.attributes = graphs.attributes.gather(
        1, order.unsqueeze(2).expand({count, size, graphs.attributes.size(2)}));
  }
  return result;
}

}  // namespace evonas::predictor
