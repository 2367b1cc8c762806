#include "evaluation/latency_blocks/block_latency.hpp"

#include <mutex>

#include "base/parallel.hpp"

namespace evonas::evaluation {

BlockLatency::BlockLatency(spaces::AnySpace space, spaces::NetworkInput input,
                           std::shared_ptr<const BlockLatencyTable> table, std::string metric)
    : space_(std::move(space)),
      input_(input),
      table_(std::move(table)),
      metric_(std::move(metric)) {}

std::vector<Metric> BlockLatency::metrics() const {
  return {{.name = metric_, .unit = "ms", .cost = CostClass::Cheap}};
}

std::string BlockLatency::identity() const {
  return table_->digest().hex() + ' ' + input_.to_string();
}

void BlockLatency::evaluate(std::span<const Candidate> block, const OutcomeSink& sink,
                            std::stop_token stop) {
  std::mutex mutex;
  parallel_for(block.size(), [&](std::size_t i) {
    if (stop.stop_requested()) return;
    Outcome outcome;
    try {
      const double latency = table_->latency_ms(space_.network(block[i].genotype, input_));
      outcome.metrics[metric_] = {.value = latency};
    } catch (const EvaluationError& error) {
      outcome.failure = error.what();
    } catch (const graph::GraphError& error) {
      outcome.failure = error.what();
    }
    const std::scoped_lock lock(mutex);
    sink(i, std::move(outcome));
  });
}

}  // namespace evonas::evaluation
