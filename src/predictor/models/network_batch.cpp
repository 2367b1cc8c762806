#include "predictor/models/network_batch.hpp"

#include <algorithm>
#include <memory>
#include <numeric>
#include <utility>

#include "base/parallel.hpp"

namespace evonas::predictor {
namespace {

constexpr std::size_t kWrittenNetworks = 16;  // in one task

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

GraphBatch written_networks(std::span<const NetworkGraph* const> networks,
                            std::span<const std::size_t> which, NodeNumbers numbers,
                            BatchMemory& memory) {
  const std::size_t width = numbers == NodeNumbers::Codes ? kNodeCodes : kNodeLogarithms;
  const std::size_t statics = numbers == NodeNumbers::Codes ? kNetworkCodes : kNetworkLogarithms;
  std::size_t nodes = 1;
  for (const std::size_t graph : which) nodes = std::max(nodes, networks[graph]->nodes.size());
  GraphBatch batch = memory.batch(
      {.graphs = which.size(), .nodes = nodes, .attributes = width, .statics = statics});
  auto* const operations = batch.operations.mutable_data_ptr<std::int64_t>();
  auto* const adjacency = batch.adjacency.mutable_data_ptr<float>();
  auto* const mask = batch.mask.mutable_data_ptr<float>();
  auto* const attributes = batch.attributes.mutable_data_ptr<float>();
  auto* const of_networks = batch.statics.mutable_data_ptr<float>();
  parallel_chunks(which.size(), kWrittenNetworks, [&](std::size_t first, std::size_t count) {
    for (std::size_t i = first; i < first + count; ++i) {
      const NetworkGraph& network = *networks[which[i]];
      std::fill_n(operations + i * nodes, nodes, std::int64_t{0});
      std::fill_n(adjacency + i * nodes * nodes, nodes * nodes, 0.0F);
      std::fill_n(mask + i * nodes, nodes, 0.0F);
      std::fill_n(mask + i * nodes, network.nodes.size(), 1.0F);
      std::fill_n(attributes + i * nodes * width, nodes * width, 0.0F);
      std::fill_n(of_networks + i * statics, statics, 0.0F);
      for (std::size_t node = 0; node < network.nodes.size(); ++node) {
        operations[i * nodes + node] = network.nodes[node].column;
      }
      for (const auto& [from, to] : network.edges) {
        adjacency[(i * nodes + from) * nodes + to] = 1.0F;
      }
      write_numbers(network, numbers, attributes + i * nodes * width, of_networks + i * statics);
    }
  });
  return batch;
}

}  // namespace

GraphBatch network_batch(std::span<const NetworkGraph* const> networks, NodeNumbers numbers) {
  std::vector<std::size_t> all(networks.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  BatchMemory memory;
  return written_networks(networks, all, numbers, memory);
}

EncodedGraphs encoded_networks(std::vector<const NetworkGraph*> networks, NodeNumbers numbers) {
  EncodedGraphs encoded;
  for (const NetworkGraph* network : networks) encoded.nodes.push_back(network->nodes.size());
  encoded.batch = [networks = std::move(networks), numbers](std::span<const std::size_t> which,
                                                            BatchMemory& memory) {
    return written_networks(networks, which, numbers, memory);
  };
  return encoded;
}

GraphEncoder network_encoder(const spaces::AnySpace& space, const spaces::NetworkInput& input,
                             std::span<const spaces::Genotype> architectures, NodeNumbers numbers) {
  return [&space, &input, architectures, numbers](std::size_t first, std::size_t count) {
    const auto networks = std::make_shared<const std::vector<NetworkGraph>>(
        network_graphs(space, input, architectures.subspan(first, count)));
    std::vector<const NetworkGraph*> each;
    for (const NetworkGraph& network : *networks) each.push_back(&network);
    EncodedGraphs encoded = encoded_networks(std::move(each), numbers);
    encoded.batch = [networks, write = std::move(encoded.batch)](std::span<const std::size_t> which,
                                                                 BatchMemory& memory) {
      return write(which, memory);
    };
    return encoded;
  };
}

}  // namespace evonas::predictor
