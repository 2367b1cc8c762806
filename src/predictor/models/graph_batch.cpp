#include "predictor/models/graph_batch.hpp"

#include <algorithm>
#include <memory>
#include <numeric>
#include <utility>

#include <torch/types.h>
#include <torch/utils.h>

#include "base/parallel.hpp"

namespace evonas::predictor {
namespace {

constexpr std::size_t kWrittenGraphs = 512;  // in one task

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

/// Some graphs as tensors, padded to the longest of them.
GraphBatch written(std::span<const FlowGraph> flows, std::span<const std::size_t> which,
                   BatchMemory& memory) {
  std::size_t nodes = 1;
  for (const std::size_t graph : which) nodes = std::max(nodes, flows[graph].nodes());
  GraphBatch batch = memory.batch({.graphs = which.size(), .nodes = nodes});
  const GraphRows all{.operations = batch.operations.mutable_data_ptr<std::int64_t>(),
                      .adjacency = batch.adjacency.mutable_data_ptr<float>(),
                      .mask = batch.mask.mutable_data_ptr<float>(),
                      .widths = batch.attributes.mutable_data_ptr<float>()};
  parallel_chunks(which.size(), kWrittenGraphs, [&](std::size_t first, std::size_t count) {
    for (std::size_t i = first; i < first + count; ++i) {
      write_padded(flows[which[i]], nodes,
                   {.operations = all.operations + i * nodes,
                    .adjacency = all.adjacency + i * nodes * nodes,
                    .mask = all.mask + i * nodes,
                    .widths = all.widths + i * nodes});
    }
  });
  return batch;
}

}  // namespace

GraphBatch graphs_of(const ArchitectureView& view, const Vocabulary& vocabulary,
                     std::span<const spaces::Genotype> architectures, Identities identities) {
  const std::vector<FlowGraph> flows = flow_graphs(view, vocabulary, architectures, identities);
  std::vector<std::size_t> all(flows.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  BatchMemory memory;
  return written(flows, all, memory);
}

GraphEncoder flow_encoder(const ArchitectureView& view, const Vocabulary& vocabulary,
                          std::span<const spaces::Genotype> architectures, Identities identities) {
  return [&view, &vocabulary, architectures, identities](std::size_t first, std::size_t count) {
    auto flows = std::make_shared<const std::vector<FlowGraph>>(
        flow_graphs(view, vocabulary, architectures.subspan(first, count), identities));
    EncodedGraphs encoded;
    for (const FlowGraph& flow : *flows) encoded.nodes.push_back(flow.nodes());
    encoded.batch = [flows = std::move(flows)](std::span<const std::size_t> which,
                                               BatchMemory& memory) {
      return written(*flows, which, memory);
    };
    return encoded;
  };
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
