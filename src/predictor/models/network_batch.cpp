#include "predictor/models/network_batch.hpp"

#include <algorithm>

#include <torch/utils.h>

namespace evonas::predictor {
namespace {

/// The numbers of one network, at `statics`, and of its nodes, one after the other at `attributes`.
void write_numbers(const NetworkGraph& network, NodeNumbers numbers, float* attributes,
                   float* statics) {
  if (numbers == NodeNumbers::Codes) {
    codes_of(network, std::span<float, kNetworkCodes>(statics, kNetworkCodes));
    for (const NetworkNode& node : network.nodes) {
      codes_of(node, std::span<float, kNodeCodes>(attributes, kNodeCodes));
      attributes += kNodeCodes;
    }
    return;
  }
  logarithms_of(network, std::span<float, kNetworkLogarithms>(statics, kNetworkLogarithms));
  for (const NetworkNode& node : network.nodes) {
    logarithms_of(node, std::span<float, kNodeLogarithms>(attributes, kNodeLogarithms));
    attributes += kNodeLogarithms;
  }
}

}  // namespace

GraphBatch network_batch(std::span<const NetworkGraph* const> networks, NodeNumbers numbers) {
  const std::size_t width = numbers == NodeNumbers::Codes ? kNodeCodes : kNodeLogarithms;
  const std::size_t statics = numbers == NodeNumbers::Codes ? kNetworkCodes : kNetworkLogarithms;
  std::size_t nodes = 1;
  for (const NetworkGraph* network : networks) nodes = std::max(nodes, network->nodes.size());
  const auto graphs = static_cast<std::int64_t>(networks.size());
  const auto padded = static_cast<std::int64_t>(nodes);
  GraphBatch batch{.operations = torch::zeros({graphs, padded}, torch::kInt64),
                   .adjacency = torch::zeros({graphs, padded, padded}),
                   .mask = torch::zeros({graphs, padded}),
                   .attributes = torch::zeros({graphs, padded, static_cast<std::int64_t>(width)}),
                   .statics = torch::zeros({graphs, static_cast<std::int64_t>(statics)})};
  for (std::size_t i = 0; i < networks.size(); ++i) {
    const NetworkGraph& network = *networks[i];
    std::int64_t* const operations = batch.operations.mutable_data_ptr<std::int64_t>() + i * nodes;
    float* const adjacency = batch.adjacency.mutable_data_ptr<float>() + i * nodes * nodes;
    float* const mask = batch.mask.mutable_data_ptr<float>() + i * nodes;
    for (std::size_t node = 0; node < network.nodes.size(); ++node) {
      operations[node] = network.nodes[node].column;
      mask[node] = 1.0F;
    }
    for (const auto& [from, to] : network.edges) adjacency[from * nodes + to] = 1.0F;
    write_numbers(network, numbers, batch.attributes.mutable_data_ptr<float>() + i * nodes * width,
                  batch.statics.mutable_data_ptr<float>() + i * statics);
  }
  return batch;
}

}  // namespace evonas::predictor
