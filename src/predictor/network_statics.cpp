#include "predictor/network_statics.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "graph/cost.hpp"
#include "graph/passes.hpp"

namespace evonas::predictor {
namespace {

constexpr std::size_t kMostStatics = std::size_t{1} << 18;  // that are kept: some tens of MB

}  // namespace

Statics statics_of(graph::Graph network) {
  const graph::Graph used = graph::inference_network(std::move(network));
  double parameters = 0.0;
  double macs = 0.0;
  double memory = 0.0;
  std::vector<int> depths(used.size(), 0);  // of the paths to each node
  for (graph::NodeId id = 0; id < used.size(); ++id) {
    const graph::Cost cost = graph::node_cost(used, id);
    parameters += static_cast<double>(cost.parameters);
    macs += static_cast<double>(cost.macs);
    memory += static_cast<double>(cost.activation_bytes);
    for (const graph::NodeId input : used[id].inputs) {
      depths[id] = std::max(depths[id], depths[input]);
    }
    if (cost.macs > 0) ++depths[id];
  }
  const int deepest = depths.empty() ? 0 : *std::ranges::max_element(depths);
  return {std::log1p(parameters), std::log1p(macs), std::log1p(memory),
          static_cast<double>(deepest)};
}

NetworkStatics::NetworkStatics(spaces::AnySpace space, const spaces::NetworkInput& input)
    : space_(std::move(space)), input_(input) {}

std::vector<std::string> NetworkStatics::names() {
  return {"log_parameters", "log_macs", "log_memory", "depth"};
}

Statics NetworkStatics::of(const spaces::Genotype& genotype) const {
  {
    const std::scoped_lock lock(mutex_);
    const auto found = known_.find(genotype);
    if (found != known_.end()) return found->second;
  }
  const Statics statics = statics_of(space_.network(genotype, input_));
  const std::scoped_lock lock(mutex_);
  if (known_.size() < kMostStatics) known_.emplace(genotype, statics);
  return statics;
}

}  // namespace evonas::predictor
