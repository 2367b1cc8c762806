#pragma once

#include <memory>
#include <string>

#include "evaluation/evaluator.hpp"
#include "evaluation/latency_blocks/block_table.hpp"

namespace evonas::evaluation {

/// Latency added up from a published table of blocks. Repeatable and cheap; a network with a block
/// that the table lacks is a failure.
class BlockLatency final : public Evaluator {
 public:
  BlockLatency(spaces::AnySpace space, spaces::NetworkInput input,
               std::shared_ptr<const BlockLatencyTable> table, std::string metric);

  std::vector<Metric> metrics() const override;
  bool deterministic() const override { return true; }
  /// The entries of the table, and what networks read.
  std::string identity() const override;
  void evaluate(std::span<const Candidate> block, const OutcomeSink& sink,
                std::stop_token stop) override;

 private:
  spaces::AnySpace space_;
  spaces::NetworkInput input_;
  std::shared_ptr<const BlockLatencyTable> table_;
  std::string metric_;
};

}  // namespace evonas::evaluation
