#include "evaluation/graph_costs.hpp"

#include <mutex>

#include "base/parallel.hpp"
#include "graph/cost.hpp"
#include "graph/passes.hpp"

namespace evonas::evaluation {
namespace {

Outcome costs_of(const graph::Graph& network) {
  const graph::Cost cost = graph::cost(network);
  Outcome outcome;
  outcome.metrics["params"] = {.value = static_cast<double>(cost.parameters)};
  outcome.metrics["macs"] = {.value = static_cast<double>(cost.macs)};
  outcome.metrics["flops"] = {.value = static_cast<double>(cost.flops)};
  outcome.metrics["memory_bytes"] = {.value = static_cast<double>(cost.peak_activation_bytes)};
  return outcome;
}

}  // namespace

std::vector<Metric> GraphCosts::metrics() const {
  return {{.name = "params", .unit = "", .cost = CostClass::Free},
          {.name = "macs", .unit = "", .cost = CostClass::Free},
          {.name = "flops", .unit = "", .cost = CostClass::Free},
          {.name = "memory_bytes", .unit = "bytes", .cost = CostClass::Free}};
}

void GraphCosts::evaluate(std::span<const Candidate> block, const OutcomeSink& sink,
                          std::stop_token stop) {
  std::mutex sink_mutex;
  parallel_for(block.size(), [&](std::size_t i) {
    if (stop.stop_requested()) return;
    Outcome outcome;
    try {
      outcome = costs_of(graph::inference_network(space_.network(block[i].genotype, input_)));
    } catch (const graph::GraphError& error) {
      outcome.failure = error.what();
    } catch (const spaces::SpaceError& error) {
      outcome.failure = error.what();
    }
    const std::scoped_lock lock(sink_mutex);
    sink(i, std::move(outcome));
  });
}

}  // namespace evonas::evaluation
